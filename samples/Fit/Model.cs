using System.Collections.Immutable;

namespace Fit;

/// <summary>A parameter to estimate, and where the search for it starts.</summary>
sealed record Parameter(string Name, double Start);

/// <summary>What the response should be, given parameters and predictors.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Formula">The same, for a person to read.</param>
/// <param name="Parameters">What to estimate.</param>
/// <param name="Predict">(parameters, predictors) ↦ response.</param>
sealed record Model(
    string Name, string Formula, ImmutableArray<Parameter> Parameters, Func<IReadOnlyList<double>, IReadOnlyList<double>, double> Predict)
{
    /// <summary>An enzyme that saturates: Vm is the largest rate, K the concentration at which half of it is reached.</summary>
    public static Model MichaelisMenten { get; } = new(
        "Michaelis–Menten",
        "rate = Vm · conc / (K + conc)",
        [new("Vm", 200), new("K", 0.1)],
        (p, x) => p[0] * x[0] / (p[1] + x[0]));
}
