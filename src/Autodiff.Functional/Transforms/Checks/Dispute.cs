namespace Autodiff.Functional;

/// <summary>
/// Who is believed where derivatives at an entry differ. Every witness has an error of its own: modes and dual numbers that of rounding, which shows in how far they scatter beside the point; differences that of each step.
/// Dual numbers are blind to code outside of the traced graph, and to functions that test for equality; differences are out of their depth where the function varies within the last bits of x.
/// A witness that stands alone and is blind or out of its depth makes nothing wrong.
/// </summary>
/// <param name="Reverse">By reverse mode.</param>
/// <param name="Forward">By forward mode, if there is one.</param>
/// <param name="Dual">By dual numbers, if there are.</param>
/// <param name="Differences">What the function does around the point.</param>
/// <param name="Slack">What two derivatives may differ by.</param>
/// <param name="Scatter">What rounding may add to that: how far the derivative scatters beside the point.</param>
/// <param name="Scale">What the tolerance is relative to.</param>
/// <param name="IsWhole">Does the traced graph compute the function beside the point as well? If not, the function runs code that no graph shows.</param>
/// <param name="DualsCompute">Do dual numbers compute the function's value?</param>
/// <param name="DualBeside">The dual numbers' derivatives beside the point.</param>
internal sealed record Dispute(double Reverse, double? Forward, double? Dual, Magnified Differences, double Slack, double Scatter, double Scale,
    Func<bool> IsWhole, Func<bool> DualsCompute, Func<double[]> DualBeside)
{
    private const string Outside = "the function runs code that is not in the traced graph, which dual numbers do not see";

    /// <summary>The verdict, and why it is no other.</summary>
    public (GradientVerdict Verdict, string Reason) Settle()
    {
        if (Forward is { } forward && !IsNear(Reverse, forward))
            return (GradientVerdict.Wrong, "the two modes differ");
        bool dualsAgree = Dual is { } dual && !double.IsNaN(dual) && IsNear(Reverse, dual);
        if (Differences.Refutes(Reverse, Slack))
            return !dualsAgree ? (GradientVerdict.Wrong, "differences contradict the derivative")
                : !IsWhole() ? (GradientVerdict.Wrong, "differences contradict the derivative: the function runs code that is not in the traced graph, so that no derivative knows of it")
                : (GradientVerdict.Unclear, "differences contradict both modes and dual numbers, which agree: the function varies by steps, or faster than they can resolve");
        if (Differences.Kink is not null)
            return (GradientVerdict.Kink, "the slopes from the two sides differ");
        if (Differences.Supports(Reverse, Slack, 0.01 * Scale))
            return (GradientVerdict.Right, dualsAgree || Dual is null ? "" : IsWhole() ? "dual numbers are out of their depth here: differences agree with the derivative" : Outside);
        if (dualsAgree)
            return (GradientVerdict.Right, "");
        const string Silent = "differences tell nothing here: the function is noisy, or not finite nearby";
        return Dual is not { } other || double.IsNaN(other) ? (GradientVerdict.Unclear, $"{Silent}; and there are no dual numbers to ask")
            : !IsWhole() ? (GradientVerdict.Unclear, $"{Silent}; and {Outside}")
            : Differences.Refutes(other, Slack + Scatter) ? (GradientVerdict.Unclear, $"{Silent}; but they contradict dual numbers as well")
            : !DualsCompute() ? (GradientVerdict.Unclear, $"{Silent}; and dual numbers round its value in another way")
            : Jumps(other) ? (GradientVerdict.Unclear, $"{Silent}; and dual numbers give another derivative here than beside the point")
            : (GradientVerdict.Wrong, "dual numbers contradict the derivative");
    }

    private bool IsNear(double a, double b) => a.Equals(b) || Math.Abs(a - b) <= Slack + Scatter;

    private bool Jumps(double dual)
    {
        double[] beside = DualBeside();
        double low = beside.Min(), high = beside.Max();
        return !(dual >= low - Slack - (high - low) && dual <= high + Slack + (high - low));
    }
}
