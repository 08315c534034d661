using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// The family of ops that compute each element of the output from the same element of each input. Their derivative is a diagonal matrix, so
/// one differential serves forward and reverse mode. Shapes are equal: broadcasting is made explicit before.
/// </summary>
public abstract record Elementwise : Op
{
    /// <summary>What is known of the slopes.</summary>
    protected abstract Slope Slope { get; }

    /// <summary>Which inputs are factors: a 0 there makes the value 0.</summary>
    protected internal virtual Factors Factors => Factors.None;

    internal override bool HasPoles => Slope == Slope.Varying;

    /// <summary>The differential in one input: d ↦ ∂f/∂input·d, elementwise.</summary>
    protected abstract Expr Differential(int index, Inputs inputs, Expr output, Expr d);

    /// <summary>Where the output can depend on one input; asked only of selecting ops.</summary>
    protected virtual Expr Selected(int index, Inputs inputs) => throw new NotSupportedException($"{Name} does not select.");

    /// <inheritdoc/>
    public override TensorType Infer(Inputs inputs)
    {
        for (int i = 1; i < inputs.Count; i++)
        {
            if (inputs[i].Shape != inputs[0].Shape)
                throw new ShapeException(Name, "equal shapes", $"{inputs[0].Shape} and {inputs[i].Shape}", "Broadcast them first.");
            if (inputs[i].DType != inputs[0].DType)
                throw Promotion.Differ(Name, inputs[0], inputs[i]);
        }
        return inputs[0].Type;
    }

    /// <inheritdoc/>
    public sealed override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents)
    {
        Expr? sum = null;
        for (int i = 0; i < tangents.Length && Slope != Slope.Zero; i++)
            if (tangents[i] is { } tangent)
                sum = Promotion.Conform(Differential(i, inputs, output, tangent), output.Type) is var part && sum is null ? part : sum + part;
        return sum;
    }

    /// <inheritdoc/>
    public sealed override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => inputs.Count switch
    {
        _ when Slope == Slope.Zero => default,
        1 => new(Contribution(0, inputs, output, cotangent)),
        2 => new(wanted[0] ? Contribution(0, inputs, output, cotangent) : default, wanted[1] ? Contribution(1, inputs, output, cotangent) : default),
        _ => Many(inputs, output, cotangent, wanted),
    };

    private Contributions Many(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted)
    {
        var all = new Cotangent[inputs.Count];
        for (int i = 0; i < all.Length; i++)
            all[i] = wanted[i] ? Contribution(i, inputs, output, cotangent) : default;
        return new([.. all]);
    }

    private Cotangent Contribution(int index, Inputs inputs, Expr output, Cotangent cotangent)
    {
        var value = Promotion.Conform(Differential(index, inputs, output, cotangent.Value!), output.Type);
        return Slope switch
        {
            Slope.Constant => new(value, cotangent.Support),
            Slope.Selecting => new(value, Support.From(cotangent.Support, mask => Selected(index, inputs) is var selected && mask is null ? selected : Expr.And(mask, selected))),
            _ => new(Guard.Of(cotangent.Support, value), cotangent.Support),
        };
    }

    /// <inheritdoc/>
    public sealed override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size)
    {
        var arguments = new Expr[inputs.Count];
        for (int i = 0; i < arguments.Length; i++)
            arguments[i] = batched[i] ? inputs[i] : Batching.Repeat(inputs[i], size);
        return Expr.Apply(this, arguments);
    }
}

/// <summary>An op that computes doubles without tensors: what folding scalars comes down to. (One of one argument ignores y.)</summary>
internal interface IScalarFunction
{
    double Evaluate(double x, double y);

    /// <summary>What is known of the slopes.</summary>
    Slope Slope { get; }

    /// <summary>Which inputs are factors.</summary>
    Factors Factors => Factors.None;

    /// <summary>The differential in one input, where the value is <paramref name="z"/>.</summary>
    double Differential(int index, double x, double y, double z, double d);
}

/// <summary>Where slopes are infinite: functions have their poles at small numbers, if they have any.</summary>
internal static class Poles
{
    private static readonly double[] s_numbers = [0, 1, -1, 0.5, -0.5, 2, -2, 3];

    /// <summary>Is a slope of a function infinite, or NaN, at a point where the function has a value? The second argument may be known: x / 3 and x² have no poles.</summary>
    public static bool Are(IScalarFunction function, int arity, double? second = null)
    {
        foreach (double x in s_numbers)
            foreach (double y in second is { } known ? [known] : s_numbers)
                for (int i = 0; i < arity && function.Evaluate(x, y) is var z && !double.IsNaN(z); i++)
                    if (!double.IsFinite(function.Differential(i, x, y, z, 1)))
                        return true;
        return false;
    }
}

/// <summary>The op of an elementwise function of one argument.</summary>
/// <typeparam name="TFunction">The function: an empty struct.</typeparam>
/// <example><code>
/// readonly struct Cube : IUnary
/// {
///     public static T Apply&lt;T>(T x) where T : IElementary&lt;T> => x * x * x;
///     public static T Differential&lt;T>(T x, T y, T d) where T : IElementary&lt;T> => d * T.Literal(3) * x * x;
/// }
/// Expr y = Unary&lt;Cube>.Of(x);
/// </code></example>
public sealed record Unary<TFunction> : Elementwise, IScalarFunction, IPointwise, ILowered where TFunction : struct, IUnary
{
    private static readonly Unary<TFunction> s_op = new();

    private Unary() { }

    /// <summary>The function of a node, element by element.</summary>
    /// <exception cref="DTypeException">The dtype is Bool.</exception>
    public static Expr Of(Expr x)
    {
        ArgumentNullException.ThrowIfNull(x);
        x = Promotion.Number(typeof(TFunction).Name, x, TFunction.Domain);
        return Expr.Make(s_op, new(x), x.Type);
    }

    internal override Root Root => typeof(TFunction) == typeof(Negate) ? Root.Inside : Root.None;

    /// <inheritdoc/>
    public override string Name => typeof(TFunction).Name;

    /// <inheritdoc/>
    public override Formula Latex(ReadOnlySpan<Formula> inputs) => TFunction.Latex(inputs[0]) ?? base.Latex(inputs);

    /// <inheritdoc/>
    protected override Slope Slope => TFunction.Slope;

    internal override bool HasPoles => s_hasPoles;
    private static readonly bool s_hasPoles = TFunction.Slope == Slope.Varying && Poles.Are(s_op, arity: 1);

    /// <inheritdoc/>
    protected override Expr Differential(int index, Inputs inputs, Expr output, Expr d) => TFunction.Differential(inputs[0], output, d);

    /// <inheritdoc/>
    protected override Expr Selected(int index, Inputs inputs) => Promotion.Conform(Expr.NotEqual(TFunction.Selected(inputs[0]), 0.0), new(DType.Bool, inputs[0].Shape));

    /// <inheritdoc/>
    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(inputs[0]));

    internal override Degree DegreeOf(Inputs inputs, Expr output, ReadOnlySpan<Degree> given) => TFunction.Apply(given[0]);
    double IScalarFunction.Evaluate(double x, double y) => TFunction.Apply(new Real64(x)).Value;
    Slope IScalarFunction.Slope => TFunction.Slope;
    double IScalarFunction.Differential(int index, double x, double y, double z, double d) => TFunction.Differential<Real64>(new(x), new(z), new(d)).Value;

    private readonly struct Kernel(Tensor x) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var result = Tensor.New<E>(x.Element, x.Shape, out var elements);
            if (x.IsContiguous)
                Loops.Unary<TFunction, E>(x.Elements<E>(), elements);
            else
            {
                x.Read(0, elements);
                Loops.Unary<TFunction, E>(elements, elements);
            }
            return result;
        }
    }

    Pointwise IPointwise.Function => Pointwise.Unary<TFunction>();
    Func<Expr, Expr>? ILowered.Lowered => (default(TFunction) as ILowered)?.Lowered;
}

/// <summary>A function of two arguments that throws for some integers on the right, as a remainder by 0 does.</summary>
internal interface IPartialOnIntegers;

/// <summary>The op of an elementwise function of two arguments, which broadcast.</summary>
/// <typeparam name="TFunction">The function: an empty struct.</typeparam>
public sealed record Binary<TFunction> : Elementwise, IScalarFunction, IPointwise, IRest where TFunction : struct, IBinary
{
    private static readonly Binary<TFunction> s_op = new();

    private Binary() { }

    /// <summary>The member that was called, with which errors begin that only a value shows; they come when it is evaluated, wherever that is.</summary>
    private string Called { get; init; } = typeof(TFunction).Name;

    /// <summary>The function of two nodes, element by element, after broadcasting.</summary>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    /// <exception cref="DTypeException">The dtypes differ and both are strong, or one is Bool.</exception>
    public static Expr Of(Expr x, Expr y) => Of(x, y, typeof(TFunction).Name);

    /// <param name="x">The first node.</param>
    /// <param name="y">The second node.</param>
    /// <param name="called">The name that errors begin with.</param>
    internal static Expr Of(Expr x, Expr y, string called)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        (x, y) = Promotion.Numbers(called, x, y, TFunction.Domain);
        (x, y) = Promotion.Broadcast(called, x, y);
        return Expr.Make(default(TFunction) is IPartialOnIntegers && y.DType.IsInteger() && called != s_op.Called ? s_op with { Called = called } : s_op, new(x, y), x.Type);
    }

    internal override Root Root => typeof(TFunction) == typeof(Hypot) ? Root.Itself : typeof(TFunction) == typeof(Multiply) || typeof(TFunction) == typeof(Divide) ? Root.Inside : Root.None;

    /// <inheritdoc/>
    public override string Name => typeof(TFunction).Name;

    /// <inheritdoc/>
    public override Formula Latex(ReadOnlySpan<Formula> inputs) => TFunction.Latex(inputs[0], inputs[1]) ?? base.Latex(inputs);

    /// <inheritdoc/>
    protected override Slope Slope => TFunction.Slope;

    /// <inheritdoc/>
    protected internal override Factors Factors => TFunction.Factors;

    internal override bool HasPoles => s_hasPoles;
    private static readonly bool s_hasPoles = TFunction.Slope == Slope.Varying && Poles.Are(s_op, arity: 2);

    /// <inheritdoc/>
    protected override Expr Differential(int index, Inputs inputs, Expr output, Expr d) => index == 0
        ? TFunction.DifferentialX(inputs[0], inputs[1], output, d)
        : TFunction.DifferentialY(inputs[0], inputs[1], output, d);

    /// <inheritdoc/>
    protected override Expr Selected(int index, Inputs inputs) => Promotion.Conform(Expr.NotEqual(index == 0
        ? TFunction.SelectedX(inputs[0], inputs[1])
        : TFunction.SelectedY(inputs[0], inputs[1]), 0.0), new(DType.Bool, inputs[0].Shape));

    /// <inheritdoc/>
    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs)
    {
        try
        {
            return inputs[0].Element.Run<Kernel, Tensor>(new(inputs[0], inputs[1]));
        }
        catch (DomainException error) when (error.CalledAs(Called))
        {
            throw;
        }
        catch (DivideByZeroException)
        {
            throw new DomainException(Called, "integers other than 0 to divide by", $"0 in {inputs[1].Type}", "Replace zeros by Where; or Cast to Float64, where the remainder by 0 is NaN.");
        }
    }

    internal override Degree DegreeOf(Inputs inputs, Expr output, ReadOnlySpan<Degree> given) => TFunction.Apply(given[0], given[1]);

    internal override bool MayThrow(Inputs inputs) => default(TFunction) is IPartialOnIntegers && inputs[1].DType.IsInteger() && !inputs[1].IsConstant;

    double IScalarFunction.Evaluate(double x, double y) => TFunction.Apply(new Real64(x), new Real64(y)).Value;
    Slope IScalarFunction.Slope => TFunction.Slope;
    Factors IScalarFunction.Factors => TFunction.Factors;
    double IScalarFunction.Differential(int index, double x, double y, double z, double d) => (index == 0
        ? TFunction.DifferentialX<Real64>(new(x), new(y), new(z), new(d))
        : TFunction.DifferentialY<Real64>(new(x), new(y), new(z), new(d))).Value;

    private readonly struct Kernel(Tensor x, Tensor y) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var result = Tensor.New<E>(x.Element, x.Shape, out var elements);
            if (elements.IsEmpty)
                return result;
            // A view that is not dense is read into the result, which the loop then works on in place; a second one needs a copy.
            if (x.IsUniform || y.IsUniform || x.IsContiguous || y.IsContiguous)
                Loops.Binary<TFunction, E>(Operand<E>(x, elements), Operand<E>(y, elements), elements);
            else
            {
                x.Read(0, elements);
                Loops.Binary<TFunction, E>(elements, y.Elements<E>(), elements);
            }
            return result;
        }

        private static ReadOnlySpan<E> Operand<E>(Tensor operand, Span<E> space) where E : unmanaged
        {
            if (operand.IsUniform)
                return operand.Buffer<E>().Slice(operand.Offset, 1);
            if (operand.IsContiguous)
                return operand.Elements<E>();
            operand.Read(0, space);
            return space;
        }
    }

    Pointwise IPointwise.Function => Pointwise.Binary<TFunction>();
    Op? IRest.Whole => (default(TFunction) as IRest)?.Whole;
}

/// <summary>The op of an elementwise function of three arguments, which broadcast.</summary>
/// <typeparam name="TFunction">The function: an empty struct.</typeparam>
public sealed record Ternary<TFunction> : Elementwise, IPointwise where TFunction : struct, ITernary
{
    private static readonly Ternary<TFunction> s_op = new();

    private Ternary() { }

    /// <summary>The function of three nodes, element by element, after broadcasting.</summary>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    /// <exception cref="DTypeException">Two dtypes differ and both are strong, or one is Bool.</exception>
    public static Expr Of(Expr x, Expr y, Expr z)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        ArgumentNullException.ThrowIfNull(z);
        string name = typeof(TFunction).Name;
        (x, y, z) = Promotion.Numbers(name, x, y, z, TFunction.Domain);
        var shape = Shape.Broadcast(Shape.Broadcast(x.Shape, y.Shape, name), z.Shape, name);
        return Expr.Make(s_op, [Expr.BroadcastTo(x, shape), Expr.BroadcastTo(y, shape), Expr.BroadcastTo(z, shape)], new(x.DType, shape));
    }

    /// <inheritdoc/>
    public override string Name => typeof(TFunction).Name;

    /// <inheritdoc/>
    public override Formula Latex(ReadOnlySpan<Formula> inputs) => TFunction.Latex(inputs[0], inputs[1], inputs[2]) ?? base.Latex(inputs);

    /// <inheritdoc/>
    protected override Slope Slope => TFunction.Slope;

    /// <inheritdoc/>
    protected override Expr Differential(int index, Inputs inputs, Expr output, Expr d) => index switch
    {
        0 => TFunction.DifferentialX(inputs[0], inputs[1], inputs[2], output, d),
        1 => TFunction.DifferentialY(inputs[0], inputs[1], inputs[2], output, d),
        _ => TFunction.DifferentialZ(inputs[0], inputs[1], inputs[2], output, d),
    };

    /// <inheritdoc/>
    protected override Expr Selected(int index, Inputs inputs) => Promotion.Conform(Expr.NotEqual(index switch
    {
        0 => TFunction.SelectedX(inputs[0], inputs[1], inputs[2]),
        1 => TFunction.SelectedY(inputs[0], inputs[1], inputs[2]),
        _ => TFunction.SelectedZ(inputs[0], inputs[1], inputs[2]),
    }, 0.0), new(DType.Bool, inputs[0].Shape));

    /// <inheritdoc/>
    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(inputs[0], inputs[1], inputs[2]));

    internal override Degree DegreeOf(Inputs inputs, Expr output, ReadOnlySpan<Degree> given) => TFunction.Apply(given[0], given[1], given[2]);

    private readonly struct Kernel(Tensor x, Tensor y, Tensor z) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var result = Tensor.New<E>(x.Element, x.Shape, out var elements);
            if (typeof(E) == typeof(Real64) && x.Shape.IsScalar)
                elements[0] = TFunction.Apply(Operand<E>(x)[0], Operand<E>(y)[0], Operand<E>(z)[0]);     // alone, as those of fewer arguments (IScalarFunction)
            else if (!elements.IsEmpty)
                Loops.Ternary<TFunction, E>(Operand<E>(x), Operand<E>(y), Operand<E>(z), elements);
            return result;
        }

        private static ReadOnlySpan<E> Operand<E>(Tensor operand) where E : unmanaged =>
            operand.IsUniform ? operand.Buffer<E>().Slice(operand.Offset, 1) : operand.Elements<E>();
    }

    Pointwise IPointwise.Function => Pointwise.Ternary<TFunction>();
}

/// <summary>The op of an elementwise question, with a Bool output and no derivative. The arguments broadcast.</summary>
/// <typeparam name="TQuestion">The question: an empty struct.</typeparam>
public sealed record Predicate<TQuestion> : Op, IPointwise where TQuestion : struct, IPredicate
{
    private static readonly Predicate<TQuestion> s_op = new();

    private Predicate() { }

    /// <summary>The answers for two nodes, element by element, after broadcasting.</summary>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    /// <exception cref="DTypeException">The dtypes differ and both are strong.</exception>
    public static Expr Of(Expr x, Expr y) => Of(x, y, typeof(TQuestion).Name);

    /// <param name="x">The first node.</param>
    /// <param name="y">The second node.</param>
    /// <param name="called">The name that errors begin with.</param>
    internal static Expr Of(Expr x, Expr y, string called)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (x.DType != DType.Bool || y.DType != DType.Bool)
            (x, y) = Promotion.Numbers(called, x, y, Domain.Numeric);
        (x, y) = Promotion.Broadcast(called, x, y);
        return Expr.Make(s_op, new(x, y), new(DType.Bool, x.Shape));
    }

    /// <inheritdoc/>
    public override string Name => typeof(TQuestion).Name;

    /// <inheritdoc/>
    public override Formula Latex(ReadOnlySpan<Formula> inputs) => TQuestion.Latex(inputs[0], inputs[1]) ?? base.Latex(inputs);

    /// <inheritdoc/>
    public override TensorType Infer(Inputs inputs) => inputs[0].Shape == inputs[1].Shape && inputs[0].DType == inputs[1].DType
        ? new(DType.Bool, inputs[0].Shape)
        : throw new ShapeException(Name, "inputs of one type", $"{inputs[0].Type} and {inputs[1].Type}");

    /// <inheritdoc/>
    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => null;

    /// <inheritdoc/>
    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => default;

    /// <inheritdoc/>
    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this,
        batched[0] ? inputs[0] : Batching.Repeat(inputs[0], size),
        batched[1] ? inputs[1] : Batching.Repeat(inputs[1], size));

    /// <inheritdoc/>
    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(inputs[0], inputs[1]));

    private readonly struct Kernel(Tensor x, Tensor y) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var result = Tensor.New<bool>(ElementType.Bool, x.Shape, out var answers);
            Loops.Predicate<TQuestion, E>(x.Elements<E>(), y.Elements<E>(), answers);
            return result;
        }
    }

    Pointwise IPointwise.Function => Pointwise.Predicate<TQuestion>();
}
