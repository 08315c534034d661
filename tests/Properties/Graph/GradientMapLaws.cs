using FsCheck;
using FsCheck.Fluent;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Graphs;

/// <summary>The gradient map is an immutable map and a monoid. Everything here is computed on small integers, where addition is exact.</summary>
public sealed class GradientMapLaws(ITestOutputHelper output)
{
    /// <summary>Three maps over variables that they share.</summary>
    private sealed record Three(Expr[] Variables, GradientMap A, GradientMap B, GradientMap C)
    {
        public override string ToString() => $"A:\n{A}\nB:\n{B}\nC:\n{C}";
    }

    private static readonly Arbitrary<Three> s_three = Gen.Choose(0, int.MaxValue).Select(seed =>
    {
        var random = new Random(seed);
        Expr[] variables = [.. Enumerable.Range(0, 4).Select(i => Expr.Variable($"x{i}", Tensor.Scalar((double)random.Next(-3, 4))))];
        return new Three(variables, Map(), Map(), Map());

        GradientMap Map() => random.Next(6) == 0 ? GradientMap.Empty : Ad.Gradients(Loss(random, variables));
    }).ToArbitrary();

    /// <summary>A polynomial with small whole coefficients in some of the variables.</summary>
    private static Expr Loss(Random random, Expr[] variables)
    {
        var values = new List<Expr> { variables[random.Next(4)], variables[random.Next(4)] };
        for (int i = 0; i < 5; i++)
        {
            Expr a = values[random.Next(values.Count)], b = values[random.Next(values.Count)];
            values.Add(random.Next(4) switch { 0 => a * (double)random.Next(-2, 3), 1 => a - b, 2 when i < 3 => a * b, _ => a + b });
        }
        return values[^1];
    }

    [Fact]
    public void Merging_is_associative() => Law.Holds(output, 500, s_three, m =>
        Same(m.A.Merge(m.B).Merge(m.C), m.A.Merge(m.B.Merge(m.C))));

    [Fact]
    public void The_empty_map_is_the_unit() => Law.Holds(output, 300, s_three, m =>
        Same(m.A.Merge(GradientMap.Empty), m.A) ?? Same(GradientMap.Empty.Merge(m.A), m.A));

    [Fact]
    public void Merging_commutes() => Law.Holds(output, 300, s_three, m => Same(m.A.Merge(m.B), m.B.Merge(m.A)));

    [Fact]
    public void Merging_adds() => Law.Holds(output, 300, s_three, m =>
    {
        var sum = m.A.Merge(m.B);
        return m.Variables.All(x => (double)sum[x] == (double)m.A[x] + (double)m.B[x]) ? null : $"the sum is\n{sum}";
    });

    [Fact]
    public void The_map_of_a_sum_is_the_sum_of_the_maps() => Law.Holds(output, 300, s_three, m =>
    {
        var random = new Random(m.A.Count);
        Expr f = Loss(random, m.Variables), g = Loss(random, m.Variables);
        var (both, merged) = (Ad.Gradients(f + g), Ad.Gradients(f).Merge(Ad.Gradients(g)));
        return m.Variables.All(x => (double)both[x] == (double)merged[x]) ? null : $"{both}\nand\n{merged}";
    });

    [Fact]
    public void It_is_a_dictionary() => Law.Holds(output, 200, s_three, m =>
        m.A.Count == m.A.Keys.Count() && m.A.Keys.All(m.A.ContainsKey) && m.A.All(e => m.A.TryGetValue(e.Key, out var c) && ReferenceEquals(c, e.Value) && ReferenceEquals(m.A[e.Key], c))
            && m.A.Values.SequenceEqual(m.A.Select(e => e.Value)) ? null : "keys, values and entries disagree");

    [Fact]
    public void A_foreign_node_has_zeros()
    {
        var x = Expr.Variable("x", Tensor.Of([1.0, 2]));
        var foreign = Expr.Variable("x", Tensor.Of(new float[,] { { 1, 2, 3 } }));
        var map = Ad.Gradients(Expr.Sum(x * x));
        Assert.False(map.TryGetValue(foreign, out var cotangent));
        Assert.Null(cotangent);
        Assert.False(map.ContainsKey(foreign));
        Assert.Equal(Tensor.Of(new float[1, 3]), map[foreign].Value);
        Assert.Equal(Tensor.Of([2.0, 4]), map[x].Value);
    }

    [Fact]
    public void A_constant_has_the_empty_map() => Assert.Empty(Ad.Gradients(Expr.Scalar(3.0) * 2.0));

    [Fact]
    public void Constants_have_no_entry()
    {
        var (x, c) = (Expr.Variable("x", Tensor.Scalar(2.0)), Expr.Scalar(3.0));
        Assert.False(Ad.Gradients(x * c).ContainsKey(c));
    }

    // ---- versions ----

    /// <summary>A loss with many contributions, folded step by step: the versions, and what each had in it when it was made.</summary>
    private static (KahnOrder Order, List<GradientMap> Versions, List<Dictionary<Expr, double>> Then) Versions(int seed)
    {
        var random = new Random(seed);
        Expr[] variables = [.. Enumerable.Range(0, 4).Select(i => Expr.Variable($"x{i}", Tensor.Scalar((double)random.Next(-3, 4))))];
        var order = KahnOrder.From(Loss(random, variables) + Loss(random, variables));
        var (versions, then) = (new List<GradientMap>(), new List<Dictionary<Expr, double>>());
        var map = GradientMap.Seed(order, [Expr.One]);
        Remember();
        foreach (var visit in order.Reversed)
            if (map.TryGetValue(visit, out Cotangent cotangent))
            {
                map = map.Add(visit, visit.Op.Vjp(visit.Inputs, visit.Node, cotangent, visit.Wanted));
                Remember();
            }
        return (order, versions, then);

        void Remember()
        {
            versions.Add(map);
            then.Add(Snapshot(map));
        }
    }

    private static Dictionary<Expr, double> Snapshot(GradientMap map) => map.ToDictionary(e => e.Key, e => (double)e.Value);

    [Fact]
    public void An_older_version_never_sees_newer_entries() => Law.Holds(output, 300, Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var (_, versions, then) = Versions(seed);
        return versions.Zip(then).All(v => Equal(Snapshot(v.First), v.Second)) ? null : "a version has changed";
    });

    [Fact]
    public void A_branch_from_an_older_version_sees_its_own_entries_only() => Law.Holds(output, 300, Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var (order, versions, then) = Versions(seed);
        var random = new Random(seed);
        int old = random.Next(versions.Count);
        var (branch, expected) = (versions[old], new Dictionary<Expr, double>(then[old]));
        for (int i = 0; i < 5; i++)
        {
            var visit = order[random.Next(order.Count)];
            branch = branch.Add(visit, new Contributions((Expr)1.0, (Expr)10.0));
            for (int k = 0; k < visit.Inputs.Count; k++)
                expected[visit.Inputs[k]] = expected.GetValueOrDefault(visit.Inputs[k]) + (k == 0 ? 1 : 10);
            versions.Add(branch);
            then.Add(new(expected));
        }
        return versions.Zip(then).All(v => Equal(Snapshot(v.First), v.Second)) ? null : "a version has changed, or the branch has others' entries";
    });

    [Fact]
    public void Branches_from_several_threads_see_their_own_entries_only() => Law.Holds(output, 60, Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var (order, versions, then) = Versions(seed);
        int old = seed % versions.Count;
        var wrong = new System.Collections.Concurrent.ConcurrentBag<string>();
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, thread =>
        {
            var random = new Random(seed ^ thread);
            var (branch, expected) = (versions[old], new Dictionary<Expr, double>(then[old]));
            for (int i = 0; i < 20; i++)
            {
                var visit = order[random.Next(order.Count)];
                branch = branch.Add(visit, new Contributions((Expr)(double)thread, (Expr)100.0));
                for (int k = 0; k < visit.Inputs.Count; k++)
                    expected[visit.Inputs[k]] = expected.GetValueOrDefault(visit.Inputs[k]) + (k == 0 ? thread : 100);
            }
            if (!Equal(Snapshot(branch), expected))
                wrong.Add($"thread {thread} does not see its own entries");
        });
        return versions.Zip(then).All(v => Equal(Snapshot(v.First), v.Second)) ? wrong.FirstOrDefault() : "a version has changed";
    });

    private static bool Equal(Dictionary<Expr, double> a, Dictionary<Expr, double> b) =>
        a.Count == b.Count && a.All(e => b.TryGetValue(e.Key, out double value) && value == e.Value);

    private static string? Same(GradientMap a, GradientMap b) => Equal(Snapshot(a), Snapshot(b)) ? null : $"{a}\nis not\n{b}";
}
