using System.Collections.Immutable;
using Autodiff.Functional;

namespace Fit;

/// <summary>A parameter to estimate, and where the search for it starts.</summary>
sealed record Parameter(string Name, double Start);

/// <summary>
/// What the response should be, written once: over expressions it makes a graph that can be differentiated, over numbers it
/// computes, over dual numbers it does both at once and knows nothing of graphs.
/// </summary>
interface IFormula
{
    T Predict<T>(ImmutableArray<T> parameters, ImmutableArray<T> predictors) where T : IElementary<T>;
}

/// <summary>A formula with its parameters.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Text">The formula, for a person to read.</param>
/// <param name="Parameters">What to estimate.</param>
/// <param name="Formula">The formula, to compute with.</param>
sealed record Model(string Name, string Text, ImmutableArray<Parameter> Parameters, IFormula Formula)
{
    public static Model MichaelisMenten { get; } = new(
        "Michaelis–Menten", "rate = Vm · conc / (K + conc)", [new("Vm", 200), new("K", 0.1)], new MichaelisMenten());
}

/// <summary>An enzyme that saturates: Vm is the largest rate, K the concentration at which half of it is reached.</summary>
sealed class MichaelisMenten : IFormula
{
    public T Predict<T>(ImmutableArray<T> parameters, ImmutableArray<T> predictors) where T : IElementary<T>
    {
        var (vm, k, conc) = (parameters[0], parameters[1], predictors[0]);
        return vm * conc / (k + conc);
    }
}
