using Xunit;

namespace Autodiff.Functional.Properties.ControlFlow;

/// <summary>
/// Derivatives, batches, loops and branches inside one another, all sequences to depth three: the same as with loops and branches of the host language. At each level the inner function closes over
/// the outer variable, so that each derivative must be taken in its own.
/// </summary>
public sealed class NestingLaws
{
    /// <summary>From a function of v that closes over z to another one: by the library, and by the host language where there is a difference.</summary>
    private sealed record Layer(string Name, Func<Func<Expr, Expr>, Expr, Expr> Library, Func<Func<Expr, Expr>, Expr, Expr> Host)
    {
        public Layer(string name, Func<Func<Expr, Expr>, Expr, Expr> both) : this(name, both, both) { }
    }

    private static readonly Layer[] s_layers =
    [
        new("grad", (f, x) => Ad.Grad(f, x)),
        new("jvp", (f, x) => Ad.Jvp(f, x, x) is var (value, tangent) ? value + tangent : x),
        new("vjp", (f, x) => Ad.Vjp(f, x) is var (value, pullback) ? pullback(0.7) + pullback(value) : x),
        new("linearize", (f, x) => Ad.Linearize(f, x) is var (_, map) ? map(0.5) + map(x) : x),
        new("batch",
            (f, x) => Expr.Sum(Graph.Trace(v => [f(v[0])], [x.Type]).Batch([Expr.Stack([x, 0.5 * x])], [true], 2)[0]),
            (f, x) => f(x) + f(0.5 * x)),
        new("scan",
            (f, x) => Ad.Scan((c, row) => (0.5 * f(c) + row * x, c), x, Tensor.Of([0.1, -0.2])) is var (last, all) ? last + Expr.Sum(all) : x,
            (f, x) => 0.5 * f(x) + 0.1 * x is var c ? 0.5 * f(c) - 0.2 * x + (x + c) : x),
        new("for", (f, x) => Ad.ForLoop(2, (i, c) => f(c) * 0.3 + x, x), (f, x) => f(f(x) * 0.3 + x) * 0.3 + x),
        new("cond",
            (f, x) => Ad.Cond(x > 0.3, v => f(v) * x, v => v * v + x, x),
            (f, x) => (double)x > 0.3 ? f(x) * x : x * x + x),
        new("closures",
            (f, x) => Ad.Cond(x <= 0.3, () => x, () => f(x)),
            (f, x) => (double)x <= 0.3 ? x : f(x)),
        new("fix", (f, x) => Ad.Fix(v => 0.05 * Expr.Tanh(f(v)) + 0.1 * v + x, x), (f, x) =>
        {
            var v = x;
            for (int i = 0; i < 30; i++)
                v = 0.05 * Expr.Tanh(f(v)) + 0.1 * v + x;
            return v;
        }),
    ];

    public static TheoryData<string, string> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            foreach (var outer in s_layers)
                foreach (var middle in s_layers)
                    pairs.Add(outer.Name, middle.Name);
            return pairs;
        }
    }

    [Theory, MemberData(nameof(Pairs))]
    public void Nested_with_any_third_inside(string outer, string middle) => Assert.All(s_layers, inner =>
    {
        Layer[] layers = [s_layers.Single(layer => layer.Name == outer), s_layers.Single(layer => layer.Name == middle), inner];
        // A limit of 30 unrolled steps inside another is nothing to compare with.
        if (layers.Count(layer => layer.Name == "fix") > 1)
            return;
        foreach (double at in (double[])[0.6, 0.2])
        {
            double expected = (double)Nested(layers, layer => layer.Host)(at, 1.0), actual = (double)Nested(layers, layer => layer.Library)(at, 1.0);
            Assert.True(Close.Agree("", expected, actual, 1e-8) is null, $"{outer} {middle} {inner.Name} at {at}: {expected} and {actual}");
            double slope = (double)Ad.Grad(x => Nested(layers, layer => layer.Host)(x, 1.0), at), gradient = (double)Ad.Grad(x => Nested(layers, layer => layer.Library)(x, 1.0), at);
            Assert.True(Close.Agree("", slope, gradient, 1e-7) is null, $"gradient of {outer} {middle} {inner.Name} at {at}: {slope} and {gradient}");
        }
    });

    private static Func<Expr, Expr, Expr> Nested(Layer[] layers, Func<Layer, Func<Func<Expr, Expr>, Expr, Expr>> by) => layers.Reverse().Aggregate(
        (Func<Expr, Expr, Expr>)((v, z) => Expr.Sin(v * z) + 0.5 * v * v), (inner, layer) => (x, z) => by(layer)(v => inner(v, 0.5 * x + 0.5 * z), x));
}
