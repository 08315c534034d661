namespace Autodiff.Functional.Compilation;

/// <summary>Straight-line code over the points of a tile, whose arrays lie at addresses that change from tile to tile.</summary>
internal abstract unsafe class TileBody
{
    /// <summary>The memory that the code needs for what it computes on the way.</summary>
    public abstract int SlotBytes { get; }

    /// <summary>The addresses of that memory's parts, to be set once: they follow those of the inputs and results.</summary>
    public abstract ReadOnlySpan<int> Slots { get; }

    /// <summary>Is everything read before a result is written that may lie over it?</summary>
    public virtual bool InPlace => true;

    /// <param name="addresses">The addresses: of the inputs, the results, the slots.</param>
    /// <param name="count">The number of points.</param>
    public abstract void Run(nint* addresses, int count);
}

/// <summary>A program as a tile's body sees it: with the layout of the tile's arrays.</summary>
/// <param name="Program">The code.</param>
/// <param name="Uniform">Which inputs are a single element for all points of a tile; the others lie side by side.</param>
/// <param name="Staged">Which results are put elsewhere when the tile is done, so that nothing of an input is overwritten.</param>
/// <param name="Points">The points of a full tile.</param>
internal sealed record TileCode(LoopProgram Program, bool[] Uniform, bool[] Staged, int Points)
{
    public int Inputs => Program.Inputs.Length;

    /// <summary>Is something added to an input at each point, in place, so that no point may be computed twice?</summary>
    public bool Accumulates { get; init; }

    public int Operands => Inputs + Program.Results.Length;
    public int Values => Inputs + Program.Instructions.Length;

    /// <summary>Are there arrays of truth values?</summary>
    public bool HasMasks => Program.Inputs.Any(input => input.DType == Functional.DType.Bool) || Program.Results.Any(result => result.DType == Functional.DType.Bool);

    public DType DType(int value) => value < Inputs ? Program.Inputs[value].DType : Program.Instructions[value - Inputs].DType;

    /// <summary>The values that are the same at all points of a tile.</summary>
    public bool[] UniformValues()
    {
        var uniform = new bool[Values];
        Uniform.CopyTo(uniform, 0);
        for (int i = 0; i < Program.Instructions.Length; i++)
        {
            bool all = true;
            foreach (int argument in Program.Instructions[i].Arguments)
                all &= uniform[argument];
            uniform[Inputs + i] = all;
        }
        return uniform;
    }

    /// <summary>For each value the last instruction that uses it; −1 if none does.</summary>
    public static int[] LastUses(LoopProgram program)
    {
        var last = new int[program.Inputs.Length + program.Instructions.Length];
        Array.Fill(last, -1);
        for (int i = 0; i < program.Instructions.Length; i++)
            foreach (int argument in program.Instructions[i].Arguments)
                last[argument] = i;
        return last;
    }
}
