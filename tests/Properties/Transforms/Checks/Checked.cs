using System.Collections.Immutable;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>A function and a point for CheckGradients, drawn from a number. Its derivatives are right as far as anybody knows.</summary>
/// <param name="Kind">What is nasty about the point.</param>
/// <param name="F">The function.</param>
/// <param name="At">The point.</param>
/// <param name="Text">Both, to be read.</param>
public sealed record Checked(string Kind, Func<Expr[], Expr> F, Expr[] At, string Text)
{
    /// <summary>Another function of the value.</summary>
    public Checked Then(string kind, Func<Expr, Expr> outer) => this with { Kind = kind, F = x => outer(F(x)), Text = $"{kind} of\n{Text}" };

    // Computed by code that no trace sees.
    private static readonly Func<Expr, Expr> s_outside = Ad.CustomVjp((Expr x) => (Apply(Math.Atan, x), x), (x, c) => c / (1 + x * x));

    private static readonly ImmutableArray<(string Kind, Func<Program, Random, Checked> Draw)> s_kinds =
    [
        ("ordinary", (p, _) => Of(p)),
        ("an exact fit", (p, _) => Of(p) is var c ? c.Then("an exact fit", Square(c.F(c.At).Value)) : null!),
        ("a fit with a last digit", (p, _) => Of(p) is var c ? c.Then("a fit with a last digit", Square((c.F(c.At) * (1 + 1e-15)).Value)) : null!),
        ("the variance of equal numbers", (p, r) => Of(p) is var c && c.F(c.At).Value is var y && Math.Pow(10, r.Next(-3, 9)) is var level
            ? c.Then($"the variance of numbers that equal {level}", v => Expr.Variance(Expr.Concatenate([Expr.Ravel(v - y), Tensor.Of([0.0])]) + level)) : null!),
        ("large numbers that cancel", (p, r) => Math.Pow(10, r.Next(3, 13)) is var level ? Of(p).Then($"{level} that cancels", v => v + level - level) : null!),
        ("a large offset", (p, r) => Math.Pow(10, r.Next(3, 13)) is var level ? Of(p).Then($"an offset {level}", v => v + level) : null!),
        ("log-sum-exp of large numbers", (p, r) => Of(p) is var c && c.F(c.At).Value is var y && Math.Pow(10, r.Next(1, 9)) is var level
            ? c.Then($"log-sum-exp near {level}", v => Expr.LogSumExp(Expr.Concatenate([Expr.Ravel(v - y) + level, Tensor.Of([level])]))) : null!),
        ("fast oscillation", (p, r) => Math.Pow(10, r.Next(3, 10)) is var rate ? Of(p).Then($"a sine of {rate} times", v => Expr.Sin(rate * v)) : null!),
        ("a rounding residue", (p, _) => Of(p).Then("cos x − round(cos x)", v => Expr.Cos(v) is var cos ? cos - Expr.Round(cos) : v)),
        ("a norm of zeros", (p, _) => Of(p) is var c && c.F(c.At).Value is var y ? c.Then("a norm of zeros", v => Expr.Norm(Expr.Ravel(v - y))) : null!),
        ("ties", (p, r) => Of(p, x => Math.Round(x))),
        ("zeros", (p, r) => Of(p, x => r.Next(2) == 0 ? 0 : x)),
        ("large points", (p, r) => Math.Pow(10, r.Next(2, 9)) is var scale ? Of(p, x => x * scale) : null!),
        ("small points", (p, r) => Math.Pow(10, -r.Next(3, 20)) is var scale ? Of(p, x => x * scale, smooth: true) : null!),
        ("in single precision", (p, r) => Of(p) is var c ? c with { Kind = "in single precision", At = [.. c.At.Select(x => Expr.Cast(x, DType.Float32))] } : null!),
        ("outside code", (p, _) => Of(p).Then("outside code", s_outside)),
        ("outside code in single precision", (p, _) => Of(p) is var c ? (c with { At = [.. c.At.Select(x => Expr.Cast(x, DType.Float32))] }).Then("outside code in single precision", s_outside) : null!),
        ("a branch of the host", (p, _) => Of(p).Then("a branch of the host", v => (double)Expr.Sum(v) > 0 ? Expr.Sin(v) : Expr.Exp(-v * v))),
        ("an op at its edges", (_, r) => AnEdge(r)),
    ];

    /// <summary>All kinds.</summary>
    public static ImmutableArray<string> Kinds => [.. s_kinds.Select(kind => kind.Kind)];

    /// <summary>A case of a kind.</summary>
    public static Checked Draw(int kind, int seed)
    {
        var random = new Random(seed);
        return s_kinds[kind].Draw(Programs.Of(random, 0, 6), random) with { Kind = s_kinds[kind].Kind };
    }

    private static Checked Of(Program p) => new("ordinary", p.Run, p.At, $"{p}");

    /// <summary>The program at another point. If it is to be smooth there and is not, the ordinary one.</summary>
    private static Checked Of(Program p, Func<double, double> moved, bool smooth = false)
    {
        var there = p with { Inputs = [.. p.Inputs.Select(x => Tensor.Of(Array.ConvertAll(x.ToArray<double>(), e => moved(e)), x.Shape))] };
        return Of(smooth && there.Margin == 0 ? p : there);
    }

    private static Func<Expr, Expr> Square(Tensor data) => v => Expr.Sum(Expr.Square(v - (Expr)data));

    internal static Expr Apply(Func<double, double> f, Expr x) =>
        Expr.Cast(Tensor.Of(Array.ConvertAll(Expr.Cast(x, DType.Float64).Value.ToArray<double>(), e => f(e)), x.Shape), x.DType);

    private static readonly ImmutableArray<OpInfo> s_ops = [.. Catalogue.Of(typeof(Expr).Assembly).Where(op => !op.Detached && op.Name is not ("Fix" or "Root"))];

    private static readonly double[] s_edges = [0, 0, 1, -1, 0.5, 2, 3, -0.5, 1e-8, -1e-8, 1e-3, 20, -20, 1e6, -1e6, 1e15];

    private static Checked AnEdge(Random random)
    {
        var op = s_ops[random.Next(s_ops.Length)];
        var call = op.Draw(random);
        ImmutableArray<int> floating = [.. Enumerable.Range(0, call.Inputs.Length).Where(i => call.Inputs[i].DType == DType.Float64)];
        Expr[] at = [.. floating.Select(i => (Expr)Tensor.Of(Array.ConvertAll(call.Inputs[i].ToArray<double>(), e => random.Next(3) == 0 ? e : s_edges[random.Next(s_edges.Length)]), call.Inputs[i].Shape))];
        return new("an op at its edges", x => call.Apply([.. call.Inputs.Select((input, i) => floating.IndexOf(i) is var place and >= 0 ? x[place] : (Expr)input)]), at,
            $"{call with { Inputs = [.. call.Inputs.Select((input, i) => floating.IndexOf(i) is var place and >= 0 ? at[place].Value : input)] }}");
    }
}
