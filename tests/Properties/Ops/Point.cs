using System.Collections.Immutable;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>A call of an op as a function of its floating-point inputs, at a point, with directions to differentiate along.</summary>
internal sealed class Point
{
    private readonly ImmutableArray<int> _floating;

    private Point(OpInfo op, OpCase call, Random random)
    {
        (Op, Case, Random) = (op, call, random);
        _floating = [.. Enumerable.Range(0, call.Inputs.Length).Where(i => call.Inputs[i].DType.IsFloating())];
        At = [.. _floating.Select(i => Expr.Constant(call.Inputs[i]))];
        Value = F(At);
        V = Directions(At);
        U = Directions(At);
        W = Direction(Value);
    }

    public static Point Draw(OpInfo op, int index)
    {
        int seed = op.Name.Aggregate(index, (hash, letter) => unchecked(hash * 31 + letter));
        var random = new Random(seed);
        return new(op, op.Draw(random), random);
    }

    public OpInfo Op { get; }
    public OpCase Case { get; }
    public Random Random { get; }
    public Expr[] At { get; }
    public Expr Value { get; }

    /// <summary>Directions in the inputs, and one in the output.</summary>
    public Expr[] V { get; }
    public Expr[] U { get; }
    public Expr W { get; }

    public int Size => Case.Inputs.Sum(input => input.Size) + Value.Shape.Size;

    /// <summary>Is there something to differentiate, and something to differentiate by?</summary>
    public bool HasDerivative => At.Length > 0 && Value.DType.IsFloating();

    /// <summary>What single rounding errors of the output are relative to, in units of double precision.</summary>
    public double Coarseness => Value.DType == DType.Float32 || At.Any(x => x.DType == DType.Float32) ? 1e9 : 1;

    public Expr F(Expr[] at)
    {
        Expr[] inputs = [.. Case.Inputs.Select(Expr.Constant)];
        for (int i = 0; i < at.Length; i++)
            inputs[_floating[i]] = at[i];
        return Case.Apply([.. inputs]);
    }

    /// <summary>⟨w, f(x)⟩.</summary>
    public Expr Weighted(Expr[] at) => Expr.Sum(W * F(at));

    /// <summary>Jᵀw.</summary>
    public Expr[] Gradient(Expr[] at) => Ad.Vjp<Expr[], Expr>(F, at).Pullback(W);

    /// <summary>⟨v, Jᵀw⟩, by reverse mode.</summary>
    public Expr Slope(Expr[] at) => Inner(V, Gradient(at));

    /// <summary>Other inputs of the same types, as allowed as these.</summary>
    public ImmutableArray<Tensor> Redrawn() => Case.Redraw is { } redraw ? redraw(Random) : [.. Case.Inputs.Select(Shuffled)];

    private Tensor Shuffled(Tensor tensor)
    {
        int[] order = [.. Enumerable.Range(0, tensor.Size)];
        Random.Shuffle(order);
        return Expr.Reshape(Expr.Take(Expr.Ravel(tensor), Tensor.Of(order)), tensor.Shape).Value;
    }

    public TensorType[] Types => [.. At.Select(x => x.Type)];

    /// <summary>A function of the inputs as a graph.</summary>
    public Graph Trace(Func<Expr[], Expr> function) => Graph.Trace(x => [function([.. x])], [.. Types]);

    /// <summary>A function of the inputs along a line, as a function of the distance.</summary>
    public Func<double, double> Along(Func<Expr[], Expr> function, Expr[] direction)
    {
        var graph = Trace(function);
        return t => (double)graph.Evaluate([.. At.Select((x, i) => (x + direction[i] * t).Value)])[0];
    }

    public static Expr Inner(Expr[] x, Expr[] y) => x.Zip(y, (a, b) => Expr.Cast(Expr.Sum(a * b), DType.Float64)).Aggregate((Expr)0.0, (sum, term) => sum + term);

    private Expr[] Directions(Expr[] of) => [.. of.Select(Direction)];

    private Expr Direction(Expr of) => of.DType.IsFloating() ? Expr.Cast(Random.NextTensor(of.Shape, new(-1, 1)), of.DType) : of;
}
