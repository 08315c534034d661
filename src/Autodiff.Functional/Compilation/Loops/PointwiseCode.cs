using System.Runtime.CompilerServices;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Compilation;

/// <summary>The code of the functions that ops say they compute point by point.</summary>
internal static class PointwiseCode
{
    /// <summary>The work over a tile, for arguments of these dtypes.</summary>
    public static TileFunction Tile(Pointwise function, ReadOnlySpan<DType> arguments) => NumbersOf(arguments).Run<Maker, TileFunction>(new(function));

    /// <summary>The work for many scalars at once that lie anywhere, for arguments of these dtypes.</summary>
    public static GroupFunction Group(Pointwise function, ReadOnlySpan<DType> arguments) => NumbersOf(arguments).Run<Maker, GroupFunction>(new(function));

    /// <summary>The function that generated code calls: a static method of the arguments.</summary>
    /// <typeparam name="T">What the last argument is computed on.</typeparam>
    /// <typeparam name="R">What the result is computed on.</typeparam>
    /// <typeparam name="M">What masks are.</typeparam>
    public static Delegate Function<T, R, M>(Pointwise function) where T : unmanaged, IMasked<T, M> where R : unmanaged, IMasked<R, M> where M : unmanaged, IMasked<M, M> =>
        function.Tell<MaskedFunctions<T, R, M>, Delegate>(default);

    /// <summary>The numbers among the arguments are of one dtype; a mask comes before them.</summary>
    private static ElementType NumbersOf(ReadOnlySpan<DType> arguments) => ElementType.Of(arguments[0] == DType.Bool ? arguments[^1] : arguments[0]);

    private readonly struct Maker(Pointwise function) : IKernel<TileFunction>, IKernel<GroupFunction>
    {
        TileFunction IKernel<TileFunction>.Run<E>() => function.Tell<Tiles<E>, TileFunction>(default);
        GroupFunction IKernel<GroupFunction>.Run<E>() => function.Tell<Groups<E>, GroupFunction>(default);
    }
}

/// <summary>The functions on numbers with the masks that go with them, lanes for instance.</summary>
internal readonly struct MaskedFunctions<T, R, M> : Pointwise.IVisitor<Delegate> where T : unmanaged, IMasked<T, M> where R : unmanaged, IMasked<R, M> where M : unmanaged, IMasked<M, M>
{
    public Delegate Unary<TFunction>() where TFunction : struct, IUnary => (Func<T, T>)TFunction.Apply<T>;
    public Delegate Binary<TFunction>() where TFunction : struct, IBinary => (Func<T, T, T>)TFunction.Apply<T>;
    public Delegate Ternary<TFunction>() where TFunction : struct, ITernary => (Func<T, T, T, T>)TFunction.Apply<T>;
    public Delegate Predicate<TQuestion>() where TQuestion : struct, IPredicate => (Func<T, T, M>)T.Holds<TQuestion>;
    public Delegate Cast(DType to) => (Func<T, R>)Convert;
    public Delegate Where() => (Func<M, T, T, T>)T.Choose;
    public Delegate Guard() => (Func<M, T, T>)OrZero;
    public Delegate WhereVarying() => (Func<M, T, T, T>)Functional.WhereVarying.Choose;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static R Convert(T x) =>
        typeof(T) == typeof(R) ? Unsafe.BitCast<T, R>(x)
        : typeof(R) == typeof(M) ? Unsafe.BitCast<M, R>(T.Holds<NotEqual>(x, T.Literal(0)))
        : typeof(T) == typeof(M) ? R.Choose(Unsafe.BitCast<T, M>(x), R.Literal(1), R.Literal(0))
        : Conversion.Convert<T, R>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T OrZero(M mask, T value) => T.Choose(mask, value, T.Literal(0));
}

/// <summary>Loops over tiles. An argument is an element for each result, or one for all.</summary>
internal readonly unsafe struct Tiles<E> : Pointwise.IVisitor<TileFunction> where E : unmanaged, IElementary<E>
{
    public TileFunction Unary<TFunction>() where TFunction : struct, IUnary => new(&OfUnary<TFunction>);
    public TileFunction Binary<TFunction>() where TFunction : struct, IBinary => new(&OfBinary<TFunction>);
    public TileFunction Ternary<TFunction>() where TFunction : struct, ITernary => new(&OfTernary<TFunction>);
    public TileFunction Predicate<TQuestion>() where TQuestion : struct, IPredicate => new(&OfPredicate<TQuestion>);
    public TileFunction Cast(DType to) => ElementType.Of(to).Run<Casts, TileFunction>(default);
    public TileFunction Where() => new(&OfWhere);
    public TileFunction Guard() => new(&OfGuard);
    public TileFunction WhereVarying() => new(&OfWhereVarying);

    private static void OfUnary<TFunction>(TileOperand* x, nint result, int count) where TFunction : struct, IUnary =>
        Kernels.Loops.Unary<TFunction, E>(x[0].Elements<E>(), new((void*)result, count));

    private static void OfBinary<TFunction>(TileOperand* x, nint result, int count) where TFunction : struct, IBinary =>
        Kernels.Loops.Binary<TFunction, E>(x[0].Elements<E>(), x[1].Elements<E>(), new((void*)result, count));

    private static void OfTernary<TFunction>(TileOperand* x, nint result, int count) where TFunction : struct, ITernary =>
        Kernels.Loops.Ternary<TFunction, E>(x[0].Elements<E>(), x[1].Elements<E>(), x[2].Elements<E>(), new((void*)result, count));

    private static void OfPredicate<TQuestion>(TileOperand* x, nint result, int count) where TQuestion : struct, IPredicate =>
        Kernels.Loops.Predicate<TQuestion, E>(x[0].Elements<E>(), x[1].Elements<E>(), new((void*)result, count));

    private static void OfWhere(TileOperand* x, nint result, int count) => Select(x[0], x[1], x[2], new(result, count));

    private static void OfGuard(TileOperand* x, nint result, int count)
    {
        E zero = E.Literal(0);
        Select(x[0], x[1], new((nint)(&zero), 1), new(result, count));
    }

    private static void Select(TileOperand condition, TileOperand yes, TileOperand no, TileOperand result)
    {
        var results = new Span<E>((void*)result.Address, result.Length);
        if (condition.Length == results.Length)
            Kernels.Loops.Select(condition.Elements<bool>(), yes.Elements<E>(), no.Elements<E>(), results);
        else if ((condition.Elements<bool>()[0] ? yes : no).Elements<E>() is { Length: > 1 } side)
            side.CopyTo(results);
        else
            results.Fill((condition.Elements<bool>()[0] ? yes : no).Elements<E>()[0]);
    }

    private static void OfWhereVarying(TileOperand* x, nint result, int count)
    {
        ReadOnlySpan<bool> mask = x[0].Elements<bool>();
        ReadOnlySpan<E> witness = x[1].Elements<E>(), value = x[2].Elements<E>();
        var results = new Span<E>((void*)result, count);
        for (int i = 0; i < results.Length; i++)
            results[i] = Functional.WhereVarying.Element(mask[mask.Length > 1 ? i : 0], witness[witness.Length > 1 ? i : 0], value[value.Length > 1 ? i : 0]);
    }

    private readonly struct Casts : IKernel<TileFunction>
    {
        public TileFunction Run<R>() where R : unmanaged, IElementary<R> => new(&Convert<R>);

        private static void Convert<R>(TileOperand* x, nint result, int count) where R : unmanaged => Conversion.Convert(x[0].Elements<E>(), new Span<R>((void*)result, count));
    }
}

/// <summary>Loops over scalars in slots: one loop for each number of arguments.</summary>
internal readonly unsafe struct Groups<E> : Pointwise.IVisitor<GroupFunction> where E : unmanaged, IElementary<E>
{
    public GroupFunction Unary<TFunction>() where TFunction : struct, IUnary => new(&One<UnaryOf<TFunction>, E, E>);
    public GroupFunction Binary<TFunction>() where TFunction : struct, IBinary => new(&Two<BinaryOf<TFunction>, E, E, E>);
    public GroupFunction Ternary<TFunction>() where TFunction : struct, ITernary => new(&Three<TernaryOf<TFunction>, E, E, E, E>);
    public GroupFunction Predicate<TQuestion>() where TQuestion : struct, IPredicate => new(&Two<PredicateOf<TQuestion>, E, E, bool>);
    public GroupFunction Cast(DType to) => ElementType.Of(to).Run<Casts, GroupFunction>(default);
    public GroupFunction Where() => new(&Three<WhereOf, bool, E, E, E>);
    public GroupFunction Guard() => new(&Two<GuardOf, bool, E, E>);
    public GroupFunction WhereVarying() => new(&Three<WhereVaryingOf, bool, E, E, E>);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One<F, X, R>(nint slots, int* x, int result, int count) where F : struct, IOne<X, R> where X : unmanaged where R : unmanaged
    {
        for (int i = 0; i < count; i++)
            GroupFunction.Slot<R>(slots, result + i) = F.Of(GroupFunction.Slot<X>(slots, x[i]));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two<F, X, Y, R>(nint slots, int* x, int result, int count) where F : struct, ITwo<X, Y, R> where X : unmanaged where Y : unmanaged where R : unmanaged
    {
        for (int i = 0; i < count; i++)
            GroupFunction.Slot<R>(slots, result + i) = F.Of(GroupFunction.Slot<X>(slots, x[i]), GroupFunction.Slot<Y>(slots, x[count + i]));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Three<F, X, Y, Z, R>(nint slots, int* x, int result, int count) where F : struct, IThree<X, Y, Z, R> where X : unmanaged where Y : unmanaged where Z : unmanaged where R : unmanaged
    {
        for (int i = 0; i < count; i++)
            GroupFunction.Slot<R>(slots, result + i) = F.Of(GroupFunction.Slot<X>(slots, x[i]), GroupFunction.Slot<Y>(slots, x[count + i]), GroupFunction.Slot<Z>(slots, x[2 * count + i]));
    }

    private interface IOne<X, R> { static abstract R Of(X x); }
    private interface ITwo<X, Y, R> { static abstract R Of(X x, Y y); }
    private interface IThree<X, Y, Z, R> { static abstract R Of(X x, Y y, Z z); }

    private readonly struct UnaryOf<TFunction> : IOne<E, E> where TFunction : struct, IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static E Of(E x) => TFunction.Apply(x);
    }

    private readonly struct BinaryOf<TFunction> : ITwo<E, E, E> where TFunction : struct, IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static E Of(E x, E y) => TFunction.Apply(x, y);
    }

    private readonly struct TernaryOf<TFunction> : IThree<E, E, E, E> where TFunction : struct, ITernary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static E Of(E x, E y, E z) => TFunction.Apply(x, y, z);
    }

    private readonly struct PredicateOf<TQuestion> : ITwo<E, E, bool> where TQuestion : struct, IPredicate
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Of(E x, E y) => E.Literal(1) is var yes && TQuestion.Select(x, y, yes, E.Literal(0)).Equals(yes);
    }

    private readonly struct WhereOf : IThree<bool, E, E, E>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static E Of(bool condition, E yes, E no) => condition ? yes : no;
    }

    private readonly struct GuardOf : ITwo<bool, E, E>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static E Of(bool supported, E value) => supported ? value : E.Literal(0);
    }

    private readonly struct WhereVaryingOf : IThree<bool, E, E, E>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static E Of(bool varies, E witness, E value) => Functional.WhereVarying.Element(varies, witness, value);
    }

    private readonly struct Casts : IKernel<GroupFunction>
    {
        public GroupFunction Run<R>() where R : unmanaged, IElementary<R> => new(&One<CastOf<R>, E, R>);
    }

    private readonly struct CastOf<R> : IOne<E, R> where R : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static R Of(E x) => Conversion.Convert<E, R>(x);
    }
}
