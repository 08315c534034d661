namespace Autodiff.Functional;

// How nodes are found and sorted.
public sealed partial class KahnOrder
{
    /// <summary>
    /// Finds the nodes that <paramref name="follow"/> admits, breadth first, and sorts them. The list of those found is also the list of those still to
    /// be looked at. What is <paramref name="sought"/> among them is given by its positions, −1 for what is not there.
    /// </summary>
    private static KahnOrder Sorted(ReadOnlySpan<Expr> roots, Func<Expr, long, bool> follow, long floor, ReadOnlySpan<Expr> sought = default, Span<int> positions = default)
    {
        using var index = new NodeIndex();
        using var edges = new GrowingList<int>();
        using var firstEdge = new GrowingList<int>();
        var rootNumbers = new int[roots.Length];
        for (int i = 0; i < roots.Length; i++)
            rootNumbers[i] = follow(roots[i], floor) ? index.Add(roots[i]) : -1;
        for (int i = 0; i < index.Count; i++)
        {
            firstEdge.Add(edges.Count);
            var inputs = index.Node(i).Inputs;
            for (int k = 0, count = inputs.Count; k < count; k++)
                edges.Add(inputs[k] is var input && follow(input, floor) ? index.Add(input) : -1);
        }
        firstEdge.Add(edges.Count);
        for (int i = 0; i < sought.Length; i++)
            positions[i] = index.Find(sought[i]);
        return new Discovery(index.Nodes, edges.Items, firstEdge.Items, rootNumbers).Sort(positions);
    }

    /// <summary>The nodes that are parameters or computed from one. Edges into a parameter are cut: what it was computed from is not asked. The parameters' positions move along.</summary>
    private KahnOrder DependentOn(Span<int> parameters)
    {
        var (dependent, isParameter) = (new bool[Count], new bool[Count]);
        foreach (int position in parameters)
            if (position >= 0)
                isParameter[position] = true;
        int kept = 0, cutEdges = 0;
        for (int position = 0; position < dependent.Length; position++)
        {
            // A parameter depends on itself; any other node on what its inputs depend on.
            bool any = isParameter[position];
            foreach (int input in InputPositions(position))
            {
                any |= input >= 0 && dependent[input];
                cutEdges += isParameter[position] && input >= 0 ? 1 : 0;
            }
            dependent[position] = any;
            kept += any ? 1 : 0;
        }
        if (kept == Count && cutEdges == 0)
            return this;
        var order = Kept(dependent, kept, isParameter, out int[] moved);
        foreach (ref int position in parameters)
            position = position < 0 ? -1 : moved[position];
        return order;
    }

    /// <summary>The marked nodes only, and where each went. Edges from others, and all edges into cut ones, are −1.</summary>
    private KahnOrder Kept(bool[] marked, int count, bool[] isCut, out int[] moved)
    {
        int[] to = moved = new int[Count];
        using var edges = new GrowingList<int>(2 * count);
        var (nodes, firstEdge) = (new Expr[count], new int[count + 1]);
        int next = 0;
        for (int position = 0; position < marked.Length; position++)
        {
            to[position] = marked[position] ? next : -1;
            if (!marked[position])
                continue;
            nodes[next] = _nodes[position];
            foreach (int input in InputPositions(position))
                edges.Add(input < 0 || isCut[position] ? -1 : to[input]);
            firstEdge[++next] = edges.Count;
        }
        return new(nodes, edges.Items.ToArray(), firstEdge, Array.ConvertAll(RootPositions, p => p < 0 ? -1 : to[p]));
    }

    /// <summary>The reachable nodes as they were found, with their edges by number; Kahn's algorithm puts them in order.</summary>
    private readonly ref struct Discovery(ReadOnlySpan<Expr> nodes, ReadOnlySpan<int> edges, ReadOnlySpan<int> firstEdge, ReadOnlySpan<int> roots)
    {
        private readonly ReadOnlySpan<Expr> _nodes = nodes;
        private readonly ReadOnlySpan<int> _edges = edges, _firstEdge = firstEdge, _roots = roots;

        /// <summary>
        /// Kahn's algorithm, from the roots down. A queue of ready nodes keeps the order deterministic; any choice among them gives a valid order.
        /// </summary>
        /// <param name="sought">Numbers of nodes, which become their positions.</param>
        /// <param name="choose">Picks one of those that are ready, if not the first.</param>
        public KahnOrder Sort(Span<int> sought = default, Func<int, int>? choose = null)
        {
            int count = _nodes.Length;
            using var pooled = new GrowingList<int>(2 * count);
            Span<int> consumers = pooled.Space[..count], ready = pooled.Space[count..(2 * count)];   // ready is a queue: those before head are taken
            consumers.Clear();
            foreach (int input in _edges)
                if (input >= 0)
                    consumers[input]++;

            int head = 0, tail = 0;
            for (int i = count - 1; i >= 0; i--)
                if (consumers[i] == 0)
                    ready[tail++] = i;
            while (head < tail)
            {
                if (choose is not null)
                {
                    int chosen = head + choose(tail - head);
                    (ready[head], ready[chosen]) = (ready[chosen], ready[head]);
                }
                int node = ready[head++];
                // From the last input to the first, so that the first comes first in the reversed order.
                for (int edge = _firstEdge[node + 1] - 1; edge >= _firstEdge[node]; edge--)
                    if (_edges[edge] is var input and >= 0 && --consumers[input] == 0)
                        ready[tail++] = input;
            }

            // ready is outputs → inputs; positions count the other way.
            var position = consumers;
            for (int i = 0; i < count; i++)
                position[ready[i]] = count - 1 - i;
            var (sorted, sortedEdges, sortedFirst) = (new Expr[count], new int[_edges.Length], new int[count + 1]);
            int next = 0;
            for (int i = 0; i < count; i++)
            {
                int node = ready[count - 1 - i];
                sorted[i] = _nodes[node];
                for (int edge = _firstEdge[node]; edge < _firstEdge[node + 1]; edge++)
                    sortedEdges[next++] = _edges[edge] < 0 ? -1 : position[_edges[edge]];
                sortedFirst[i + 1] = next;
            }
            var rootPositions = new int[_roots.Length];
            for (int i = 0; i < rootPositions.Length; i++)
                rootPositions[i] = _roots[i] < 0 ? -1 : position[_roots[i]];
            foreach (ref int number in sought)
                number = number < 0 ? -1 : position[number];
            return new(sorted, sortedEdges, sortedFirst, rootPositions);
        }
    }
}
