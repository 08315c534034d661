using System.Collections.Immutable;
using System.Numerics;

namespace Autodiff.Functional;

/// <summary>
/// In which order to multiply the operands of an einsum, two at a time, so that the number of multiplications is small: the smallest, by dynamic
/// programming over subsets, for up to <see cref="Optimal"/> operands; above, step by step what shrinks the operands most.
/// </summary>
/// <remarks>Pfeifer, Haegeman, Verstraete 2014, "Faster identification of optimal contraction sequences for tensor networks"; Smith and Gray 2018, "opt_einsum".</remarks>
internal static class ContractionPath
{
    /// <summary>Up to so many operands the order is optimal.</summary>
    public const int Optimal = 6;

    /// <summary>
    /// Pairs of operands to multiply: 0 … n − 1 are the given ones, and the k-th product is n + k.
    /// </summary>
    /// <param name="operands">The labels of each operand.</param>
    /// <param name="output">The labels of the result.</param>
    /// <param name="lengths">The length of each label.</param>
    public static ImmutableArray<(int Left, int Right)> Of(ImmutableArray<ImmutableArray<int>> operands, ImmutableArray<int> output, ImmutableDictionary<int, int> lengths)
    {
        if (operands.Length <= 2)
            return operands.Length == 2 ? [(0, 1)] : [];
        int[] labels = [.. lengths.Keys];
        BigInteger[] sets = [.. operands.Select(Set)];
        return operands.Length <= Optimal ? Best(sets, Set(output), Size) : Greedy([.. sets], Set(output), Size);

        BigInteger Set(ImmutableArray<int> of) => of.Aggregate(BigInteger.Zero, (set, label) => set | BigInteger.One << Array.IndexOf(labels, label));

        double Size(BigInteger set)
        {
            double size = 1;
            for (int i = 0; i < labels.Length; i++)
                if (!(set >> i).IsEven)
                    size *= lengths[labels[i]];
            return size;
        }
    }

    /// <summary>What a path costs: the number of multiplications.</summary>
    public static double Cost(ImmutableArray<(int Left, int Right)> path, ImmutableArray<ImmutableArray<int>> operands, ImmutableArray<int> output, ImmutableDictionary<int, int> lengths)
    {
        double cost = 0;
        List<HashSet<int>?> sets = [.. operands.Select(labels => labels.ToHashSet())];
        foreach (var (left, right) in path)
        {
            HashSet<int> union = [.. sets[left]!, .. sets[right]!];
            (sets[left], sets[right]) = (null, null);
            cost += union.Aggregate(1.0, (size, label) => size * lengths[label]);
            sets.Add([.. union.Where(label => output.Contains(label) || sets.Any(set => set is not null && set.Contains(label)))]);
        }
        return cost;
    }

    private static ImmutableArray<(int, int)> Best(BigInteger[] operands, BigInteger output, Func<BigInteger, double> size)
    {
        int n = operands.Length, all = (1 << n) - 1;
        var costs = new double[all + 1];
        var splits = new int[all + 1];
        // The labels of a product of some operands: those that others or the output need.
        var labels = new BigInteger[all + 1];
        for (int subset = 1; subset <= all; subset++)
            labels[subset] = int.IsPow2(subset) ? operands[int.Log2(subset)] : Union(subset) & (output | Union(all & ~subset));
        for (int subset = 1; subset <= all; subset++)
        {
            if (int.IsPow2(subset))
                continue;
            costs[subset] = double.PositiveInfinity;
            // Every split into two, each once: the part with the lowest operand is the left one.
            for (int left = (subset - 1) & subset; left > 0; left = (left - 1) & subset)
            {
                int right = subset & ~left;
                if ((left & subset & -subset) == 0)
                    continue;
                double cost = costs[left] + costs[right] + size(labels[left] | labels[right]);
                if (cost < costs[subset])
                    (costs[subset], splits[subset]) = (cost, left);
            }
        }
        var path = ImmutableArray.CreateBuilder<(int, int)>();
        Emit(all);
        return path.ToImmutable();

        BigInteger Union(int subset)
        {
            var union = BigInteger.Zero;
            for (int i = 0; i < n; i++)
                union |= (subset >> i & 1) != 0 ? operands[i] : 0;
            return union;
        }

        int Emit(int subset)
        {
            if (int.IsPow2(subset))
                return int.Log2(subset);
            int left = Emit(splits[subset]), right = Emit(subset & ~splits[subset]);
            path.Add((left, right));
            return n + path.Count - 1;
        }
    }

    private static ImmutableArray<(int, int)> Greedy(List<BigInteger> operands, BigInteger output, Func<BigInteger, double> size)
    {
        var path = ImmutableArray.CreateBuilder<(int, int)>();
        List<int> left = [.. Enumerable.Range(0, operands.Count)];
        while (left.Count > 1)
        {
            (double Growth, double Cost, int First, int Second) best = (double.PositiveInfinity, double.PositiveInfinity, -1, -1);
            for (int j = 1; j < left.Count; j++)
                for (int i = 0; i < j; i++)
                {
                    var (first, second) = (operands[left[i]], operands[left[j]]);
                    double growth = size(Product(left[i], left[j])) - size(first) - size(second), cost = size(first | second);
                    if (growth < best.Growth || (growth == best.Growth && cost < best.Cost) || best.First < 0)
                        best = (growth, cost, left[i], left[j]);
                }
            operands.Add(Product(best.First, best.Second));
            path.Add((best.First, best.Second));
            left.Remove(best.First);
            left.Remove(best.Second);
            left.Add(operands.Count - 1);
        }
        return path.ToImmutable();

        BigInteger Product(int first, int second) => (operands[first] | operands[second]) &
            left.Where(other => other != first && other != second).Aggregate(output, (needed, other) => needed | operands[other]);
    }
}
