using System.Collections.Immutable;

namespace Autodiff.Functional.Benchmarks.Reporting;

/// <summary>What the design asks for: our time ÷ the peer's.</summary>
public static class Goals
{
    /// <param name="Row">How the row's name begins.</param>
    /// <param name="LeastSize">The goal is for sizes from here on.</param>
    /// <param name="Ratio">Our time ÷ the peer's, at most.</param>
    /// <param name="Text">How the ratio is written.</param>
    public readonly record struct Goal(string Row, double LeastSize, double Ratio, string Text);

    private static readonly ImmutableArray<Goal> s_goals =
    [
        new("W1 uncompiled", 0, 1.0 / 5, "1/5"),
        new("W1", 0, 1.0 / 500, "1/500"),
        new("W2", 100_000, 1.0 / 10, "1/10"),
        new("W3", 1_000_000, 1.0 / 4, "1/4"),
        new("W4", 0, 0.7, "0.7"),
        new("W5", 0, 0.8, "0.8"),
        new("W7", 0, 1, "1"),
        new("W8", 0, 1.0 / 50, "1/50"),
        new("gmm_d10_K25_1k", 0, 0.5, "0.5"), new("gmm_d20_K50_1k", 0, 0.5, "0.5"), new("gmm_d32_K25_1k", 0, 0.5, "0.5"),
        new("lstm", 0, 0.3, "0.3"),
        new("ba1", 0, 0.4, "0.4"), new("ba3", 0, 0.4, "0.4"),
    ];

    /// <summary>The seconds that compiling a graph of so many nodes may take in a warm process.</summary>
    public static double CompileSeconds(double nodes) => Math.Max(nodes <= 10_000 ? Math.Max(20e-3, 20e-6 * nodes) : 0.2, 2e-6 * nodes);

    public static Goal? Of(Measurement ours)
    {
        foreach (var goal in s_goals)
            if (ours.Row.StartsWith(goal.Row, StringComparison.Ordinal))
                return ours.Size >= goal.LeastSize ? goal : null;
        return null;
    }
}
