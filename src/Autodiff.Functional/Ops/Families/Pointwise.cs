using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>An op whose value at a point is a function of its inputs at that point alone. Implement it beside <see cref="Op"/> to say which function, and compiled functions fuse the op into loops; <see cref="Op.Evaluate"/> must compute the same.</summary>
/// <remarks>Inputs and output have one shape. The op may have a name, derivatives and attributes of its own.</remarks>
/// <example><code>
/// sealed record Clipped : Op, IPointwise
/// {
///     public Pointwise Function => Pointwise.Unary&lt;Clip>();
///     …
/// }
/// </code></example>
public interface IPointwise
{
    /// <summary>The function.</summary>
    Pointwise Function { get; }
}

/// <summary>A function of the elements at a point: what an <see cref="IPointwise"/> op computes.</summary>
public abstract class Pointwise
{
    private protected Pointwise() { }

    /// <summary>A function of one number. The output has the dtype of the input.</summary>
    /// <typeparam name="TFunction">The function: an empty struct.</typeparam>
    public static Pointwise Unary<TFunction>() where TFunction : struct, IUnary => OfUnary<TFunction>.Instance;

    /// <summary>A function of two numbers of one dtype, which is that of the output.</summary>
    /// <typeparam name="TFunction">The function: an empty struct.</typeparam>
    public static Pointwise Binary<TFunction>() where TFunction : struct, IBinary => OfBinary<TFunction>.Instance;

    /// <summary>A function of three numbers of one dtype, which is that of the output.</summary>
    /// <typeparam name="TFunction">The function: an empty struct.</typeparam>
    public static Pointwise Ternary<TFunction>() where TFunction : struct, ITernary => OfTernary<TFunction>.Instance;

    /// <summary>A question about two numbers of one dtype. The output is Bool.</summary>
    /// <typeparam name="TQuestion">The question: an empty struct.</typeparam>
    public static Pointwise Predicate<TQuestion>() where TQuestion : struct, IPredicate => OfPredicate<TQuestion>.Instance;

    /// <summary>The same number in another dtype.</summary>
    /// <param name="to">The dtype of the output.</param>
    public static Pointwise Cast(DType to) => new OfCast(to);

    /// <summary>The second input where the first, a Bool, is true, else the third.</summary>
    public static Pointwise Where { get; } = new OfWhere();

    /// <summary>The second input where the first, a Bool, is true, else 0.</summary>
    internal static Pointwise Guard { get; } = new OfGuard();

    /// <summary>What <see cref="WhereVarying"/> computes.</summary>
    internal static Pointwise WhereVarying { get; } = new OfWhereVarying();

    /// <summary>What it costs.</summary>
    internal virtual Cost Cost => new(1);

    /// <summary>The dtype of the output; null if there is no such function of inputs of these dtypes.</summary>
    internal abstract DType? ResultOf(ReadOnlySpan<DType> inputs);

    /// <summary>Tells a visitor which function it is.</summary>
    internal abstract R Tell<TVisitor, R>(TVisitor visitor) where TVisitor : struct, IVisitor<R>;

    /// <summary>Makes something of each function that there is, code for instance.</summary>
    internal interface IVisitor<R>
    {
        R Unary<TFunction>() where TFunction : struct, IUnary;
        R Binary<TFunction>() where TFunction : struct, IBinary;
        R Ternary<TFunction>() where TFunction : struct, ITernary;
        R Predicate<TQuestion>() where TQuestion : struct, IPredicate;
        R Cast(DType to);
        R Where();
        R Guard();
        R WhereVarying();
    }

    private sealed class OfUnary<TFunction> : Pointwise where TFunction : struct, IUnary
    {
        public static readonly OfUnary<TFunction> Instance = new();
        internal override Cost Cost => TFunction.Apply(default(Cost));
        internal override DType? ResultOf(ReadOnlySpan<DType> inputs) => inputs is [var x] ? x : null;
        internal override R Tell<TVisitor, R>(TVisitor visitor) => visitor.Unary<TFunction>();
    }

    private sealed class OfBinary<TFunction> : Pointwise where TFunction : struct, IBinary
    {
        public static readonly OfBinary<TFunction> Instance = new();
        internal override Cost Cost => TFunction.Apply(default(Cost), default);
        internal override DType? ResultOf(ReadOnlySpan<DType> inputs) => inputs is [var x, var y] && x == y ? x : null;
        internal override R Tell<TVisitor, R>(TVisitor visitor) => visitor.Binary<TFunction>();
    }

    private sealed class OfTernary<TFunction> : Pointwise where TFunction : struct, ITernary
    {
        public static readonly OfTernary<TFunction> Instance = new();
        internal override Cost Cost => TFunction.Apply(default(Cost), default, default);
        internal override DType? ResultOf(ReadOnlySpan<DType> inputs) => inputs is [var x, var y, var z] && x == y && y == z ? x : null;
        internal override R Tell<TVisitor, R>(TVisitor visitor) => visitor.Ternary<TFunction>();
    }

    private sealed class OfPredicate<TQuestion> : Pointwise where TQuestion : struct, IPredicate
    {
        public static readonly OfPredicate<TQuestion> Instance = new();
        internal override DType? ResultOf(ReadOnlySpan<DType> inputs) => inputs is [var x, var y] && x == y ? DType.Bool : null;
        internal override R Tell<TVisitor, R>(TVisitor visitor) => visitor.Predicate<TQuestion>();
    }

    private sealed class OfCast(DType to) : Pointwise
    {
        internal override DType? ResultOf(ReadOnlySpan<DType> inputs) => inputs.Length == 1 ? to : null;
        internal override R Tell<TVisitor, R>(TVisitor visitor) => visitor.Cast(to);
    }

    private sealed class OfWhere : Pointwise
    {
        internal override DType? ResultOf(ReadOnlySpan<DType> inputs) => inputs is [DType.Bool, var yes, var no] && yes == no ? yes : null;
        internal override R Tell<TVisitor, R>(TVisitor visitor) => visitor.Where();
    }

    private sealed class OfGuard : Pointwise
    {
        internal override DType? ResultOf(ReadOnlySpan<DType> inputs) => inputs is [DType.Bool, var value] ? value : null;
        internal override R Tell<TVisitor, R>(TVisitor visitor) => visitor.Guard();
    }

    private sealed class OfWhereVarying : Pointwise
    {
        internal override Cost Cost => new(2);
        internal override DType? ResultOf(ReadOnlySpan<DType> inputs) => inputs is [DType.Bool, var witness, var value] && witness == value ? value : null;
        internal override R Tell<TVisitor, R>(TVisitor visitor) => visitor.WhereVarying();
    }
}
