namespace Autodiff.Functional.Compilation;

/// <summary>An op that a fused loop can run: its value at a point depends on its arguments at that point alone.</summary>
internal interface ILoopOp
{
    /// <summary>The work over a tile, for arguments of these dtypes.</summary>
    TileFunction Tile(ReadOnlySpan<DType> arguments);
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
