using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// Graphs that were differentiated before, by their structure. One that comes again and again gets a plan, which all graphs of its structure then run. A hint to be fast:
/// results are the same bits with and without. Threads may lose each other's entries, and take a plan for no other graph than those of its pattern.
/// </summary>
/// <param name="sightings">How often a graph of small values is seen until it gets a plan: once it has taken about as long as compiling does.</param>
/// <param name="hash">What graphs are found by; the structure's hash if null.</param>
/// <param name="maxBytes">How much all plans may take.</param>
internal sealed class SeenGraphs(int sightings, Func<Graph, int>? hash = null, long maxBytes = 64 << 20)
{
    private const int Places = 4096, MaxAtPlace = 4;

    /// <summary>So many elements a node, evaluated op by op, take as long as a sighting of small ones.</summary>
    private const int ElementsOfSighting = 5_000;

    private readonly long[] _counts = new long[Places];           // a hash, and how often it was seen
    private Entry?[] _plans = new Entry?[Places];                 // each with others of its place
    private long _bytes;

    /// <summary>How many plans there are.</summary>
    public int Count => Volatile.Read(ref _plans).Sum(first => Chain(first).Count());

    /// <summary>How often a graph was run by a plan.</summary>
    public long Hits => Volatile.Read(ref _hits);
    private long _hits;

    /// <summary>The outputs of a graph at constants, and the first one's gradients, by a plan; null if there is none.</summary>
    public (ImmutableArray<Expr> Outputs, ImmutableArray<Expr> Gradients)? Gradients(Graph graph, ImmutableArray<Expr> at)
    {
        foreach (var point in at)
            if (!point.IsConstant || !GraphPattern.CanBeArgument(point, out bool isUniform) || isUniform)
                return null;
        uint key = (uint)(hash is null ? graph.Outputs[0].StructureHash : hash(graph)) * 0x9E3779B1;
        int place = (int)(key % Places);
        for (var entry = Volatile.Read(ref _plans)[place]; entry is not null; entry = entry.Next)
            if (entry.Plan.Run(graph, at) is { } results)
                return Hit(results);
        return Crosses(place, key, graph) && Keep(place, graph) is { } made && made.Run(graph, at) is { } first ? Hit(first) : null;
    }

    private (ImmutableArray<Expr>, ImmutableArray<Expr>) Hit((ImmutableArray<Expr>, ImmutableArray<Expr>) results)
    {
        _hits++;
        return results;
    }

    /// <summary>Has the hash now, and had it not before, been seen often enough since another one was in its place? A few sightings may be lost between threads.</summary>
    private bool Crosses(int place, uint key, Graph graph)
    {
        long known = Volatile.Read(ref _counts[place]);
        int before = (uint)(known >> 32) == key ? (int)known : 0;
        if (before >= sightings)
            return false;
        int now = before + Weight(graph);
        Volatile.Write(ref _counts[place], ((long)key << 32) | (uint)now);
        return now >= sightings;
    }

    /// <summary>For how many sightings one counts: more if values are large, as the time without a plan is; never for all, since what comes once needs no plan.</summary>
    private int Weight(Graph graph)
    {
        var order = graph.Order;
        if (order.Count is 0 or > GraphPattern.MaxItems)
            return 1;
        long elements = 0;
        for (int position = 0; position < order.Count; position++)
            elements += order.Node(position).Shape.Size;
        return 1 + (int)Math.Min(elements / order.Count / ElementsOfSighting, (sightings - 1) / 2);
    }

    private SeenPlan? Keep(int place, Graph graph)
    {
        var plans = Volatile.Read(ref _plans);
        var others = plans[place];
        if (Chain(others).Count() == MaxAtPlace || SeenPlan.Of(graph) is not { } plan || plan.Bytes > maxBytes / 4)
            return null;
        Volatile.Write(ref _counts[place], 0);     // others of the hash have their turn
        if (Interlocked.Add(ref _bytes, plan.Bytes) > maxBytes)
        {
            // Too much: all are forgotten, and what is still in use comes again.
            Volatile.Write(ref _bytes, plan.Bytes);
            Volatile.Write(ref _plans, plans = new Entry?[Places]);
            others = null;
        }
        Volatile.Write(ref plans[place], new(plan, others));
        return plan;
    }

    private static IEnumerable<Entry> Chain(Entry? first)
    {
        for (var entry = first; entry is not null; entry = entry.Next)
            yield return entry;
    }

    private sealed record Entry(SeenPlan Plan, Entry? Next);
}
