using System.Collections.Immutable;
using System.Globalization;

namespace Autodiff.Functional;

/// <summary>What a check of a derivative says, from good to bad.</summary>
public enum GradientVerdict
{
    /// <summary>All derivatives agree.</summary>
    Right,
    /// <summary>The slopes from the two sides differ, and the derivative is one of those between them.</summary>
    Kink,
    /// <summary>Nobody who could know agrees or disagrees: differences tell nothing here (the function is noisy, or not finite nearby), and dual numbers are not there, are blind to the function, or stand alone.</summary>
    Unclear,
    /// <summary>Two derivatives disagree, by more than the errors of both.</summary>
    Wrong,
}

/// <summary>The derivative in one entry of a parameter, by each way that there is to get it.</summary>
/// <param name="Index">Which entry.</param>
/// <param name="Reverse">By reverse mode.</param>
/// <param name="Forward">By forward mode; null where the function has none (<see cref="Ad.CustomVjp{P, R, S}(Func{P, ValueTuple{R, S}}, Func{S, R, P})"/>).</param>
/// <param name="Difference">By central differences, extrapolated to step 0.</param>
/// <param name="Dual">By the traced graph over dual numbers; null where an op has no code for them, or parameters have more than 100 000 entries. NaN where an infinite slope meets a tangent of 0, as in the root of a product with a 0 that is data.</param>
/// <param name="Error">The largest distance of a derivative from the differences or the duals, relative to the derivatives of the parameter.</param>
/// <param name="Verdict">Do they agree?</param>
public sealed record GradientEntry(ImmutableArray<int> Index, double Reverse, double? Forward, Difference Difference, double? Dual, double Error, GradientVerdict Verdict)
{
    /// <summary>Why the verdict is what it is, where that was not plain; else empty.</summary>
    public string Reason { get; init; } = "";
}

/// <summary>The check of one parameter.</summary>
/// <param name="Path">Where it is, such as <c>model.Layers[2].Weight</c>.</param>
/// <param name="Type">Its dtype and shape.</param>
/// <param name="Entries">The entries that were looked at: all, or a sample.</param>
public sealed record GradientLeaf(string Path, TensorType Type, ImmutableArray<GradientEntry> Entries)
{
    /// <summary>The worst verdict of its entries.</summary>
    public GradientVerdict Verdict => Entries.Select(entry => entry.Verdict).DefaultIfEmpty().Max();

    /// <summary>The entry with the worst verdict and, among those, the largest error; null if it has no entries.</summary>
    public GradientEntry? Worst => Entries.OrderByDescending(entry => entry.Verdict).ThenByDescending(entry => entry.Error).FirstOrDefault();
}

/// <summary>Derivatives of a function at a point, side by side: reverse mode, forward mode, differences, dual numbers. Made by <see cref="Ad.CheckGradients{P, R}(Func{P, R}, P, GradientChecks?, string)"/>.</summary>
/// <param name="Leaves">The parameters, in order.</param>
public sealed partial record GradientReport(ImmutableArray<GradientLeaf> Leaves)
{
    /// <summary>The worst verdict of its parameters.</summary>
    public GradientVerdict Verdict => Leaves.Select(leaf => leaf.Verdict).DefaultIfEmpty().Max();

    /// <summary>The first entry, by path and index, where two derivatives disagree.</summary>
    public (GradientLeaf Leaf, GradientEntry Entry)? FirstDisagreement =>
        Wrong is [var first, ..] ? first : null;

    private ImmutableArray<(GradientLeaf Leaf, GradientEntry Entry)> Wrong =>
        [.. Leaves.SelectMany(leaf => leaf.Entries.Where(entry => entry.Verdict == GradientVerdict.Wrong).Select(entry => (leaf, entry)))];

    /// <summary>Does nothing if no two derivatives disagree.</summary>
    /// <exception cref="DerivativeException">Two do: it names the first place, says what is likely wrong, and shows the table.</exception>
    public void ThrowIfWrong()
    {
        if (FirstDisagreement is var (leaf, entry))
            throw new DerivativeException("CheckGradients", $"the derivative {Text(Truth(entry))} in {leaf.Path}{At(entry)}",
                $"{Text(entry.Reverse)} by reverse mode, {Text(entry.Forward)} by forward mode", $"{Hint}{Environment.NewLine}{this}");
    }

    /// <summary>What the wrong entries have in common.</summary>
    private string Hint
    {
        get
        {
            var wrong = Wrong;
            bool forward = wrong.All(w => w.Entry.Forward is { } f && Apart(f, Truth(w.Entry))), reverse = wrong.All(w => Apart(w.Entry.Reverse, Truth(w.Entry)));
            string which = forward && reverse ? "Both modes are wrong in the same places: look at the differential of an op, or at the custom rule"
                : reverse ? "Reverse mode alone is wrong: look at the transpose of an op, or at the pullback of the custom rule"
                : forward ? "Forward mode alone is wrong: look at the tangent of an op"
                : "Modes are wrong in different places";
            double[] ratios = [.. wrong.Select(w => (reverse ? w.Entry.Reverse : w.Entry.Forward ?? double.NaN) / Truth(w.Entry))];
            return ratios.All(r => Math.Abs(r - ratios[0]) <= 1e-3 * Math.Abs(ratios[0])) && Math.Abs(ratios[0]) > 1e-6
                ? Math.Abs(ratios[0] + 1) < 1e-3 ? $"{which}. The sign is the wrong way round." : $"{which}. It is {Text(ratios[0])} times what it should be."
                : $"{which}.";
        }
    }

    private static bool Apart(double a, double truth) => !(Math.Abs(a - truth) <= 1e-4 * (Math.Abs(a) + Math.Abs(truth)));

    /// <summary>Differences call the function itself; where they are not sharp, dual numbers are.</summary>
    private static double Truth(GradientEntry entry) => entry.Dual is { } dual && double.IsFinite(dual) && !(Apart(dual, entry.Difference.Value) && entry.Difference.Error < 1e-4 * Math.Abs(entry.Difference.Value)) ? dual : entry.Difference.Value;

    /// <summary>A table with a row for each parameter, which shows its worst entry; below it the reasons for verdicts that are not plain.</summary>
    public override string ToString()
    {
        ImmutableArray<ImmutableArray<string>> rows = [s_columns, .. Leaves.Select(Row)];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        return string.Join(Environment.NewLine, rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()).Concat(Reasons));
    }

    private IEnumerable<string> Reasons => Leaves.Where(leaf => leaf.Worst is { Reason: not "" }).Select(leaf => $"{leaf.Path}{At(leaf.Worst!)} is {leaf.Worst!.Verdict.ToString().ToLowerInvariant()}: {leaf.Worst.Reason}");

    private static readonly ImmutableArray<string> s_columns = ["parameter", "type", "entries", "worst", "reverse", "forward", "differences", "duals", "error", "verdict"];

    private static ImmutableArray<string> Row(GradientLeaf leaf) => leaf.Worst is { } worst
        ? [leaf.Path, $"{leaf.Type}", $"{leaf.Entries.Length} of {leaf.Type.Shape.Size}", At(worst), Text(worst.Reverse), Text(worst.Forward), $"{worst.Difference}", Text(worst.Dual),
            worst.Error.ToString("0.0e+0", CultureInfo.InvariantCulture), $"{leaf.Verdict}".ToLowerInvariant()]
        : [leaf.Path, $"{leaf.Type}", "0 of 0", "", "", "", "", "", "", $"{leaf.Verdict}".ToLowerInvariant()];

    private static string At(GradientEntry entry) => entry.Index.IsEmpty ? "" : $"[{string.Join(", ", entry.Index)}]";

    private static string Text(double? value) => value?.ToString("G7", CultureInfo.InvariantCulture) ?? "–";
}
