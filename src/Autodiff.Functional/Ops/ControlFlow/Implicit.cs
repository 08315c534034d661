using System.Collections.Immutable;
using System.Globalization;

namespace Autodiff.Functional;

/// <summary>
/// What an equation defines: the fixed point x = f(x) by iteration, or the root f(x) = 0 by Newton's method. The inputs are what f closes over, and a start. With r(x) = f(x) − x or
/// f(x), and J = ∂f/∂x at the solution, dx = A⁻¹·∂f for A = 1 − J or −J; back, what f closes over gets ∂fᵀ·A⁻ᵀ·x̄.
/// </summary>
/// <remarks>Over a batch the unknowns have leading axes, and A is a matrix for each element.</remarks>
/// <param name="Function">f, of captures and unknowns.</param>
/// <param name="Newton">For a root: f and Newton's step J⁻¹·f, of captures and unknowns; null for a fixed point.</param>
/// <param name="Captures">How many values f closes over.</param>
/// <param name="Leading">The axes of the batch.</param>
/// <param name="Tolerance">How little the last step must move each entry, relative to 1 + its size.</param>
/// <param name="MaxIterations">After how many steps it is an error.</param>
internal sealed record Implicit(Graph Function, Graph? Newton, int Captures, Shape Leading, double Tolerance, int MaxIterations) : MultiOutput
{
    /// <summary>Up to how many unknowns the linear system of a fixed point's derivative is solved directly.</summary>
    private const int Dense = 128;

    public static IEnumerable<OpInfo> Entries =>
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
            Edges = "If it does not converge that is an error with residual and number of iterations. No derivative in the start.",
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
            Edges = "As Fix; a singular Jacobian is an error.",
            Cost = "iterations · O(n³); for a derivative one linear system",
            Source = "Dennis and Schnabel 1983, Numerical Methods for Unconstrained Optimization, §6.3",
            HasWitness = false,
        },
    ];

    public override string Name => Newton is null ? "Fix" : "Root";
    public override string Attributes => string.Create(CultureInfo.InvariantCulture, $"tolerance={Tolerance}");
    internal override IEnumerable<(string Name, Graph Graph)> Bodies => [("f", Function)];

    // ---- making ----

    /// <summary>The solution, of a function that was traced.</summary>
    public static ImmutableArray<Expr> Of(bool root, ImmutableArray<Expr> parameters, ImmutableArray<Expr> values, ImmutableArray<Expr> starts, double tolerance, int maxIterations, Shape leading = default)
    {
        var (captures, graphs) = Closure.Of((parameters, values));
        return Apply(Of(root, graphs[0], captures.Length, leading, tolerance, maxIterations), [.. captures, .. starts]);
    }

    private static Implicit Of(bool root, Graph function, int captures, Shape leading, double tolerance, int maxIterations)
    {
        var fixedPoint = new Implicit(function, null, captures, leading, tolerance, maxIterations);
        return !root ? fixedPoint : fixedPoint with
        {
            Newton = Graph.Trace(at => function.Call(at.AsSpan()) is var values ? [.. values, .. fixedPoint.Unravel(Divide(fixedPoint.Jacobian(at), fixedPoint.Ravel(values)))] : [],
                [.. function.Parameters.Select(parameter => parameter.Type)]),
        };
    }

    // ---- types and values ----

    public override ImmutableArray<TensorType> InferParts(Inputs inputs)
    {
        for (int i = 0; i < inputs.Count; i++)
            if (inputs[i].Type != Function.Parameters[i].Type)
                throw new ShapeException(Name, $"{Function.Parameters[i].Type} as input {i}", $"{inputs[i].Type}");
        return [.. Function.Outputs.Select(output => output.Type)];
    }

    public override ImmutableArray<Tensor> EvaluateParts(ReadOnlySpan<Tensor> inputs)
    {
        if (Stepper.ElementOf(inputs) is not null)
            throw new NotSupportedException($"{Name}: an iteration ends by its values, so it is not evaluated over other numbers than the graph's own.");
        var frame = new Stepper.Frame((Newton ?? Function).Stepper, null);
        for (int i = 0; i < inputs.Length; i++)
            frame.Set(i, inputs[i]);
        return Newton is null ? Iterate(frame, [.. inputs[Captures..]]) : NewtonsMethod(frame, [.. inputs[Captures..]]);
    }

    private ImmutableArray<Tensor> Iterate(Stepper.Frame frame, ImmutableArray<Tensor> x)
    {
        double residual = double.NaN;
        for (int iteration = 1; iteration <= MaxIterations; iteration++)
        {
            frame.Step();
            var next = frame.Outputs;
            residual = Distance(x, next);
            if (residual <= Tolerance)
                return next;
            if (!double.IsFinite(residual))
                throw Diverged(iteration, residual);
            x = next;
            frame.Carry(Captures, x.Length);
        }
        throw Diverged(MaxIterations, residual);
    }

    /// <summary>Newton's method; a step that brings f no nearer to 0 is halved.</summary>
    private ImmutableArray<Tensor> NewtonsMethod(Stepper.Frame frame, ImmutableArray<Tensor> x)
    {
        var (size, step) = At(x);
        double residual = double.NaN;
        for (int iteration = 1; iteration <= MaxIterations; iteration++)
        {
            var next = Moved(x, step, 1);
            residual = Distance(x, next);
            if (residual <= Tolerance)
                return next;
            var (nextSize, nextStep) = At(next);
            for (double part = 0.5; !(nextSize < size) && part > 1e-12; part /= 2)
                (nextSize, nextStep) = At(next = Moved(x, step, part));
            if (!(nextSize < size))
                throw Diverged(iteration, residual);
            (x, size, step) = (next, nextSize, nextStep);
        }
        throw Diverged(MaxIterations, residual);

        (double, ImmutableArray<Tensor>) At(ImmutableArray<Tensor> at)
        {
            for (int i = 0; i < at.Length; i++)
                frame.Set(Captures + i, at[i]);
            frame.Step();
            var values = frame.Outputs;
            return (values[..at.Length].Max(value => value.Size == 0 ? 0 : (double)Expr.Max(Expr.Abs(value)).Value), values[at.Length..]);
        }
    }

    private static ImmutableArray<Tensor> Moved(ImmutableArray<Tensor> x, ImmutableArray<Tensor> step, double part) => [.. x.Zip(step, (at, by) => (at - part * (Expr)by).Value)];

    /// <summary>How far the entries moved, relative to 1 + their size, at most.</summary>
    private static double Distance(ImmutableArray<Tensor> x, ImmutableArray<Tensor> y)
    {
        double distance = 0;
        for (int i = 0; i < x.Length; i++)
            if (x[i].Size > 0)
                distance = Math.Max(distance, (double)Expr.Max(Expr.Abs(y[i] - (Expr)x[i]) / (1 + Expr.Abs(x[i]))).Value);
        return distance;
    }

    private ConvergenceException Diverged(int iterations, double residual) => new(Name, iterations, residual, Tolerance, Newton is null
        ? "Begin nearer to the fixed point, damp the step as in x + 0.5·(f(x) − x), allow more iterations, or seek it as a Root."
        : "Begin nearer to the root, or allow more iterations or a larger tolerance.");

    // ---- derivatives ----

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents)
    {
        ImmutableArray<Expr?> moving = [.. tangents[..Captures], .. new Expr?[Function.Outputs.Length]];
        if (!moving.Any(tangent => tangent is not null))
            return null;
        var at = AtSolution(inputs, output);
        return Pack.Of(Unravel(Inverse(at, Ravel(Function.Replay(at).Pushforward(moving)), transposed: false)).AsSpan());
    }

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted)
    {
        var live = new bool[inputs.Count];
        for (int i = 0; i < Captures; i++)
            live[i] = wanted[i] && inputs[i].DType.IsFloating();
        if (!live.Contains(true))
            return Contributions.None;
        var at = AtSolution(inputs, output);
        var parts = cotangent.Parts;
        var solved = Unravel(Inverse(at, Ravel([.. parts.Select((part, i) => part.Value ?? Expr.ZerosLike(at[Captures + i]))]), transposed: true));
        // All unknowns depend on one another: if any entry was selected, all are.
        var support = parts.Where(part => !part.IsNone).Select(part => Support.Any(part.Support, Shape.Scalar)).Aggregate(Support.Union);
        var back = new Queue<Cotangent>(Closure.InActive(Function, [.. live], at).Replay([.. at.Where((_, i) => live[i])], reverse: true)
            .Contributions([.. solved.Select(part => new Cotangent(part, Support.Any(support, part.Shape)))]));
        return new([.. live.Select(wants => wants ? back.Dequeue() : default)]);
    }

    private ImmutableArray<Expr> AtSolution(Inputs inputs, Expr output) =>
        [.. inputs.Take(Captures), .. Function.Outputs.Select((value, i) => Project.Of(output, i, value.Type))];

    /// <summary>A⁻¹·b, or A⁻ᵀ·b.</summary>
    private Expr Inverse(ImmutableArray<Expr> at, Expr b, bool transposed)
    {
        if (Newton is null && b.Shape[^1] > Dense)
            return ByIteration(at, b, transposed);
        var jacobian = Jacobian(at);
        var matrix = Newton is null ? Expr.Eye(b.Shape[^1], dtype: b.DType) - jacobian : -jacobian;
        return Divide(transposed ? Expr.SwapLast(matrix) : matrix, b);
    }

    /// <summary>The same as the fixed point of v ↦ J·v + b, or Jᵀ·v + b.</summary>
    private Expr ByIteration(ImmutableArray<Expr> at, Expr b, bool transposed)
    {
        var replay = InUnknowns(at);
        var v = Closure.Parameters("a derivative", [b.Type]);
        var moved = transposed ? replay.Pullback([.. Unravel(v[0]).Select(part => new Cotangent(part))]) : replay.Pushforward([.. Unravel(v[0])]);
        return Of(root: false, v, [Ravel(moved) + b], [b], Tolerance, MaxIterations, Leading)[0];
    }

    /// <summary>∂f/∂x, a matrix for each element of the batch: the basis vectors are pushed through all elements at once.</summary>
    private Expr Jacobian(ImmutableArray<Expr> at)
    {
        var replay = InUnknowns(at);
        var type = new TensorType(at[^1].DType, Shape.Of(Function.Outputs.Sum(Size)));
        var pushforward = Graph.Trace(v => [Ravel(replay.Pushforward([.. Unravel(Expr.BroadcastTo(v[0], type.Shape.After(Leading)))]))], [type]);
        return Expr.MoveAxis(pushforward.Batch([Expr.Eye(type.Shape[0], dtype: type.DType)], [true], type.Shape[0])[0], 0, -1);
    }

    private Replay InUnknowns(ImmutableArray<Expr> at) => Closure.InActive(Function, [.. at.Select((_, i) => i >= Captures)], at).Replay(at[Captures..]);

    private static Expr Divide(Expr matrix, Expr b) => Expr.Squeeze(Expr.Solve(matrix, Expr.ExpandDims(b, -1)), -1);

    /// <summary>The unknowns as a vector for each element of the batch.</summary>
    private Expr Ravel(ImmutableArray<Expr> nodes) => Expr.Concatenate([.. nodes.Select(node => Expr.Reshape(node, Leading.Insert(Leading.Rank, Size(node))))], -1);

    private ImmutableArray<Expr> Unravel(Expr vector)
    {
        int start = 0;
        return [.. Function.Outputs.Select(output =>
        {
            int end = start + Size(output);
            var part = Expr.Reshape(Expr.Slice(vector, -1, start, end), output.Shape);
            start = end;
            return part;
        })];
    }

    /// <summary>The number of unknowns in a node, for one element of the batch.</summary>
    private int Size(Expr node) => node.Shape.Slice(Leading.Rank, node.Rank - Leading.Rank).Size;

    // ---- batches ----

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size)
    {
        ImmutableArray<bool> given = ImmutableArray.Create(batched), marked = [.. given.Select((batch, i) => batch || i >= Captures)];
        var function = Graph.Trace(at => [.. Batching.Fold(Function, at, marked, size).Select(value => Batching.WithAxis(value, size))],
            [.. Function.Parameters.Select((parameter, i) => marked[i] ? parameter.Type with { Shape = parameter.Shape.Insert(0, size) } : parameter.Type)]);
        return Pack.Of(Apply(Of(Newton is not null, function, Captures, Leading.Insert(0, size), Tolerance, MaxIterations),
            [.. inputs.Select((input, i) => marked[i] && !given[i] ? Batching.Repeat(input, size) : input)]).AsSpan());
    }
}
