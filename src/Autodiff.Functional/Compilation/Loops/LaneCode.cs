using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Compilation;

/// <summary>Writes the code of a loop over lanes, or of a part of its instructions: what other parts need of them lies in slots.</summary>
/// <remarks>
/// What is the same at all points is computed before the loop. No result is written before all inputs of a step are read. A loop that overlaps ends with the last
/// full register of points, of which it has computed some before: there are no points past it.
/// </remarks>
internal sealed unsafe class LaneCode<V, E, M>(TileCode tile, ILGenerator il, Range instructions, int[] slots, bool overlaps) : LoopCode(tile.Program, il, instructions)
    where V : unmanaged, IMaskedLanes<V, E, M> where E : unmanaged where M : unmanaged, IMasked<M, M>
{
    private readonly bool[] _uniform = tile.UniformValues();
    private readonly Dictionary<int, LocalBuilder> _places = [];
    private readonly LocalBuilder _index = il.DeclareLocal(typeof(nint));

    public void Emit()
    {
        int start = Computed.Start.Value, end = Computed.End.Value;
        int[] last = TileCode.LastUses(Program);
        var read = new SortedSet<int>();
        for (int value = start; value < end; value++)
            foreach (int argument in Program.Instructions[value - tile.Inputs].Arguments)
                if (argument < start)
                    read.Add(argument);
        // Results are written by the part that computes them, and those that are inputs by the first.
        var results = Enumerable.Range(0, Program.Results.Length).Where(r => Program.Results[r].Value is var value && value < end && (value >= start || start == tile.Inputs && value < tile.Inputs)).ToList();
        foreach (int result in results)
            if (Program.Results[result].Value < start)
                read.Add(Program.Results[result].Value);

        foreach (int value in read)
            Place(value < tile.Inputs ? value : slots[value]);
        foreach (int result in results)
            Place(tile.Inputs + result);
        for (int value = start; value < end; value++)
            if (slots[value] >= 0)
                Place(slots[value]);
        foreach (int value in read)
            if (_uniform[value])
                Keep(value);
        for (int value = start; value < end; value++)
            if (_uniform[value])
            {
                Keep(value);
                if (slots[value] >= 0)
                    Write(value, slots[value], first: true);
            }

        var (test, body, done) = (Il.DefineLabel(), Il.DefineLabel(), Il.DefineLabel());
        Il.Emit(OpCodes.Br, test);
        Il.MarkLabel(body);
        for (int value = start; value < end; value++)
            if (!_uniform[value])
            {
                if (IsLocal[value])
                    Keep(value);
                if (slots[value] >= 0)
                    Write(value, slots[value]);
            }
        foreach (int result in results)
            Write(Program.Results[result].Value, tile.Inputs + result);
        Il.Emit(OpCodes.Ldloc, _index);
        Il.Emit(OpCodes.Ldc_I4, V.Count);
        Il.Emit(OpCodes.Add);
        Il.Emit(OpCodes.Stloc, _index);
        Il.MarkLabel(test);
        Il.Emit(OpCodes.Ldloc, _index);
        Il.Emit(OpCodes.Ldarg_1);
        if (overlaps)
        {
            Il.Emit(OpCodes.Bge, done);
            Il.Emit(OpCodes.Ldloc, _index);
            LastStart();
            Il.Emit(OpCodes.Ble, body);
            LastStart();
            Il.Emit(OpCodes.Stloc, _index);
            Il.Emit(OpCodes.Br, body);
        }
        else
            Il.Emit(OpCodes.Blt, body);
        Il.MarkLabel(done);
        Il.Emit(OpCodes.Ret);

        void LastStart()
        {
            Il.Emit(OpCodes.Ldarg_1);
            Il.Emit(OpCodes.Ldc_I4, V.Count);
            Il.Emit(OpCodes.Sub);
        }
    }

    private void Place(int place)
    {
        if (_places.ContainsKey(place))
            return;
        _places.Add(place, Il.DeclareLocal(typeof(nint)));
        Il.Emit(OpCodes.Ldarg_0);
        Il.Emit(OpCodes.Ldc_I4, place * sizeof(nint));
        Il.Emit(OpCodes.Add);
        Il.Emit(OpCodes.Ldind_I);
        Il.Emit(OpCodes.Stloc, _places[place]);
    }

    protected override Delegate Function(LoopInstruction instruction)
    {
        var op = (ILoopOp)instruction.Op;
        bool ofMasks = tile.DType(instruction.Arguments[^1]) == DType.Bool, toMask = instruction.DType == DType.Bool;
        return ofMasks ? toMask ? op.Function<M, M, M>() : op.Function<M, V, M>()
            : toMask ? op.Function<V, M, M>() : op.Function<V, V, M>();
    }

    protected override Type TypeOf(DType dtype) => dtype == DType.Bool ? typeof(M) : typeof(V);

    protected override void Read(int value)
    {
        bool mask = tile.DType(value) == DType.Bool;
        int place = value < tile.Inputs ? value : slots[value];
        if (_uniform[value])
        {
            Il.Emit(OpCodes.Ldloc, _places[place]);
            Il.Emit(OpCodes.Call, (mask ? (Func<nint, M>)SplatMask : (Delegate)(Func<nint, V>)Splat).Method);
            return;
        }
        Address(place, mask);
        Il.Emit(OpCodes.Call, (mask ? (Func<nint, M>)LoadMask : (Delegate)(Func<nint, V>)Load).Method);
    }

    private void Write(int value, int place, bool first = false)
    {
        bool mask = tile.DType(value) == DType.Bool;
        Push(value);
        if (first)
            Il.Emit(OpCodes.Ldloc, _places[place]);
        else
            Address(place, mask);
        Il.Emit(OpCodes.Call, (mask ? (Action<M, nint>)StoreMask : (Delegate)(Action<V, nint>)Store).Method);
    }

    private void Address(int place, bool mask)
    {
        Il.Emit(OpCodes.Ldloc, _places[place]);
        Il.Emit(OpCodes.Ldloc, _index);
        if (!mask)
        {
            Il.Emit(OpCodes.Ldc_I4, sizeof(E));
            Il.Emit(OpCodes.Mul);
        }
        Il.Emit(OpCodes.Add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Load(nint address) => V.Load(in *(E*)address);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Splat(nint address) => V.Splat(*(E*)address);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(V lanes, nint address) => lanes.Store(ref *(E*)address);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static M LoadMask(nint address) => V.LoadMask(in *(bool*)address);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static M SplatMask(nint address) => M.Literal(*(bool*)address ? 1 : 0);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreMask(M mask, nint address) => V.StoreMask(mask, ref *(bool*)address);
}
