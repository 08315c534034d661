namespace Autodiff.Functional.Compilation;

/// <summary>
/// Steps over a long axis that they have in common run block by block: what they hand on stays in the cache and takes no more memory than a block, and threads take blocks instead of
/// meeting after each step. How long a block is depends on sizes alone, and what sums over the axis is added up block after block.
/// </summary>
internal static class Blocks
{
    /// <summary>What a block may take: of the second cache, or a little more, as shorter blocks cost more than a third cache does.</summary>
    private const int BytesOfBlock = 2 << 20;

    /// <summary>Memory traffic that has to be saved, and the length of an axis that is worth it.</summary>
    private const int LeastSaved = 128 << 10, LeastLength = 64;

    /// <summary>Blocks are as long as some registers.</summary>
    private const int Granularity = 16;

    /// <summary>The instructions of a piece: many times what a group reaches over, as none goes from one piece into the next.</summary>
    private const int SegmentLength = 2048;

    public static Program Apply(Program program)
    {
        for (int step = program.Parameters; step < program.Count; step++)
            if (Starts(program, step, LeastLength, LeastSaved).Any())
                return Segments.Apply(program, SegmentLength, segment => Apply(segment, BytesOfBlock, LeastLength, LeastSaved, Pays));
        return program;
    }

    /// <param name="program">The program.</param>
    /// <param name="bytesOfBlock">What a block may take.</param>
    /// <param name="leastLength">The length of an axis that is looked at.</param>
    /// <param name="leastSaved">The bytes of memory traffic that have to be saved.</param>
    /// <param name="pays">Is a group worth it, in blocks of this length?</param>
    public static Program Apply(Program program, int bytesOfBlock, int leastLength, int leastSaved, Func<BlockGroup, int, bool> pays)
    {
        int[] reads = BlockGroup.Reads(program);
        for (int step = program.Parameters; step < program.Count; step++)
            if (Best(program, reads, step, leastLength, leastSaved) is { } group && SizeOf(group, bytesOfBlock) is var size && size < group.Length && pays(group, size))
            {
                program = new BlockEmission(program, group, size).Program;
                reads = BlockGroup.Reads(program);
                step--;      // another one stands here now
            }
        return program;
    }

    private static BlockGroup? Best(Program program, int[] reads, int step, int leastLength, int leastSaved)
    {
        BlockGroup? best = null;
        foreach (var (axis, length) in Starts(program, step, leastLength, leastSaved))
            if (BlockGroup.From(program, reads, step, axis, length) is { Steps.Count: > 1 } group
                && group.Saved() >= Math.Max(leastSaved, (best?.Saved() ?? 0) + 1))
                best = group;
        return best;
    }

    /// <summary>The axes that it may pay to begin a group along.</summary>
    private static IEnumerable<(int Axis, int Length)> Starts(Program program, int step, int leastLength, int leastSaved) =>
        program[step].Op is not (Fused or IContraction) || (long)Largest(program, step) * sizeof(double) * 4 < leastSaved ? [] : Axes(program[step]).Where(axis => axis.Length >= leastLength);

    private static IEnumerable<(int Axis, int Length)> Axes(Instruction step) => step.Op switch
    {
        Fused fused => fused.Loop.Space.Select((length, axis) => (axis, length)),
        IContraction => step.Type.Shape.Select((length, axis) => (axis, length)),
        _ => [],
    };

    private static int Largest(Program program, int step) => program[step].Op is Fused fused ? fused.Loop.Space.Size : program[step].Inputs.Max(input => program[input].Type.Shape.Size);

    /// <summary>Of equal length but for the last, an even number, so that two threads have the same to do.</summary>
    private static int SizeOf(BlockGroup group, int bytesOfBlock)
    {
        int most = (int)Math.Clamp(bytesOfBlock / Math.Max(1, group.BytesOfOne()), 1, group.Length), blocks = (group.Length + most - 1) / most;
        blocks = Math.Max(2, blocks + blocks % 2);
        return (group.Length + blocks * Granularity - 1) / (blocks * Granularity) * Granularity;
    }

    private static bool Pays(BlockGroup group, int size) => group.BytesRead() <= group.Saved() && 4 * group.BytesOfEach() * (group.Length / size) <= group.Saved();
}
