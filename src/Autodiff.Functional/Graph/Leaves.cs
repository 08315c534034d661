namespace Autodiff.Functional;

/// <summary>A node that computes nothing: its value is given. Its derivatives are those of what it is.</summary>
public abstract record Leaf : Op
{
    internal override bool Folds => false;
    /// <inheritdoc/>
    public override TensorType Infer(Inputs inputs) => throw new NotSupportedException("A leaf is made with its type.");
    /// <inheritdoc/>
    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => null;
    /// <inheritdoc/>
    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => default;
}

/// <summary>A constant and its value.</summary>
/// <param name="Value">The value.</param>
public sealed record Constant(Tensor Value) : Leaf
{
    /// <inheritdoc/>
    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => Value;
}

/// <summary>A variable. Two variables are the same only if they are the same node, whatever their names.</summary>
/// <param name="Label">The name that printing shows.</param>
public sealed record Variable(string Label) : Leaf
{
    /// <inheritdoc/>
    public override string Attributes => Label;

    /// <inheritdoc/>
    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) =>
        throw new MissingValueException("Value", "a value for every variable", $"none for '{Label}'", "Make it with Expr.Variable(name, value), or pass a value to the graph.");
}

/// <summary>
/// The parameter of a function while it is traced under a transform that has no concrete values (a batch, a compilation):
/// asking for its value is an error that says so.
/// </summary>
/// <param name="Transform">The transform that traces.</param>
public sealed record Placeholder(string Transform) : Leaf
{
    /// <inheritdoc/>
    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) =>
        throw new MissingValueException("Value", "a concrete value", $"a parameter inside {Transform}, which stands for many values", "Instead of branching on the value select with Where or Ad.Cond; instead of a loop that ends by it use Ad.Scan or Ad.While.");
}

/// <summary>
/// The parameter of a function while it is traced at a concrete point: always a fresh node that is the identity of the point, so that
/// it knows its value and is told apart from it.
/// </summary>
public sealed record Seed : Linear, IView
{
    /// <inheritdoc/>
    public override bool Cancels => false;
    internal static readonly Seed Instance = new();
    internal override bool Folds => false;

    /// <summary>Is told when the value is asked for, while the function is traced.</summary>
    internal Action? Read { get; init; }

    /// <inheritdoc/>
    public override TensorType Infer(Inputs inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs)
    {
        Read?.Invoke();
        return inputs[0];
    }

    /// <inheritdoc/>
    public override Expr Transpose(int index, Expr cotangent, Inputs inputs) => cotangent;
    /// <inheritdoc/>
    public override Op Lifted(Shape leading) => this;

    /// <inheritdoc/>
    public override Formula Latex(ReadOnlySpan<Formula> inputs) => inputs[0];
}
