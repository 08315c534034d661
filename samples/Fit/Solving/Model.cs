using System.Collections.Immutable;
using Autodiff.Functional;

namespace Fit;

/// <summary>A parameter to estimate, where the search for it starts, and between what it must stay.</summary>
sealed record Parameter(string Name, double Start, double Lower = double.NegativeInfinity, double Upper = double.PositiveInfinity);

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

/// <summary>A formula that somebody typed.</summary>
/// <param name="Parameters">The names of what is estimated.</param>
/// <param name="Predictors">The names of the columns that it needs.</param>
/// <param name="Constants">The names that stand for a number.</param>
/// <param name="Definitions">What to compute first, in order: a name and a term.</param>
/// <param name="Response">What the response should be.</param>
sealed record WrittenFormula(
    ImmutableArray<string> Parameters, ImmutableArray<string> Predictors, ImmutableDictionary<string, double> Constants,
    ImmutableArray<(string Name, Term Term)> Definitions, Term Response) : IFormula
{
    public T Predict<T>(ImmutableArray<T> parameters, ImmutableArray<T> predictors) where T : IElementary<T>
    {
        var known = ImmutableDictionary.CreateRange(
        [
            .. Constants.Select(constant => KeyValuePair.Create(constant.Key, T.Literal(constant.Value))),
            .. Parameters.Zip(parameters, KeyValuePair.Create),
            .. Predictors.Zip(predictors, KeyValuePair.Create),
        ]);
        known = Definitions.Aggregate(known, (names, definition) =>
            names.SetItem(definition.Name, definition.Term.Fold(new Interpretation<T>(name => names[name]))));
        return Response.Fold(new Interpretation<T>(name => known[name]));
    }
}
