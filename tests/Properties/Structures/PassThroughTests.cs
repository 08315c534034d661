using System.Collections.Immutable;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using Xunit;

namespace Autodiff.Functional.Properties.Structures;

/// <summary>What is no Expr passes through every transform as it is; so where it would be mistaken for a derivative, a batch or a step's result, that is an error.</summary>
public sealed class PassThroughTests
{
    public record P(double W);

    public record T(Tensor W, string Name);

    public sealed record Sealed(float W);

    public record Base(string Name);

    public sealed record Derived(string Name, double W) : Base(Name);

    public record Mixed(Expr W, double Rate, string Name);

    private static Expr Square(object? p) => p switch
    {
        P { W: var w } => Expr.Square(w),
        T { W: var w } => Expr.Sum(Expr.Square(w)),
        _ => 1.0,
    };

    // Each transform by name, at a value of a type.
    private static IEnumerable<(string Op, Action Call)> Calls<V>(V at) =>
    [
        ("Grad", () => Ad.Grad(p => Square(p), at)),
        ("ValueAndGrad", () => Ad.ValueAndGrad(p => Square(p), at)),
        ("GradWithAuxiliary", () => Ad.GradWithAuxiliary<V, string>(p => (Square(p), ""), at)),
        ("ValueAndGradWithAuxiliary", () => Ad.ValueAndGradWithAuxiliary<V, string>(p => (Square(p), ""), at)),
        ("Grad", () => Ad.Grad<(Expr, V), V>(p => Square(p.Item2), (1.0, at), p => p.Item2)),
        ("Jvp", () => Ad.Jvp<V, Expr>(p => Square(p), at, at)),
        ("Jvp", () => Ad.Jvp<Expr, V>(_ => at, 1.0, 1.0)),
        ("Vjp", () => Ad.Vjp<V, Expr>(p => Square(p), at)),
        ("Vjp", () => Ad.Vjp<Expr, V>(_ => at, 1.0)),
        ("Linearize", () => Ad.Linearize<V, Expr>(p => Square(p), at)),
        ("Linearize", () => Ad.Linearize<Expr, V>(_ => at, 1.0)),
        ("Jacobian", () => Ad.Jacobian<V>(p => Square(p), at)),
        ("Jacobian", () => Ad.Jacobian<Expr, V>(_ => at, 1.0)),
        ("JacobianForward", () => Ad.JacobianForward<V>(p => Square(p), at)),
        ("JacobianReverse", () => Ad.JacobianReverse<V>(p => Square(p), at)),
        ("Hessian", () => Ad.Hessian<V>(p => Square(p), at)),
        ("HessianVectorProduct", () => Ad.HessianVectorProduct<V>(p => Square(p), at, at)),
        ("CheckGradients", () => Ad.CheckGradients<V, Expr>(p => Square(p), at)),
        ("Vmap", () => Ad.Vmap<V, Expr>(p => Square(p), at)),
        ("Vmap", () => Ad.Vmap<Expr, V>(_ => at, Tensor.Of([1.0, 2.0]))),
        ("CustomVjp", () => Ad.CustomVjp<V, Expr, Expr>(p => (Square(p), 1.0), (_, _) => at)(at)),
        ("CustomJvp", () => Ad.CustomJvp<V, Expr>((p, _) => (Square(p), 1.0))(at)),
        ("Checkpoint", () => Ad.Checkpoint<V, Expr>(p => Square(p))(at)),
        ("Fix", () => Ad.Fix(p => p, at)),
        ("Root", () => Ad.Root(p => p, at)),
    ];

    private static void AllRefuse<V>(V at, params string[] says) => Assert.All(Calls(at), call =>
    {
        var error = Assert.Throws<StructureException>(call.Call);
        Assert.StartsWith(call.Op + ": ", error.Message, StringComparison.Ordinal);
        Assert.Contains("as Expr", error.Message, StringComparison.Ordinal);
        Assert.All(says, text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
    });

    [Fact]
    public void Without_any_node_every_transform_refuses()
    {
        AllRefuse(new P(2.0), "PassThroughTests.P", "W (Double)");
        AllRefuse(new T(Tensor.Of([1.0, 2.0]), "n"), "PassThroughTests.T", "W (Tensor)");
        AllRefuse(new Sealed(2f), "PassThroughTests.Sealed", "W (Single)");
        AllRefuse<Base>(new Derived("n", 2.0), "W (Double)");
        AllRefuse<object>(new P(2.0), "W (Double)");
        AllRefuse<object>(2.0);
        AllRefuse(new[] { new P(2.0), new P(3.0) }, "W (Double)");
        AllRefuse(ImmutableArray.Create(new P(2.0)), "W (Double)");
        AllRefuse(ImmutableDictionary<string, P>.Empty.Add("a", new P(2.0)), "W (Double)");
        AllRefuse((new P(2.0), 1), "W (Double)");
        AllRefuse(Tuple.Create(new P(2.0), "x"), "W (Double)");
        AllRefuse(new Zoo.Residual([new Zoo.Dropout(0.5)]), "Rate (Double)");
        AllRefuse<IReadOnlyList<P>>([new P(2.0)]);
    }

    [Fact]
    public void Of_FSharp_as_well()
    {
        AllRefuse(ListModule.OfArray([new P(2.0)]), "W (Double)");
        AllRefuse(FSharpOption<P>.Some(new P(2.0)), "W (Double)");
        AllRefuse(FSharpChoice<Expr, double>.NewChoice2Of2(2.0));
        AllRefuse(new FSharpMap<string, P>([Tuple.Create("a", new P(2.0))]), "W (Double)");
    }

    [Fact]
    public void Beside_nodes_all_else_passes_through()
    {
        Assert.Equal(new Mixed(6.0, 0.5, "n") with { W = null! }, Ad.Grad(m => Expr.Square(m.W), new Mixed(3.0, 0.5, "n")) with { W = null! });
        Assert.Equal(6.0, (double)Ad.Grad(m => Expr.Square(m.W), new Mixed(3.0, 0.5, "n")).W);
        var (gradient, rest) = Ad.Grad(m => Expr.Square(m.Item1), ((Expr)3.0, new P(2.0)));
        Assert.Equal((6.0, 2.0), ((double)gradient, rest.W));
    }

    [Fact]
    public void The_derivative_in_nothing_is_nothing()
    {
        Assert.Empty(Ad.Grad<Expr[]>(_ => 1.0, []));
        Assert.Empty(Ad.Grad<ImmutableDictionary<string, Expr>>(_ => 1.0, ImmutableDictionary<string, Expr>.Empty));
        Assert.Null(Ad.Grad<FSharpOption<Expr>?>(_ => 1.0, null));
    }

    [Fact]
    public void A_carry_differs_from_step_to_step_in_its_nodes_only()
    {
        Mixed start = new(1.0, 0.5, "n");
        static void Refuses(string op, string says, Action call)
        {
            var error = Assert.Throws<StructureException>(call);
            Assert.StartsWith(op + ": ", error.Message, StringComparison.Ordinal);
            Assert.Contains(says, error.Message, StringComparison.Ordinal);
        }
        Refuses("Scan", "0.5 as before", () => Ad.Scan<Mixed, Expr>(c => (c with { W = c.W * 2.0, Rate = c.Rate / 2 }, c.W), start, 3));
        Refuses("Scan", "n as before", () => Ad.Scan<Mixed, Expr, Expr>((c, x) => (c with { Name = "m" }, x), start, Tensor.Of([1.0, 2.0])));
        Refuses("Scan", "as before", () => Ad.Scan<P, Expr>(c => (new P(c.W + 1), 1.0), new P(0.0), 3));
        Refuses("Scan", "W (Double)", () => Ad.Scan<Expr, Base>(c => (c, new Derived("n", 1.0)), 1.0, 3));
        Refuses("ForLoop", "Rate", () => Ad.ForLoop(3, (_, c) => c with { Rate = 1 }, start));
        Refuses("While", "Rate", () => Ad.While(c => c.W < 4.0, c => c with { W = c.W * 2.0, Rate = 1 }, start));
        Refuses("Fix", "Rate", () => Ad.Fix(c => c with { W = 0.5 * c.W, Rate = 1 }, start));
        Refuses("Root", "Rate", () => Ad.Root(c => c with { W = c.W - 2.0, Rate = 1 }, start));
        Refuses("Cond", "0.5 as before", () => Ad.Cond(Expr.Scalar(1.0) > 0.0, m => m, m => m with { Rate = 1 }, start));
        Refuses("Switch", "0.5 as before", () => Ad.Switch<Mixed, Mixed>(1, [m => m, m => m with { Rate = 1 }], start));
        Assert.Equal((8.0, 0.5, "n"), Ad.ForLoop(3, (_, c) => c with { W = c.W * 2.0 }, start) is var end ? ((double)end.W, end.Rate, end.Name) : default);
        var (carry, outputs) = Ad.Scan<(Expr, int[]), Expr>(c => ((c.Item1 + 1.0, [1, 2]), c.Item1), (0.0, [1, 2]), 3);
        Assert.Equal((3.0, 3), ((double)carry.Item1, outputs.Shape.Size));
    }
}
