using System.Collections.Immutable;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// A number that a user's function made after it had read the values of its parameters: perhaps from them, by code that no trace sees. If it is the same nearby, it is a constant; if not, its derivative is not known, and that is
/// an error for who asks for it, never 0.
/// </summary>
/// <param name="Value">The number.</param>
/// <param name="Source">The function that made it.</param>
/// <param name="Index">Which of the function's numbers.</param>
internal sealed record OutsideValue(Tensor Value, OutsideCode Source, int Index) : Op
{
    public override string Name => "OutsideCode";

    public override TensorType Infer(Inputs inputs) => Value.Type;

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => Stepper.ElementOf(inputs) is null || !Source.Moves(Index) ? Value
        : throw new NotSupportedException($"{Source.Function}: a number made by code outside of the graph is not known over other numbers than the graph's own.");

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => Source.Moves(Index) ? Expr.Leaf(Source.NoDerivative, output.Type) : null;

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => Source.Moves(Index) ? throw Source.NoDerivative.Error() : default;

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this with { Value = Batching.Repeat(Value, size).Value }, [.. inputs]);

    internal override Degree DegreeOf(Inputs inputs, Expr output, ReadOnlySpan<Degree> given) => Linearity.IsZero(Value) ? Degree.Zero : Degree.Free;
}

/// <summary>A user's function that read values of its parameters, and the numbers that it made then. Whether they depend on the values is tried when first needed: by calling the function once more, a little beside.</summary>
/// <param name="function">Which transform the function was given to.</param>
/// <param name="at">The parameters.</param>
/// <param name="trace">The function: from parameters to all that it gives, and the moment from which on its numbers are looked at.</param>
internal sealed class OutsideCode(string function, ImmutableArray<Expr> at, Func<ImmutableArray<Expr>, (long Moment, ImmutableArray<Expr> Roots)> trace)
{
    private readonly Lock _lock = new();
    private ImmutableArray<Tensor> _here;
    private ImmutableArray<bool> _moves;

    public string Function => function;

    public NoDerivative NoDerivative => new(function, "expressions of its parameters, which can be differentiated again", "a number that its function made from a value that it had read, by code outside of the graph",
        "Compute it by expressions. If it is the function's value, return that node itself as a residual: it follows the rule; and read no residual's value in the rule.");

    /// <summary>What was traced since a moment, with the floating-point numbers made then as nodes that depend on the parameters.</summary>
    public ImmutableArray<Expr> Mark(long moment, ImmutableArray<Expr> parameters, ImmutableArray<Expr> roots)
    {
        ImmutableArray<Expr> varying = [.. parameters.Where(parameter => parameter.DType.IsFloating())];
        if (varying.IsEmpty)
            return roots;
        var order = KahnOrder.Since(moment, roots.AsSpan());
        var marked = new Dictionary<Expr, Expr>(ReferenceEqualityComparer.Instance);
        var here = ImmutableArray.CreateBuilder<Tensor>();
        var nodes = new Expr[order.Count];
        foreach (var visit in order)
        {
            Expr[] inputs = [.. Enumerable.Range(0, visit.Inputs.Count).Select(i => visit.InputPositions[i] is var position and >= 0 ? nodes[position] : Outside(visit.Inputs[i]))];
            nodes[visit.Position] = inputs.SequenceEqual(visit.Inputs, ReferenceEqualityComparer.Instance) ? visit.Node : visit.Node.With([.. inputs]);
        }
        ImmutableArray<Expr> results = [.. roots.Select((root, i) => order.Roots[i] is var position and >= 0 ? nodes[position] : Outside(root))];
        _here = here.ToImmutable();
        return results;

        Expr Outside(Expr node)
        {
            if (!node.IsConstant || node.Stamp < moment || !node.DType.IsFloating())
                return node;
            if (!marked.TryGetValue(node, out var known))
            {
                marked.Add(node, known = Expr.Make(new OutsideValue(node.Value, this, here.Count), Inputs.Of([.. varying]), node.Type));
                here.Add(node.Value);
            }
            return known;
        }
    }

    /// <summary>Is a number another one nearby?</summary>
    public bool Moves(int index)
    {
        lock (_lock)
            return (_moves.IsDefault ? _moves = Try() : _moves)[index];
    }

    /// <summary>At an edge the function may take another branch on one side; what is the same on the other is constant there.</summary>
    private ImmutableArray<bool> Try()
    {
        ImmutableArray<Tensor>[] sides = [Beside(1), Beside(-1)];
        return [.. _here.Select((number, i) => !Array.Exists(sides, side => side.Length == _here.Length && side[i].Equals(number)))];
    }

    /// <summary>The numbers that the function makes at a point beside.</summary>
    private ImmutableArray<Tensor> Beside(double side)
    {
        var code = new OutsideCode(function, at, trace);
        ImmutableArray<Expr> parameters = [.. at.Select(node => Moved(node, side))];
        try
        {
            var (moment, roots) = trace(parameters);
            code.Mark(moment, parameters, roots);
            return code._here;
        }
        catch (AutodiffException)
        {
            return [];
        }
    }

    private static Expr Moved(Expr node, double side)
    {
        try
        {
            return !node.DType.IsFloating() ? node
                : Expr.SeedAt((node.Value + Expr.Cast(side * (node.DType == DType.Float32 ? 1e-3 : 1e-6) * Expr.Maximum(Expr.Abs(Expr.Cast(node.Value, DType.Float64)), 0.05), node.DType)).Value);
        }
        catch (MissingValueException)
        {
            return node;    // so nobody has read it
        }
    }
}
