using System.Collections.Immutable;
using Xunit;
using static Autodiff.Functional.Properties.Structures.Zoo;

namespace Autodiff.Functional.Properties.Structures;

/// <summary>The transforms over structures: everything, a part, something beside the value, long lists, many threads.</summary>
public sealed class TransformTests
{
    private static readonly Positional s_model = new(2.0, 3.0);

    private sealed class Opened(Expr start)
    {
        private readonly Expr _secret = start;

        public Expr Secret() => _secret;
    }

    private static readonly Structure<Opened> s_opened = Structure.Register<Opened>(o => [o.Secret()], (o, leaves) => new(leaves[0]));

    private sealed record Pair(Expr X, Expr Y);

    private static readonly Structure<Pair> s_pair = Structure.Register<Pair>(p => [p.X, p.Y], (p, leaves) => new(leaves[0], leaves[1]));

    [Fact]
    public void Gradients_by_a_registered_structure()
    {
        Assert.Equal(4.0, (double)Ad.Grad(o => o.Secret() * o.Secret(), new Opened(2.0)).Secret());
        Assert.Equal(4.0, (double)Ad.Grad(o => o.Secret() * o.Secret(), new Opened(2.0), s_opened).Secret());
        var pairs = Structure.Tuple(Structure.Array(s_opened), Structure.Untouched<string>());
        var (value, (gradient, text)) = Ad.ValueAndGrad(p => p.Item1[0].Secret() * p.Item1[1].Secret(), (new[] { new Opened(2.0), new Opened(5.0) }, "text"), pairs);
        Assert.Equal((10.0, 5.0, 2.0, "text"), ((double)value, (double)gradient[0].Secret(), (double)gradient[1].Secret(), text));
        Assert.Equal(["p.X", "p.Y"], s_pair.Leaves(new(1.0, 2.0), "p").Select(leaf => leaf.Path));
    }

    [Fact]
    public void Explicit_structures_in_forward_and_reverse_mode()
    {
        var inputs = Structure.Tuple(s_pair, Structure.ImmutableArray(Structure.Node), Structure.Untouched<string>());
        var outputs = Structure.Tuple(Structure.Node, s_pair);
        (Pair, ImmutableArray<Expr>, string) at = (new(2.0, 3.0), [5.0], "n"), tangent = (new(1.0, 0.0), [1.0], "");
        static (Expr, Pair) F((Pair P, ImmutableArray<Expr> Others, string) p) => (p.P.X * p.Others[0], new(p.P.X * p.P.Y, p.Others[0]));
        var (_, (first, second)) = Ad.Jvp(F, at, tangent, inputs, outputs);
        Assert.Equal((7.0, 3.0, 1.0), ((double)first, (double)second.X, (double)second.Y));
        var (gradient, rest, text) = Ad.Vjp(F, at, inputs, outputs).Pullback((1.0, new(1.0, 0.0)));
        Assert.Equal((8.0, 2.0, 2.0, "n"), ((double)gradient.X, (double)gradient.Y, (double)rest[0], text));
        Assert.Equal(["v.Item1.X", "v.Item1.Y", "v.Item2[0]"], inputs.Leaves(at, "v").Select(leaf => leaf.Path));
    }

    [Fact]
    public void A_chosen_part()
    {
        Expr labels = Tensor.Of([1, 0]);
        static Expr Loss((Positional Model, Expr Labels, string Name) p) => p.Model.W * p.Model.W * p.Model.B * Expr.Sum(Expr.Cast(p.Labels, DType.Float64));
        (Positional Model, Expr Labels, string Name) at = (s_model, labels, "name");
        Assert.Equal(12.0, (double)Ad.Grad(Loss, at, p => p.Model).W);
        Assert.Equal(4.0, (double)Ad.Grad(Loss, at, p => p.Model.B));
        var (value, (b, w)) = Ad.ValueAndGrad(Loss, at, p => (p.Model.B, p.Model.W));
        Assert.Equal((12.0, 4.0, 12.0), ((double)value, (double)b, (double)w));
        Assert.Throws<ForeignVariableException>(() => Ad.Grad(Loss, at, p => p.Model.W * 2.0));
        Assert.Throws<ForeignVariableException>(() => Ad.Grad(Loss, at, p => (p.Model.W, p.Model)));
    }

    [Fact]
    public void A_chosen_part_inside_another_gradient() =>   // d/dx of (d/dw x·w² at w = x) = d/dx 2x² = 4x
        Assert.Equal(12.0, (double)Ad.Grad(x => Ad.Grad(p => p.Item1 * p.Item2.W * p.Item2.W, (x, new Positional(x, x)), p => p.Item2.W), 3.0));

    [Fact]
    public void Something_beside_the_value()
    {
        var (value, (prediction, name, count), gradient) = Ad.ValueAndGradWithAuxiliary(m => (m.W * m.B * m.B, (m.W + m.B, "n", 3)), s_model);
        Assert.Equal((18.0, 5.0, "n", 3, 9.0, 12.0), ((double)value, (double)prediction, name, count, (double)gradient.W, (double)gradient.B));
        var (slope, beside) = Ad.GradWithAuxiliary(m => (m.W * m.W, "text"), s_model);
        Assert.Equal((4.0, "text"), ((double)slope.W, beside));
        // What stands beside leaves the inner gradient as part of the outer graph: d/dx (x · x) there.
        Assert.Equal(6.0, (double)Ad.Grad(x => Ad.GradWithAuxiliary(y => (y * 2.0, y * x), x).Auxiliary, 3.0));
    }

    [Fact]
    public void Linearize_is_jvp_and_evaluates_once()
    {
        int calls = 0;
        (Expr, Positional) F(Positional m)
        {
            calls++;
            return (Expr.Sin(m.W) * m.B, new(m.W * m.B, Expr.Exp(m.B)));
        }
        var (value, pushforward) = Ad.Linearize(F, s_model);
        foreach (var tangent in new Positional[] { new(1.0, 0.0), new(0.3, -2.0) })
            Assert.Equal(Doubles(Ad.Jvp(F, s_model, tangent).Tangent), Doubles(pushforward(tangent)));
        Assert.Equal(3, calls);
        Assert.Equal(Doubles(F(s_model)), Doubles(value));
        Assert.Equal(Math.Cos(0.5), (double)Ad.Linearize(Expr.Sin, 0.5).Pushforward(1.0));
        Assert.Equal(-Math.Sin(0.5), (double)Ad.Grad(x => Ad.Linearize(Expr.Sin, x).Pushforward(1.0), 0.5));
    }

    private static double[] Doubles<P>(P value) => [.. Structure.Leaves(value).Select(leaf => (double)leaf.Node)];

    [Fact]
    public void A_Hessian_times_a_vector()
    {
        static Expr F(Positional m) => m.W * m.W * m.B + Expr.Sin(m.B);
        var product = Ad.HessianVectorProduct(F, s_model, new(1.0, -1.0));
        Assert.Equal(2 * 3.0 - 2 * 2.0, (double)product.W, 1e-12);
        Assert.Equal(2 * 2.0 + Math.Sin(3.0), (double)product.B, 1e-12);
        Expr x = Tensor.Of([1.0, 2.0]);
        Assert.Equal([6.0, 24.0], Ad.HessianVectorProduct(v => Expr.Sum(v * v * v), x, Tensor.Of([1.0, 2.0])).Value.ToArray<double>());
    }

    [Fact]
    public void Jacobians_and_Hessians_over_records()
    {
        var h = Ad.Hessian(m => m.W * m.W * m.B, s_model);
        Assert.Equal((6.0, 4.0, 4.0), ((double)h[m => m.W].W, (double)h[m => m.W].B, (double)h[m => m.B].W));
        var j = Ad.Jacobian(m => new Point(m.W * m.B, m.W + m.B), s_model);
        Assert.Equal((3.0, 2.0, 1.0), ((double)j[p => p.X].W, (double)j[p => p.X].B, (double)j[p => p.Y].B));
    }

    [Fact]
    public void A_list_of_100_000()
    {
        const int Length = 100_000;
        var list = ImmutableList.CreateRange(Enumerable.Range(0, Length).Select(i => new Positional((double)i, 1.0)));
        Assert.Equal(2 * Length, Structure.Leaves(list).Length);
        Assert.Equal(2.0 * (Length - 1), (double)Structure.Map(list, x => x * 2.0)[^1].W);
        Chain? chain = null;
        for (int i = 0; i < Length; i++)
            chain = new((double)i, chain);
        Assert.Equal(Length, Structure.Of<Chain>().Flatten(chain!).Length);
        Assert.Equal(2.0 * (Length - 1), (double)Structure.Map(chain!, x => x * 2.0).Head);
    }

    [Fact]
    public void Many_threads_at_once()
    {
        var results = new double[64];
        Parallel.For(0, results.Length, new ParallelOptions { MaxDegreeOfParallelism = 64 }, i =>
            results[i] = (double)((Affine)((Generic<Layer>)Ad.Grad(p => ((Affine)p.Value).W * ((Affine)p.Other).B, new Generic<Layer>(new Affine((double)i, 1.0), new Affine(2.0, 5.0), 1))).Value).W);
        Assert.All(results, slope => Assert.Equal(5.0, slope));
    }

    [Fact]
    public void Derived_state_is_computed_again()
    {
        var computed = Structure.Map(new Computed(2.0, 3.0), x => x * 10.0);
        Assert.Equal(50.0, (double)computed.Sum);
    }
}
