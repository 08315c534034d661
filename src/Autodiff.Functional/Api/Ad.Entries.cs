namespace Autodiff.Functional;

/// <content>The entries of the catalogue for loops, branches and equations, which users call by these functions.</content>
public static partial class Ad
{
    internal static IEnumerable<OpInfo> Entries => [.. Loops(), .. Branches(), .. Equations()];

    private static IEnumerable<OpInfo> Loops() =>
    [
        new("Scan", "a loop over the rows of x: carry, row ↦ next carry, output; the last carry and the stacked outputs", random =>
        {
            int length = random.Next(4);
            var shape = random.NextShape(maxRank: 2);
            bool reverse = random.NextBool();
            return new([random.NextTensor(shape), random.NextTensor(shape.Insert(0, length)), random.NextTensor(random.NextPartOf(shape))],
                x => Ad.Scan((carry, row) => (Expr.Sin(carry * x[2] + row), carry * row), x[0], x[1], reverse) is var (last, outputs) ? Expr.Concatenate([Expr.Ravel(last), Expr.Ravel(outputs)]) : x[0],
                $"Ad.Scan((c, x) => (Expr.Sin(c * x2 + x), c * x), x0, x1, {(reverse ? "true" : "false")})");
        })
        {
            Signature = "Ad.Scan(body, start, x, reverse = false)",
            Derivative = "a scan of the steps' differentials; back, one in the other direction",
            Edges = "Without rows the last carry is the first.",
            Cost = "O(length · step); reverse mode keeps the carries and computes each step once more",
            Source = "JAX, lax.scan",
        },
        new("ForLoop", "a loop of a given number of steps: index, carry ↦ next carry", random =>
        {
            var shape = random.NextShape(maxRank: 2);
            int count = random.Next(4);
            return OpCase.Of(random.NextTensor(shape), random.NextTensor(shape), (x, y) => Ad.ForLoop(count, (i, carry) => Expr.Tanh(carry * y + Expr.Cast(i, carry.DType)), x),
                $"Ad.ForLoop({count}, (i, c) => Expr.Tanh(c * x1 + Expr.Cast(i, c.DType)), x0)");
        })
        { Signature = "Ad.ForLoop(count, body, start)", Derivative = "as Scan", Cost = "as Scan", Source = "JAX, lax.fori_loop" },
        new("While", "the carry, after steps as long as a condition of it holds", random => new([Tensor.Scalar((long)random.Next(-3, 20)), Tensor.Scalar((long)random.Next(1, 4))],
            x => Ad.While(carry => carry < 20, carry => carry * carry + x[1], x[0]), "Ad.While(c => c < 20, c => c * c + x1, x0)"))
        {
            Signature = "Ad.While(condition, body, start)",
            Derivative = "a loop of the steps' differentials; none back",
            Edges = "Reverse mode is an error. Over a batch it goes on until all elements are done.",
            Cost = "steps · (condition + step)",
            Source = "JAX, lax.while_loop",
        },
    ];

    private static IEnumerable<OpInfo> Branches() =>
    [
        new("Cond", "yes(x) if the predicate is true, else no(x)", random =>
        {
            var shape = random.NextShape(maxRank: 2);
            return new([random.NextMask(Shape.Scalar), random.NextTensor(shape), random.NextTensor(shape)],
                x => Ad.Cond(x[0], v => Expr.Sin(v * x[2]), v => v * v, x[1]), "Ad.Cond(x0, v => Expr.Sin(v * x2), v => v * v, x1)");
        })
        {
            Signature = "Ad.Cond(predicate, yes, no, x)",
            Derivative = "of the branch that is taken",
            Edges = "The other branch is not computed and has no influence; over a batch of predicates all is computed, and selected by Where.",
            Cost = "that of the branch",
            Source = "JAX, lax.cond",
        },
        new("Switch", "branchᵢ(x)", random =>
        {
            var shape = random.NextShape(maxRank: 2);
            return new([Tensor.Scalar((long)random.Next(3)), random.NextTensor(shape)],
                x => Ad.Switch(x[0], [v => v, v => Expr.Sin(v), v => v * v], x[1]), "Ad.Switch(x0, [v => v, v => Expr.Sin(v), v => v * v], x1)");
        })
        {
            Signature = "Ad.Switch(index, branches, x)",
            Derivative = "of the branch that is taken",
            Edges = "An index outside of the branches is an error, never moved to fit. Over a batch of indices as Cond.",
            Cost = "that of the branch",
            Source = "JAX, lax.switch (which moves it)",
        },
    ];

    private static IEnumerable<OpInfo> Equations() =>
    [
        new("Fix", "the fixed point x = f(x)", random =>
        {
            var shape = random.NextShape(maxRank: 2);
            return OpCase.Of(random.NextTensor(shape), random.NextTensor(shape), (a, b) => Ad.Fix(x => 0.1 * Expr.Sin(x * a) + b, Expr.ZerosLike(b)),
                "Ad.Fix(x => 0.1 * Expr.Sin(x * x0) + x1, Expr.ZerosLike(x1))");
        })
        {
            Signature = "Ad.Fix(f, start, tolerance, maxIterations = 1000)",
            Derivative = "(1 − ∂f/∂x)⁻¹·df; back, the transpose",
            Edges = "If it does not converge that is an error with residual and number of iterations, NaN for that element in a batch (Ad.Vmap). No derivative in the start.",
            Cost = "iterations · f; for a derivative one linear system",
            Source = "Christianson 1994, Reverse accumulation and attractive fixed points",
            HasWitness = false,
        },
        new("Root", "the root f(x) = 0", random =>
        {
            var shape = random.NextShape(maxRank: 2);
            return OpCase.Of(random.NextTensor(shape), random.NextTensor(shape), (a, b) => Ad.Root(x => 2 * x + Expr.Sin(x * Expr.Tanh(a)) - b, Expr.ZerosLike(b)),
                "Ad.Root(x => 2 * x + Expr.Sin(x * Expr.Tanh(x0)) - x1, Expr.ZerosLike(x1))");
        })
        {
            Signature = "Ad.Root(f, start, tolerance, maxIterations = 100)",
            Derivative = "−(∂f/∂x)⁻¹·df; back, the transpose",
            Edges = "As Fix; a singular Jacobian is an error, or NaN in a batch.",
            Cost = "iterations · O(n³); for a derivative one linear system",
            Source = "Dennis and Schnabel 1983, Numerical Methods for Unconstrained Optimization, §6.3",
            HasWitness = false,
        },
    ];
}
