using System.Collections.Immutable;
using System.Globalization;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// What an equation defines: the fixed point x = f(x) by iteration, or the root f(x) = 0 by Newton's method. The inputs are what f closes over, and a start. With r(x) = f(x) − x or
/// f(x), and J = ∂f/∂x at the solution, dx = A⁻¹·∂f for A = 1 − J or −J; back, what f closes over gets ∂fᵀ·A⁻ᵀ·x̄.
/// </summary>
/// <remarks>
/// Over a batch the unknowns have leading axes, and A is a matrix for each element. Each element is solved as if it were alone; one that fails is NaN. See <see cref="FixedPoint"/> and
/// <see cref="Functional.Newton"/> for the iterations.
/// </remarks>
/// <param name="Function">f, of captures and unknowns.</param>
/// <param name="Newton">For a root: what <see cref="Functional.Newton"/> asks for at a point, of captures and unknowns; null for a fixed point.</param>
/// <param name="Captures">How many values f closes over.</param>
/// <param name="Leading">The axes of the batch.</param>
/// <param name="Tolerance">How little the last step must move each entry, relative to its size.</param>
/// <param name="MaxIterations">After how many steps it is an error.</param>
internal sealed record Implicit(Graph Function, Graph? Newton, int Captures, Shape Leading, double Tolerance, int MaxIterations) : MultiOutput
{
    /// <summary>Up to how many unknowns the linear system of a fixed point's derivative is solved directly.</summary>
    private const int Dense = 128;

    public override string Name => Newton is null ? "Fix" : "Root";
    public override string Attributes => string.Create(CultureInfo.InvariantCulture, $"tolerance={Tolerance}");
    internal override IEnumerable<(string Name, Graph Graph)> Bodies => [("f", Function)];
    internal override bool MayThrow(Inputs inputs) => Leading.Rank == 0 || base.MayThrow(inputs);

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
        return !root ? fixedPoint : fixedPoint with { Newton = Graph.Trace(fixedPoint.AtPoint, [.. function.Parameters.Select(parameter => parameter.Type)]) };
    }

    /// <summary>f(x), the step J⁻¹·f and J, for each element.</summary>
    private ImmutableArray<Expr> AtPoint(ImmutableArray<Expr> at)
    {
        Expr values = Ravel(Function.Call(at.AsSpan())), jacobian = Jacobian(at);
        return [values, Divide(jacobian, values, OnFailure.NaN), jacobian];
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
        ImmutableArray<Tensor> starts = [.. inputs[Captures..]];
        return Newton is null ? new FixedPoint(this, frame, starts).Result() : new Newton(this, frame, starts).Result();
    }

    /// <summary>What solves linear equations is linear in what they are: the unknowns depend on it as one more step of them does. The start has no influence.</summary>
    internal override ImmutableArray<Degree> DegreesOf(Inputs inputs, ReadOnlySpan<Degree> given) =>
        Linearity.OfLoop(Function, Captures, Function.Outputs.Length, [.. given[..Captures], .. new Degree[Function.Outputs.Length]]).Parameters[Captures..];

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
        // The unknowns of an element depend on one another: if any entry was selected, all are.
        var support = parts.Where(part => !part.IsNone).Select(part => Support.Any(part.Support, Leading, Leading.Rank)).Aggregate(Support.Union);
        var back = new Queue<Cotangent>(Closure.InActive(Function, [.. live], at).Replay([.. at.Where((_, i) => live[i])], reverse: true)
            .Contributions([.. solved.Select(part => Matrices.Through(new Cotangent(part, support), part, Leading.Rank))]));
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
        return Divide(transposed ? Expr.SwapLast(matrix) : matrix, b, Leading.Rank > 0 ? OnFailure.NaN : OnFailure.Throw(Name));
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

    private static Expr Divide(Expr matrix, Expr b, OnFailure onFailure) => Expr.Squeeze(Solve.Of(onFailure, matrix, Expr.ExpandDims(b, -1)), -1);

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
