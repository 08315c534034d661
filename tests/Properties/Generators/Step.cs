using System.Collections.Immutable;

namespace Autodiff.Functional.Properties;

/// <summary>One line of a program: a value computed from earlier ones.</summary>
/// <param name="Op">What is computed, as the distribution counts it.</param>
/// <param name="Operands">The numbers of the values that it is computed from.</param>
/// <param name="Shape">The value's shape.</param>
/// <param name="Apply">How it is computed.</param>
/// <param name="Code">How that is written in C#.</param>
public sealed record Step(string Op, ImmutableArray<int> Operands, Shape Shape, Func<Expr[], Expr> Apply, Func<string[], string> Code)
{
    /// <summary>How far the operands are from a kink: a tie, an edge of a branch.</summary>
    public Func<Tensor[], double> Margin { get; init; } = _ => double.PositiveInfinity;

    /// <summary>The same with selections as they are at the operands' values: no kinks are left.</summary>
    public Func<Tensor[], Func<Expr[], Expr>>? Frozen { get; init; }

    /// <summary>The function that the step differentiates, if it is a transform.</summary>
    public Inner? Inner { get; init; }

    private Graph? _graph;

    /// <summary>The step alone, traced.</summary>
    public Graph Traced(ReadOnlySpan<Tensor> operands) => _graph ??= Graph.Trace(x => [Apply([.. x])], [.. operands.ToArray().Select(o => o.Type)]);
}

/// <summary>How a step transforms its inner function.</summary>
public enum Mode
{
    /// <summary>Of a scalar, the gradient.</summary>
    Grad,
    /// <summary>The tangent along the second operand.</summary>
    Jvp,
    /// <summary>The pullback of the second operand.</summary>
    Vjp,
    /// <summary>The linear map at the point, applied to the second operand.</summary>
    Linearize,
    /// <summary>The function of each sub-tensor along the first axis.</summary>
    Vmap,
    /// <summary>The function, whose inner values are computed again.</summary>
    Checkpoint,
    /// <summary>The function, or its sine if the second operand's sum is not above zero.</summary>
    Cond,
    /// <summary>A loop from the first operand along the first axis of the second; the function takes carry and row.</summary>
    Scan,
}

/// <summary>
/// A function inside a program and how it is transformed in its first input, at the step's first operand. Jvp, Linearize and Vjp have a direction as second
/// operand, Cond what decides, Scan the rows; the operands after that are what the function closes over.
/// </summary>
public sealed record Inner(Mode Mode, Program Body)
{
    /// <summary>How many operands come before those that are closed over.</summary>
    public int Own => Mode is Mode.Grad or Mode.Vmap or Mode.Checkpoint ? 1 : 2;

    /// <summary>The transform of the library.</summary>
    public Expr Apply(Expr[] operands)
    {
        Expr[] closure = operands[Own..];
        Expr Function(Expr x) => Body.Run([x, .. closure]);
        return Mode switch
        {
            Mode.Grad => Ad.Grad(x => Program.Scalar(Function(x)), operands[0]),
            Mode.Jvp => Ad.Jvp(Function, operands[0], operands[1]).Tangent,
            Mode.Linearize => Ad.Linearize(Function, operands[0]).Pushforward(operands[1]),
            Mode.Vmap => Ad.Vmap(Function, operands[0]),
            Mode.Checkpoint => Ad.Checkpoint<Expr, Expr>(Function)(operands[0]),
            Mode.Cond => Ad.Cond(Expr.Sum(operands[1]) > 0, Function, x => Expr.Sin(Function(x)), operands[0]),
            Mode.Scan => Looped(Ad.Scan((carry, row) => Stepped(carry, Body.Run([carry, row, .. closure])), operands[0], operands[1])),
            _ => Ad.Vjp(Function, operands[0]).Pullback(operands[1]),
        };
    }

    /// <summary>A step of a loop, from its function's value: the next carry, and what is stacked.</summary>
    public static (Expr Carry, Expr Output) Stepped(Expr carry, Expr value) => (Expr.Sin(carry + Expr.Mean(value)), value);

    /// <summary>A loop's result, of the carry's shape.</summary>
    public static Expr Looped((Expr Carry, Expr Outputs) loop) => loop.Carry + Expr.Mean(loop.Outputs);

    /// <summary>How far the points that the function is taken at are from a kink of it, and what decides from zero.</summary>
    public double Margin(Tensor[] operands) => Points(operands).Select(inputs => (Body with { Inputs = inputs }).Margin)
        .Append(Mode == Mode.Cond ? Math.Abs(operands[1].ToArray<double>().Sum()) : double.PositiveInfinity).Min();

    /// <summary>The inputs that the function is taken at: one set, or one for each element of a batch or step of a loop.</summary>
    public IEnumerable<ImmutableArray<Tensor>> Points(Tensor[] operands)
    {
        ImmutableArray<Tensor> closure = [.. operands[Own..]];
        return Mode switch
        {
            Mode.Vmap => Rows(operands[0]).Select(row => (ImmutableArray<Tensor>)[row, .. closure]),
            Mode.Scan => Steps(operands[0], operands[1], closure),
            _ => [[operands[0], .. closure]],
        };
    }

    private IEnumerable<ImmutableArray<Tensor>> Steps(Tensor carry, Tensor rows, ImmutableArray<Tensor> closure)
    {
        foreach (var row in Rows(rows))
        {
            ImmutableArray<Tensor> inputs = [carry, row, .. closure];
            yield return inputs;
            carry = Stepped(carry, Body.Run([.. inputs.Select(Expr.Constant)])).Carry.Value;
        }
    }

    private static IEnumerable<Tensor> Rows(Tensor tensor) => Enumerable.Range(0, tensor.Shape[0]).Select(i => ((Expr)tensor)[i].Value);
}
