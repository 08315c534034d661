using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>Reverse mode, forward mode, dual numbers and finite differences are one derivative.</summary>
public sealed class ModeLaws(ITestOutputHelper output)
{
    [Fact]
    public void Reverse_is_the_transpose_of_forward() => Law.Holds(output, 600, Programs.Plain, p => // ⟨w, J·v⟩ = ⟨Jᵀ·w, v⟩
    {
        var (v, w) = (p.Tangents(), Directions.Of(p.Shape, 7));
        var forward = Ad.Jvp<Expr[], Expr>(p.Run, p.At, v.Constants()).Tangent;
        var reverse = Ad.Vjp<Expr[], Expr>(p.Run, p.At).Pullback(w);
        return Close.Agree("⟨w, J·v⟩ = ⟨Jᵀ·w, v⟩", Directions.Dot(w, forward.Value), Directions.Dot(reverse, v), scale: Scale(forward, reverse));
    });

    [Fact]
    public void Forward_is_dual_numbers() => Law.Holds(output, 600, Programs.Plain, p =>
        !p.IsTame ? "" : Close.Agree("forward mode and dual numbers",
            Ad.Jvp<Expr[], Expr>(p.Run, p.At, p.Tangents().Constants()).Tangent.Value, Witness.Pushforward(p, p.Inputs, p.Tangents(), Level.Real)));

    [Fact]
    public void Reverse_is_dual_numbers() => Law.Holds(output, 300, Programs.Plain, p =>
        !p.IsTame ? "" : Ad.Grad<Expr[]>(p.Loss, p.At).Select((gradient, i) =>
            Close.Agree($"reverse mode and dual numbers, input {i}", gradient.Value, Witness.Gradient(p, p.Inputs, i, Level.Real))).FirstOrDefault(wrong => wrong is not null));

    [Fact]
    public void Reverse_is_finite_differences() => Law.Holds(output, 600, Programs.Plain, p =>
    {
        if (!p.IsTame)
            return "";
        var v = p.Tangents();
        var graph = p.TracedLoss();
        double slope = Directions.Dot(Ad.Grad<Expr[]>(p.Loss, p.At), v);
        var (difference, error) = FiniteDifference.Along(
            t => (double)graph.Evaluate([.. p.Inputs.Zip(v, (x, d) => (x + t * (Expr)d).Value)])[0]);
        return Math.Abs(slope - difference) <= error ? null : $"reverse mode gives {slope}, finite differences {difference} ± {error}";
    });

    [Fact]
    public void The_second_derivative_is_twice_nested_duals() => Law.Holds(output, 250, Programs.Plain, p => // vᵀ·H·u
    {
        if (!p.IsTame)
            return "";
        var (u, v) = (p.Tangents(1), p.Tangents(2));
        var real = Level.Real;
        var dual = p.Inputs.Select((x, i) => real.Next.Dual(real.Dual(x, u[i]), real.Dual(v[i], null)));
        double witness = (double)real.Tangent(real.Next.Tangent(Witness.Loss(p, dual, real.Next.Next)));
        Expr Slope(Expr[] x) => Ad.Jvp<Expr[], Expr>(p.Loss, x, u.Constants()).Tangent;
        Expr Along(Expr[] x) => Sum(Ad.Grad<Expr[]>(p.Loss, x), u);
        double scale = 1 + Math.Abs((double)p.Loss(p.At)) + Ad.Grad<Expr[]>(p.Loss, p.At).Sum(g => g.Value.ToArray<double>().Sum(Math.Abs));
        return Close.Agree("forward over forward", (double)Ad.Jvp<Expr[], Expr>(Slope, p.At, v.Constants()).Tangent, witness, scale: scale)
            ?? Close.Agree("forward over reverse", (double)Ad.Jvp<Expr[], Expr>(Along, p.At, v.Constants()).Tangent, witness, scale: scale)
            ?? Close.Agree("reverse over forward", Directions.Dot(Ad.Grad<Expr[]>(Slope, p.At), v), witness, scale: scale)
            ?? Close.Agree("reverse over reverse", Directions.Dot(Ad.Grad<Expr[]>(Along, p.At), v), witness, scale: scale);
    });

    [Fact]
    public void Gradients_of_a_graph_are_those_of_the_function() => Law.Holds(output, 300, Programs.Plain, p =>
    {
        Expr[] variables = [.. p.Inputs.Select((x, i) => Expr.Variable($"x{i}", x))];
        var map = Ad.Gradients(p.Loss(variables));
        return variables.Zip(Ad.Grad<Expr[]>(p.Loss, p.At), (x, gradient) => Close.Agree(x.ToString(), map[x].Value, gradient.Value)).FirstOrDefault(wrong => wrong is not null);
    });

    private static Expr Sum(Expr[] gradient, Tensor[] along) => gradient.Zip(along, (g, d) => Expr.Sum(g * d)).Aggregate((a, b) => a + b);

    private static double Scale(Expr forward, Expr[] reverse) =>
        1 + forward.Value.ToArray<double>().Select(Math.Abs).Sum() + reverse.Sum(r => r.Value.ToArray<double>().Sum(Math.Abs));
}

/// <summary>A derivative from values alone, with what it can be off by.</summary>
internal static class FiniteDifference
{
    /// <summary>The derivative of f at 0 by central differences of fourth order at several steps: the best of them, with its own estimate of rounding and truncation.</summary>
    public static (double Value, double Error) Along(Func<double, double> f)
    {
        double size = Math.Abs(f(0));
        var best = (Value: 0.0, Error: double.PositiveInfinity);
        for (double h = 1e-2; h > 1e-6; h /= 4)
        {
            double wide = Fourth(h), narrow = Fourth(h / 2);
            double error = 20 * Math.Abs(wide - narrow) + 2e-14 * (1 + size) / h + 1e-9 * Math.Abs(narrow);
            if (error < best.Error)
                best = (narrow, error);
        }
        return (best.Value, best.Error + 1e-9);

        double Fourth(double h) => (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);
    }
}
