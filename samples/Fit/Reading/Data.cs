using System.Collections.Immutable;

namespace Fit;

/// <summary>A named column of numbers, with the unit they are in.</summary>
sealed record Column(string Name, string Unit, ImmutableArray<double> Values)
{
    public override string ToString() => Unit.Length == 0 ? Name : $"{Name} ({Unit})";
}

/// <summary>Observations, row by row: a response and the predictors that it depends on.</summary>
sealed record Data(string Name, string Source, ImmutableArray<Column> Predictors, Column Response)
{
    public int Count => Response.Values.Length;

    /// <summary>The velocity of an enzymatic reaction against the concentration of its substrate, with puromycin.</summary>
    public static Data Puromycin { get; } = new(
        "Puromycin, treated",
        "Bates & Watts 1988, Nonlinear Regression Analysis and Its Applications, table A1.3",
        [new("conc", "ppm", [0.02, 0.02, 0.06, 0.06, 0.11, 0.11, 0.22, 0.22, 0.56, 0.56, 1.10, 1.10])],
        new("rate", "counts/min²", [76, 47, 97, 107, 123, 139, 159, 152, 191, 201, 207, 200]));
}
