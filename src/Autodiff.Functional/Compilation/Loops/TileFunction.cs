namespace Autodiff.Functional.Compilation;

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
