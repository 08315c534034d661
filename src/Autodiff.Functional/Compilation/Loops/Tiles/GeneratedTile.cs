using System.Diagnostics.CodeAnalysis;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Autodiff.Functional.Kernels;
using Wide = Autodiff.Functional.Kernels.Wide;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// A body as generated code: a loop over lanes, with what is computed on the way in registers. A long one is cut into segments, as the JIT inlines only so much into a
/// method; values that one segment computes and another uses lie in slots, as it does where tiles are interpreted.
/// </summary>
/// <remarks>
/// The points past the last full register go through the same code on copies, filled up with ones. In a short tile that would take longer than the points before
/// (<see cref="LaneLoop"/>).
/// </remarks>
internal sealed unsafe class GeneratedTile : TileBody
{
    private const int SegmentLength = 45, ShortTile = 64;

    // So many registers go through the code together. A segment of it then has so many calls to inline that weigh about as much as one operation on a register; a function by a series has as many as these.
    private const int MostUnrolled = 2, SegmentWeight = 155, Function = 8;

    private delegate void Code(nint* addresses, nint count);

    private readonly Code[] _codes;
    private readonly int _step, _inputs;        // the points that the code needs at least
    private readonly LaneLoop _loop;
    private readonly int[] _slots;
    private readonly bool[] _uniform;
    private readonly int[] _sizes;

    private GeneratedTile(Code[] codes, int step, LaneLoop loop, TileCode tile, SlotPool slots)
    {
        _loop = loop;
        (_codes, _step, _inputs, _slots, SlotBytes) = (codes, step, tile.Inputs, slots.Offsets, slots.Bytes);
        _uniform = tile.Uniform;
        _sizes = [.. tile.Program.Inputs.Select(input => ElementType.Of(input.DType).Size), .. tile.Program.Results.Select(result => ElementType.Of(result.DType).Size)];
    }

    /// <summary>The body; null where values have other dtypes than masks and one of floating point, which all lanes of a step need to be.</summary>
    [RequiresDynamicCode("Makes a method.")]
    public static TileBody? Of(TileCode tile)
    {
        bool doubles = false, floats = false, others = false;
        bool[] used = tile.Program.Used();
        for (int value = 0; value < tile.Values; value++)
        {
            if (value < tile.Inputs && !used[value])
                continue;       // indices
            var dtype = tile.DType(value);
            doubles |= dtype == DType.Float64;
            floats |= dtype == DType.Float32;
            others |= dtype.IsInteger();
        }
        if (others || (doubles && floats))
            return null;
        // Registers of 512 bits give the same bits: they only hold more points, if there are as many.
        if (floats)
            return IsWide<Wide.Lanes32, Real32>(tile) ? Make<Wide.Lanes32, Real32, Wide.LaneMask>(tile) : Make<Lanes32, Real32, LaneMask>(tile);
        return IsWide<Wide.Lanes64, Real64>(tile) ? Make<Wide.Lanes64, Real64, Wide.LaneMask>(tile) : Make<Lanes64, Real64, LaneMask>(tile);
    }

    private static bool IsWide<V, E>(TileCode tile) where V : struct, ILanes<V, E> where E : struct => Vector512.IsHardwareAccelerated && tile.Points >= V.Count;

    [RequiresDynamicCode("Makes a method.")]
    private static GeneratedTile Make<V, E, M>(TileCode tile)
        where V : unmanaged, IMaskedLanes<V, E, M> where E : unmanaged where M : unmanaged, IMasked<M, M>
    {
        int registers = (tile.Points + V.Count - 1) / V.Count;
        bool full = tile.Points % V.Count == 0;
        var loop = registers <= MostUnrolled && !full && V.HasFirst && !tile.HasMasks ? LaneLoop.UnrolledMasked
            : registers <= MostUnrolled && tile.Points >= V.Count ? LaneLoop.Unrolled
            : !tile.Accumulates && tile.Points <= ShortTile && tile.Points > V.Count && !full ? LaneLoop.Overlapping : LaneLoop.Plain;
        bool unrolled = loop >= LaneLoop.Unrolled;
        int[] starts = Starts(tile.Program, unrolled ? registers : 0);
        int segments = starts.Length - 1;
        int Start(int segment) => starts[segment];
        int SegmentOf(int instruction) => Array.BinarySearch(starts, instruction) is var at && at >= 0 ? at : ~at - 1;

        // Slots of values that one segment computes and a later one uses.
        var slots = new SlotPool(tile);
        int[] slot = new int[tile.Values], last = TileCode.LastUses(tile.Program);
        Array.Fill(slot, -1);
        bool[] uniform = tile.UniformValues();
        var dying = new List<int>[segments];
        for (int segment = 0; segment < segments; segment++)
        {
            dying[segment] ??= [];
            for (int value = tile.Inputs + Start(segment); value < tile.Inputs + Start(segment + 1); value++)
                if (last[value] >= Start(segment + 1))
                {
                    slot[value] = slots.Take(tile.DType(value), uniform[value]);
                    (dying[SegmentOf(last[value])] ??= []).Add(value);
                }
            foreach (int value in dying[segment])
                slots.Free(slot[value], tile.DType(value), uniform[value]);
        }
        return new([.. Enumerable.Range(0, segments).Select(segment => Segment<V, E, M>(tile, Start(segment)..Start(segment + 1), slot, loop))], unrolled ? tile.Points : V.Count, loop, tile, slots);
    }

    /// <summary>Where segments start, of about the same weight: of instructions, where all registers are in one loop, else of calls that are to be inlined, reads and writes among them.</summary>
    private static int[] Starts(LoopProgram program, int registers)
    {
        int inputs = program.Inputs.Length;
        int[] weights = [.. program.Instructions.Select(Weight)];
        foreach (var result in program.Results)
            if (result.Value >= inputs)
                weights[result.Value - inputs] += registers;
        int total = weights.Sum(), most = registers == 0 ? SegmentLength : SegmentWeight, segments = Math.Max(1, (total + most - 1) / most), sum = 0;
        var starts = new List<int> { 0 };
        for (int i = 0; i < weights.Length; i++)
        {
            if (sum >= (long)total * starts.Count / segments && starts[^1] < i)
                starts.Add(i);
            sum += weights[i];
        }
        return [.. starts, weights.Length];

        int Weight(LoopInstruction instruction) => registers == 0 ? 1 : registers * ((((IPointwise)instruction.Op).Function.Cost.IsFunction ? Function : 1) + instruction.Arguments.Count(argument => argument < inputs));
    }

    [RequiresDynamicCode("Makes a method.")]
    private static Code Segment<V, E, M>(TileCode tile, Range instructions, int[] slots, LaneLoop loop)
        where V : unmanaged, IMaskedLanes<V, E, M> where E : unmanaged where M : unmanaged, IMasked<M, M>
    {
        var method = new DynamicMethod("Loop", typeof(void), [typeof(nint*), typeof(nint)], typeof(GeneratedTile).Module, skipVisibility: true);
        new LaneCode<V, E, M>(tile, method.GetILGenerator(), instructions, slots, loop).Emit();
        return method.CreateDelegate<Code>();
    }

    public override int SlotBytes { get; }
    public override ReadOnlySpan<int> Slots => _slots;
    public override bool InPlace => _codes.Length == 1 && _loop != LaneLoop.Overlapping;

    public override void Run(nint* addresses, int count)
    {
        int full = _loop == LaneLoop.Overlapping && count >= _step ? count : count - count % _step;
        if (full > 0)
            foreach (var code in _codes)
                code(addresses, full);
        if (full < count)
            RunRest(addresses, full, count - full);
    }

    [SkipLocalsInit]
    private void RunRest(nint* addresses, int start, int count)
    {
        int bytes = (_step * sizeof(double) + 63) & -64;
        nint* own = stackalloc nint[_sizes.Length + _slots.Length];
        byte* copies = stackalloc byte[_sizes.Length * bytes];
        for (int k = 0; k < _sizes.Length; k++)
        {
            own[k] = (nint)(copies + k * bytes);
            if (k < _inputs && _uniform[k])
                own[k] = addresses[k];
            else if (k < _inputs)
                Fill(own[k], addresses[k] + start * _sizes[k], count, _sizes[k]);
        }
        for (int slot = _sizes.Length; slot < _sizes.Length + _slots.Length; slot++)
            own[slot] = addresses[slot];
        foreach (var code in _codes)
            code(own, _step);
        for (int k = _inputs; k < _sizes.Length; k++)
            Unsafe.CopyBlockUnaligned((void*)(addresses[k] + start * _sizes[k]), (void*)own[k], (uint)(count * _sizes[k]));
    }

    private void Fill(nint to, nint from, int count, int size)
    {
        if (size == sizeof(double))
            new Span<double>((void*)to, _step).Fill(1);
        else if (size == sizeof(float))
            new Span<float>((void*)to, _step).Fill(1);
        else
            new Span<bool>((void*)to, _step).Fill(true);
        Unsafe.CopyBlockUnaligned((void*)to, (void*)from, (uint)(count * size));
    }
}
