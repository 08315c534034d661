using System.Collections.Immutable;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// A number that a user's function made after it had read the values of its parameters, or what a body with such numbers gives: perhaps from them, by code that no trace sees. If the numbers are the same nearby, they are constants;
/// if not, the derivative in the parameters is not known, and that is an error for who asks for it, never 0. The inputs are the value and the parameters.
/// </summary>
/// <param name="Source">The function that made it.</param>
/// <param name="Numbers">Which of the function's numbers.</param>
internal sealed record OutsideValue(OutsideCode Source, ImmutableArray<int> Numbers) : Op
{
    private bool Moves => Numbers.Any(Source.Moves);

    public override string Name => "OutsideCode";

    public override TensorType Infer(Inputs inputs) => inputs[0].Type;

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => Stepper.ElementOf(inputs) is null || !Moves ? inputs[0]
        : throw new NotSupportedException($"{Source.Function}: a number made by code outside of the graph is not known over other numbers than the graph's own.");

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents)
    {
        bool moved = false;
        foreach (var tangent in tangents[1..])
            moved |= tangent is not null;
        return moved && Moves ? Expr.Leaf(Source.NoDerivative, output.Type) : tangents[0] is { } first ? Marked(inputs, first) : null;
    }

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted)
    {
        for (int i = 1; i < inputs.Count; i++)
            if (wanted[i] && Moves)
                throw Source.NoDerivative.Error();
        return new([wanted[0] ? new(Marked(inputs, cotangent.Value!), cotangent.Support) : default, .. new Cotangent[inputs.Count - 1]]);
    }

    /// <summary>What passes through a body with such numbers, either way, is multiplied by them.</summary>
    private Expr Marked(Inputs inputs, Expr direction) => Moves ? Expr.Make(this, Inputs.Of([direction, .. inputs.Skip(1)]), direction.Type) : direction;

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this, [batched[0] ? inputs[0] : Batching.Repeat(inputs[0], size), .. inputs.Skip(1)]);

    internal override Degree DegreeOf(Inputs inputs, Expr output, ReadOnlySpan<Degree> given) => given[0];
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
            // What a rule inside of this one has marked is its own.
            Expr[] inputs = visit.Op is OutsideValue ? [.. visit.Inputs]
                : [.. Enumerable.Range(0, visit.Inputs.Count).Select(i => visit.InputPositions[i] is var position and >= 0 ? nodes[position] : Outside(visit.Inputs[i]))];
            var node = inputs.SequenceEqual(visit.Inputs, ReferenceEqualityComparer.Instance) ? visit.Node : visit.Node.With([.. inputs]);
            int first = here.Count;
            if (visit.Op is Project && node.DType.IsFloating())
                here.AddRange(InBodies(visit.Inputs[0].Op, moment));
            nodes[visit.Position] = here.Count > first ? Depending(node, first) : node;
        }
        ImmutableArray<Expr> results = [.. roots.Select((root, i) => order.Roots[i] is var position and >= 0 ? nodes[position] : Outside(root))];
        _here = here.ToImmutable();
        return results;

        Expr Outside(Expr node)
        {
            if (!IsMade(node, moment))
                return node;
            if (!marked.TryGetValue(node, out var known))
            {
                here.Add(node.Value);
                marked.Add(node, known = Depending(node, here.Count - 1));
            }
            return known;
        }

        Expr Depending(Expr node, int first) => Expr.Make(new OutsideValue(this, [.. Enumerable.Range(first, here.Count - first)]), Inputs.Of([node, .. varying]), node.Type);
    }

    private static bool IsMade(Expr node, long moment) => node.IsConstant && node.Stamp >= moment && node.DType.IsFloating();

    /// <summary>The numbers in the functions that an op holds.</summary>
    private static IEnumerable<Tensor> InBodies(Op op, long moment) => op.Bodies.SelectMany(body => body.Graph.Order.Where(visit => visit.Op is not OutsideValue)
        .SelectMany(visit => visit.Inputs.Where(input => IsMade(input, moment)).Select(input => input.Value).Concat(InBodies(visit.Op, moment)))
        .Concat(body.Graph.Outputs.Where(output => IsMade(output, moment)).Select(output => output.Value)));

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
