using System.Collections.Immutable;

namespace Autodiff.Functional.Properties.Night;

/// <summary>Programs of one kind.</summary>
/// <param name="Name">As the summary counts them.</param>
/// <param name="Share">How many of all, in parts.</param>
/// <param name="Draw">One of them, by a seed.</param>
internal sealed record Family(string Name, int Share, Func<int, Program> Draw)
{
    public static ImmutableArray<Family> All { get; } =
    [
        new("plain", 5, seed => Programs.Of(new(seed), depth: 0, steps: 12)),
        new("small", 2, seed => Programs.Of(new(seed), depth: 0, steps: 4)),
        new("nested", 2, seed => Programs.Of(new(seed), depth: 3, steps: 4)),
        new("catalogue", 4, seed => Catalogued.Of(new(seed))),
        new("tables", 6, seed => GraphNetworks.Of(seed, mostRows: 2_000)),
        new("long tables", 1, seed => GraphNetworks.Of(seed, mostRows: 100_000)),
    ];

    public static Family Of(string name) => All.Single(family => family.Name == name);

    /// <summary>One of them, by their shares.</summary>
    public static Family Of(Random random)
    {
        int part = random.Next(All.Sum(family => family.Share));
        foreach (var family in All)
            if ((part -= family.Share) < 0)
                return family;
        throw new InvalidOperationException();
    }
}
