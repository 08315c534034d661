using System.Collections.Immutable;
using System.Numerics;

namespace Autodiff.Functional.Properties;

/// <summary>
/// A number that programs are evaluated on: the reals, dual numbers over them, dual numbers over those … Derivatives come from the arithmetic, and no
/// rule, fold or replay of the library takes part.
/// </summary>
internal abstract class Level
{
    /// <summary>Plain numbers.</summary>
    public static Level Real { get; } = new Of<double>(ElementType.Float64);

    /// <summary>Dual numbers over these.</summary>
    public abstract Level Next { get; }

    /// <summary>A dual number over this level: a value and its tangent (null: 0).</summary>
    public abstract Tensor Dual(Tensor primal, Tensor? tangent);

    /// <summary>The tangents of dual numbers over this level.</summary>
    public abstract Tensor Tangent(Tensor dual);

    /// <summary>A tensor of plain numbers as constants of this level; one that is of this level already stays.</summary>
    public abstract Tensor Lift(Tensor tensor);

    /// <summary>The basis vectors of a shape.</summary>
    public IEnumerable<Tensor> Basis(Shape shape) => Enumerable.Range(0, shape.Size).Select(i =>
    {
        double[] entries = new double[shape.Size];
        entries[i] = 1;
        return Lift(Tensor.Of(entries, shape));
    });

    /// <summary>Scalars as the elements of a tensor.</summary>
    public abstract Tensor Collect(IEnumerable<Tensor> scalars, Shape shape);

    private sealed class Of<T>(ElementType element) : Level where T : unmanaged, IFloatingPointIeee754<T>
    {
        private Level? _next;

        public override Level Next => _next ??= new Of<Dual<T>>(new ElementType<Dual<T>, Number<Dual<T>>>(DType.Float64));

        private Of<Dual<T>> Duals => (Of<Dual<T>>)Next;

        private ElementType Element => element;

        public override Tensor Dual(Tensor primal, Tensor? tangent)
        {
            primal = Lift(primal);
            var x = primal.Elements<T>();
            var d = tangent is null ? default : Lift(tangent).Elements<T>();
            var dual = Tensor.New<Dual<T>>(Duals.Element, primal.Shape, out var elements);
            for (int i = 0; i < elements.Length; i++)
                elements[i] = new(x[i], d.IsEmpty ? T.Zero : d[i]);
            return dual;
        }

        public override Tensor Tangent(Tensor dual)
        {
            dual = Next.Lift(dual);
            var source = dual.Elements<Dual<T>>();
            var result = Tensor.New<T>(Element, dual.Shape, out var elements);
            for (int i = 0; i < elements.Length; i++)
                elements[i] = source[i].Tangent;
            return result;
        }

        public override Tensor Lift(Tensor tensor)
        {
            if (ReferenceEquals(tensor.Element, Element) || !ReferenceEquals(tensor.Element, ElementType.Float64))
                return tensor;
            var source = tensor.Elements<double>();
            var result = Tensor.New<T>(Element, tensor.Shape, out var elements);
            for (int i = 0; i < elements.Length; i++)
                elements[i] = T.CreateChecked(source[i]);
            return result;
        }

        public override Tensor Collect(IEnumerable<Tensor> scalars, Shape shape)
        {
            var result = Tensor.New<T>(Element, shape, out var elements);
            int i = 0;
            foreach (var scalar in scalars)
                elements[i++] = scalar.Elements<T>()[0];
            return result;
        }
    }
}

/// <summary>What a program, and each derivative in it, is by nested dual numbers, and each batch by a loop.</summary>
internal static class Witness
{
    /// <summary>A program's value over a level's numbers.</summary>
    public static Tensor Value(Program program, IEnumerable<Tensor> inputs, Level level)
    {
        var values = inputs.Select(level.Lift).ToList();
        foreach (var step in program.Steps)
        {
            Tensor[] operands = [.. step.Operands.Select(o => values[o])];
            values.Add(step.Inner is { } inner ? Transformed(inner, operands, level) : On(level, step.Traced(operands), operands));
        }
        return values[^1];
    }

    /// <summary>The program's scalar value.</summary>
    public static Tensor Loss(Program program, IEnumerable<Tensor> inputs, Level level)
    {
        var value = Value(program, inputs, level);
        return On(level, Graph.Trace(x => [Program.Scalar(x[0])], [value.Type]), value);
    }

    /// <summary>The tangent of the program's value along tangents of its inputs.</summary>
    public static Tensor Pushforward(Program program, IEnumerable<Tensor> inputs, IEnumerable<Tensor> tangents, Level level) =>
        level.Tangent(Value(program, inputs.Zip(tangents, level.Dual), level.Next));

    /// <summary>The gradient of the program's scalar value in an input.</summary>
    public static Tensor Gradient(Program program, ImmutableArray<Tensor> inputs, int input, Level level) =>
        level.Collect(level.Basis(inputs[input].Shape).Select(direction =>
            level.Tangent(Loss(program, inputs.Select((x, i) => level.Dual(x, i == input ? direction : null)), level.Next))), inputs[input].Shape);

    private static Tensor Transformed(Inner inner, Tensor[] operands, Level level)
    {
        ImmutableArray<Tensor> inputs = [operands[0], .. operands[inner.Own..]];
        switch (inner.Mode)
        {
            case Mode.Grad:
                return Gradient(inner.Body, inputs, 0, level);
            case Mode.Vmap:
                // A loop: each element of the batch by itself, then stacked.
                return Stack(level, [.. Rows(level, operands[0]).Select(element => Value(inner.Body, inputs.SetItem(0, element), level))]);
            case Mode.Checkpoint:
                return Value(inner.Body, inputs, level);
            case Mode.Cond:
                return On(level, x => Expr.Where(Expr.Sum(x[0]) > 0, x[1], Expr.Sin(x[1])), operands[1], Value(inner.Body, inputs, level));
            case Mode.Scan:
                var (carry, outputs) = (operands[0], new List<Tensor>());
                foreach (var row in Rows(level, operands[1]))
                {
                    outputs.Add(Value(inner.Body, [carry, row, .. inputs[1..]], level));
                    carry = On(level, x => Inner.Stepped(x[0], x[1]).Carry, carry, outputs[^1]);
                }
                return On(level, x => Inner.Looped((x[0], x[1])), carry, Stack(level, [.. outputs]));
            case Mode.Jvp or Mode.Linearize:
                return level.Tangent(Value(inner.Body, inputs.Select((x, i) => level.Dual(x, i == 0 ? operands[1] : null)), level.Next));
            default:
                var dot = Graph.Trace(x => [Expr.Sum(x[0] * x[1])], [operands[1].Type, operands[1].Type]);
                return level.Collect(level.Basis(inputs[0].Shape).Select(direction => On(level, dot, operands[1],
                    level.Tangent(Value(inner.Body, inputs.Select((x, i) => level.Dual(x, i == 0 ? direction : null)), level.Next)))), inputs[0].Shape);
        }
    }

    private static ImmutableArray<Tensor> Rows(Level level, Tensor tensor) =>
        Graph.Trace(x => [.. Enumerable.Range(0, tensor.Shape[0]).Select(i => x[0][i])], [tensor.Type]).Evaluate([tensor], level.Lift);

    private static Tensor Stack(Level level, Tensor[] tensors) => On(level, x => Expr.Stack(x), tensors);

    private static Tensor On(Level level, Func<ImmutableArray<Expr>, Expr> function, params Tensor[] arguments) =>
        On(level, Graph.Trace(x => [function(x)], [.. arguments.Select(argument => argument.Type)]), arguments);

    /// <summary>A traced graph's only output over a level's numbers.</summary>
    public static Tensor On(Level level, Graph graph, params Tensor[] arguments) => graph.Evaluate([.. arguments], level.Lift)[0];
}
