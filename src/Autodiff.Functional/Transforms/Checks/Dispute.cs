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
/// <param name="Tolerance">What two derivatives may differ by.</param>
/// <param name="Noise">How far rounding scatters the derivative by reverse mode.</param>
/// <param name="Scatter">How far moved last digits scatter it.</param>
/// <param name="Scale">What the tolerance is relative to.</param>
/// <param name="ForwardNoise">The same by forward mode.</param>
/// <param name="IsWhole">Does the traced graph compute the function beside the point as well? If not, the function runs code that no graph shows.</param>
/// <param name="GradientJump">How much an entry of the gradient jumps at the point, at most.</param>
/// <param name="IsBiased">Do dual numbers differ from it by the same share at points around?</param>
/// <param name="IsRefutedAround">Do differences?</param>
/// <param name="DualsCompute">Do dual numbers compute the function's value?</param>
/// <param name="DualBeside">The dual numbers' derivatives beside the point.</param>
internal sealed record Dispute(double Reverse, double? Forward, double? Dual, Magnified Differences, double Tolerance, double Noise, double Scatter, double Scale,
    Func<double> ForwardNoise, Func<bool> IsWhole, Func<double> GradientJump, Func<bool> IsBiased, Func<bool> IsRefutedAround, Func<bool> DualsCompute, Func<double[]> DualBeside)
{
    private const string Outside = "the function runs code that is not in the traced graph, which dual numbers do not see";
    private const string Undefined = "dual numbers give NaN, where an infinite slope meets a tangent of 0: they do not know that a factor is 0 for good";
    private const string Silent = "differences tell nothing here: the function is noisy, or not finite nearby";

    /// <summary>What rounding may explain at most.</summary>
    private double Loose => Tolerance + 4 * Math.Max(Noise, Scatter);

    /// <summary>The same where it can be no jump: rounding is little beside the slopes nearby.</summary>
    private double Tight => Tolerance + Math.Min(4 * Noise, 1e-6 * Differences.Nearby);

    /// <summary>The verdict, and why it is no other.</summary>
    public (GradientVerdict Verdict, string Reason) Settle()
    {
        if (Forward is { } forward && !IsNear(Reverse, forward, Loose) && !IsNear(Reverse, forward, Loose + 4 * ForwardNoise()))
            return (GradientVerdict.Wrong, "the two modes differ");
        double? dual = Dual is { } known && !double.IsNaN(known) ? known : null;
        if (dual is { } share && IsFar(share) && !Differences.Refutes(share, Tolerance) && IsBiased() && IsWhole())
            return (GradientVerdict.Wrong, "the derivative differs from dual numbers by the same share at all points around");
        if (Differences.Refutes(Reverse, Tolerance + 4 * Scatter))
            return Refuted(dual);
        if (Differences.Kink is not null)
            return (GradientVerdict.Kink, "the slopes from the two sides differ");
        if (IsFar(Differences.Difference.Value) && (dual is null || !IsWhole()) && IsRefutedAround())
            return (GradientVerdict.Wrong, "differences contradict the derivative by the same share at all points around");
        bool agree = dual is { } d && IsNear(Reverse, d, Tight);
        if (Differences.Supports(Reverse, Tolerance, 0.01 * Scale))
            return (GradientVerdict.Right, agree || Dual is null ? "" : dual is null ? $"differences agree with the derivative; {Undefined}" : IsWhole() ? "differences agree with the derivative; dual numbers are out of their depth" : $"differences agree with the derivative; {Outside}");
        return agree ? (GradientVerdict.Right, "")
            : dual is not { } other ? (GradientVerdict.Unclear, $"{Silent}; and {(Dual is null ? "there are no dual numbers to ask" : Undefined)}")
            : IsNear(Reverse, other, Loose) ? (GradientVerdict.Unclear, $"{Silent}; and rounding scatters the derivative")
            : !IsWhole() ? (GradientVerdict.Unclear, $"{Silent}; and {Outside}")
            : Differences.Refutes(other, Tolerance) ? (GradientVerdict.Unclear, $"{Silent}; but they contradict dual numbers")
            : !DualsCompute() ? (GradientVerdict.Unclear, $"{Silent}; and dual numbers round its value in another way")
            : Jumps(other) ? (GradientVerdict.Unclear, $"{Silent}; and dual numbers give another derivative here than beside the point")
            : (GradientVerdict.Wrong, "dual numbers contradict the derivative");
    }

    private (GradientVerdict, string) Refuted(double? dual)
    {
        bool sides = dual is { } d && (d.Equals(Reverse) || Math.Abs(d - Reverse) < Math.Abs(d - Differences.Difference.Value)) && IsNear(Reverse, d, Loose);
        return sides ? IsWhole() ? (GradientVerdict.Unclear, "differences contradict both modes and dual numbers, which agree: the function varies in steps, or faster than steps resolve")
                : (GradientVerdict.Wrong, "differences contradict the derivative: the function runs code that is not in the traced graph, so that no derivative knows of it")
            : Differences.Kink is not null ? (GradientVerdict.Wrong, "the derivative is not between the slopes from the two sides")
            // If the other mode differs as well, it was found that rounding explains it.
            : dual is { } other && Differences.Supports(other, Tolerance, 0.01 * Scale) && IsNear(Reverse, Forward ?? Reverse, Tolerance) ? (GradientVerdict.Wrong, "differences and dual numbers contradict the derivative")
            : 0.1 * Math.Abs(Reverse - Differences.Difference.Value) < GradientJump() ? (GradientVerdict.Unclear, "the gradient jumps here: the function has a kink, of which differences along one entry do not know")
            : !Differences.Refutes(Reverse, Loose) ? (GradientVerdict.Unclear, "rounding scatters the derivative by as much as it differs from differences")
            : (GradientVerdict.Wrong, double.IsNaN(Reverse) ? "the derivative is no number, where the function is smooth" : "differences contradict the derivative");
    }

    /// <summary>Does a number differ from the derivative by more than last digits?</summary>
    private bool IsFar(double other) => Math.Abs(other - Reverse) > 1e-6 * Math.Max(Math.Abs(other), Math.Abs(Reverse));

    private static bool IsNear(double a, double b, double slack) => a.Equals(b) || Math.Abs(a - b) <= slack;

    private bool Jumps(double dual)
    {
        double[] beside = DualBeside();
        double low = beside.Min(), high = beside.Max();
        return !(dual >= low - Tolerance - (high - low) && dual <= high + Tolerance + (high - low));
    }
}
