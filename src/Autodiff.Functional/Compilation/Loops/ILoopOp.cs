using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Compilation;

/// <summary>An op that a fused loop can run: its value at a point depends on its arguments at that point alone.</summary>
internal interface ILoopOp
{
    /// <summary>What it costs.</summary>
    Cost Cost => new(1);

    /// <summary>Is it a few machine instructions, not even a division? Then it is computed again sooner than kept.</summary>
    sealed bool IsArithmetic => Cost.IsArithmetic;

    /// <summary>The work over a tile, for arguments of these dtypes.</summary>
    TileFunction Tile(ReadOnlySpan<DType> arguments);

    /// <summary>The work for many scalars at once that lie anywhere, for arguments of these dtypes.</summary>
    GroupFunction Group(ReadOnlySpan<DType> arguments);

    /// <summary>The function that generated code calls: a static method of the arguments.</summary>
    /// <typeparam name="T">What the last argument is computed on.</typeparam>
    /// <typeparam name="R">What the result is computed on.</typeparam>
    /// <typeparam name="M">What masks are.</typeparam>
    Delegate Function<T, R, M>() where T : unmanaged, IMasked<T, M> where R : unmanaged, IMasked<R, M> where M : unmanaged, IMasked<M, M>;
}

/// <summary>One argument of a tile function: as many elements as there are results, or a single one that stands for all.</summary>
internal readonly unsafe record struct TileOperand(nint Address, int Length)
{
    public ReadOnlySpan<E> Elements<E>() where E : unmanaged => new((void*)Address, Length);
}

/// <summary>A loop over the elements of a tile, called by address so that a step of an interpreter costs no more than an indirect call.</summary>
internal readonly unsafe struct TileFunction(delegate*<TileOperand*, nint, int, void> function)
{
    private readonly delegate*<TileOperand*, nint, int, void> _function = function;

    /// <param name="arguments">The arguments. One as long as the result may lie where the result goes.</param>
    /// <param name="result">Where the results go.</param>
    /// <param name="count">How many there are.</param>
    public void Run(TileOperand* arguments, nint result, int count) => _function(arguments, result, count);
}

/// <summary>A loop over scalars in slots of 8 bytes each, whose results lie side by side.</summary>
internal readonly unsafe struct GroupFunction(delegate*<nint, int*, int, int, void> function)
{
    private readonly delegate*<nint, int*, int, int, void> _function = function;

    /// <param name="slots">Where the slots lie.</param>
    /// <param name="arguments">The numbers of the slots of all first arguments, then of all second ones …</param>
    /// <param name="result">The slot of the first result.</param>
    /// <param name="count">How many there are.</param>
    public void Run(nint slots, int* arguments, int result, int count) => _function(slots, arguments, result, count);

    /// <summary>The scalar in a slot.</summary>
    public static ref E Slot<E>(nint slots, int number) where E : unmanaged => ref *(E*)(slots + (nint)number * sizeof(long));
}
