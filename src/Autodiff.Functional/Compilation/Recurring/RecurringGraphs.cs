using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// Counts the graphs that are differentiated, by their structure. A structure that recurs gets a plan, which all its graphs then run. This only makes them fast:
/// results are the same bits with and without. Threads may lose each other's entries, and take a plan for no other graph than those of its pattern.
/// </summary>
/// <param name="sightings">How often a graph of small values is seen until it gets a plan: once it has taken about as long as compiling does.</param>
/// <param name="hash">What graphs are found by; the structure's hash if null.</param>
/// <param name="maxBytes">How much all plans may take.</param>
internal sealed class RecurringGraphs(int sightings, Func<Graph, int>? hash = null, long maxBytes = 64 << 20)
{
    private const int Buckets = 4096, MaxInBucket = 4;

    /// <summary>So many elements a node, evaluated op by op, take as long as a sighting of small ones.</summary>
    private const int ElementsOfSighting = 5_000;

    private readonly long[] _counts = new long[Buckets];           // a hash, and how often it was seen
    private Entry?[] _plans = new Entry?[Buckets];                 // each with others of its bucket
    private long _bytes;

    /// <summary>The number of plans.</summary>
    public int Count => Volatile.Read(ref _plans).Sum(first => Chain(first).Count());

    /// <summary>The number of graphs that a plan has run.</summary>
    public long Hits => Volatile.Read(ref _hits);
    private long _hits;

    /// <summary>The outputs of a graph at constants, and the first one's gradients, by a plan; null if there is none.</summary>
    public (ImmutableArray<Expr> Outputs, ImmutableArray<Expr> Gradients)? Gradients(Graph graph, ImmutableArray<Expr> at)
    {
        foreach (var point in at)
            if (!point.IsConstant || !GraphPattern.CanBeArgument(point, out bool isUniform) || isUniform)
                return null;
        uint key = (uint)(hash is null ? graph.Outputs[0].StructureHash : hash(graph)) * 0x9E3779B1;
        int bucket = (int)(key % Buckets);
        for (var entry = Volatile.Read(ref _plans)[bucket]; entry is not null; entry = entry.Next)
            if (entry.Plan.Run(graph, at) is { } results)
                return Hit(results);
        return Crosses(bucket, key, graph) && Keep(bucket, graph) is { } made && made.Run(graph, at) is { } first ? Hit(first) : null;
    }

    private (ImmutableArray<Expr>, ImmutableArray<Expr>) Hit((ImmutableArray<Expr>, ImmutableArray<Expr>) results)
    {
        _hits++;
        return results;
    }

    /// <summary>True exactly once: when the number of sightings of this hash reaches the threshold. Another hash of the bucket starts the count anew, and threads may lose a few sightings.</summary>
    private bool Crosses(int bucket, uint key, Graph graph)
    {
        long known = Volatile.Read(ref _counts[bucket]);
        int before = (uint)(known >> 32) == key ? (int)known : 0;
        if (before >= sightings)
            return false;
        int now = before + Weight(graph);
        Volatile.Write(ref _counts[bucket], ((long)key << 32) | (uint)now);
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

    private PatternPlan? Keep(int bucket, Graph graph)
    {
        var plans = Volatile.Read(ref _plans);
        var others = plans[bucket];
        if (Chain(others).Count() == MaxInBucket || PatternPlan.Of(graph) is not { } plan || plan.Bytes > maxBytes / 4)
            return null;
        Volatile.Write(ref _counts[bucket], 0);     // others of the hash have their turn
        if (Interlocked.Add(ref _bytes, plan.Bytes) > maxBytes)
        {
            // Too much: all are forgotten, and what is still in use comes again.
            Volatile.Write(ref _bytes, plan.Bytes);
            Volatile.Write(ref _plans, plans = new Entry?[Buckets]);
            others = null;
        }
        Volatile.Write(ref plans[bucket], new(plan, others));
        return plan;
    }

    private static IEnumerable<Entry> Chain(Entry? first)
    {
        for (var entry = first; entry is not null; entry = entry.Next)
            yield return entry;
    }

    private sealed record Entry(PatternPlan Plan, Entry? Next);
}
