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
}

/// <summary>
/// A function inside a program and how it is transformed in its first input, at the step's first operand. Jvp, Linearize and Vjp have a direction as second
/// operand; the operands after that are what the function closes over.
/// </summary>
public sealed record Inner(Mode Mode, Program Body)
{
    /// <summary>How many operands come before those that are closed over.</summary>
    public int Own => Mode is Mode.Grad or Mode.Vmap ? 1 : 2;

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
            _ => Ad.Vjp(Function, operands[0]).Pullback(operands[1]),
        };
    }

    /// <summary>How far the points that the function is taken at are from a kink of it.</summary>
    public double Margin(Tensor[] operands) => Points(operands).Select(inputs => (Body with { Inputs = inputs }).Margin).Append(double.PositiveInfinity).Min();

    /// <summary>The inputs that the function is taken at: one set, or one for each element of a batch.</summary>
    public IEnumerable<ImmutableArray<Tensor>> Points(Tensor[] operands) => Mode == Mode.Vmap
        ? Enumerable.Range(0, operands[0].Shape[0]).Select(i => (ImmutableArray<Tensor>)[((Expr)operands[0])[i].Value, .. operands[Own..]])
        : [[operands[0], .. operands[Own..]]];
}
