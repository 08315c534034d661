using System.Reflection.Emit;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Compilation;

/// <summary>Writes the code of a loop over lanes.</summary>
/// <remarks>What is the same at all points is computed before the loop. No result is written before all inputs of a step are read.</remarks>
internal sealed unsafe class LaneCode<V, E>(TileCode tile, ILGenerator il) : LoopCode(tile.Program, il, ..tile.Program.Instructions.Length) where V : unmanaged, IMaskedLanes<V, E> where E : unmanaged
{
    private readonly bool[] _uniform = tile.UniformValues();
    private readonly LocalBuilder[] _places = new LocalBuilder[tile.Operands];
    private readonly LocalBuilder _index = il.DeclareLocal(typeof(nint));
    private int _unread;

    public void Emit()
    {
        for (int k = 0; k < tile.Operands; k++)
        {
            _places[k] = Il.DeclareLocal(typeof(nint));
            Il.Emit(OpCodes.Ldarg_0);
            Il.Emit(OpCodes.Ldc_I4, k * sizeof(nint));
            Il.Emit(OpCodes.Add);
            Il.Emit(OpCodes.Ldind_I);
            Il.Emit(OpCodes.Stloc, _places[k]);
        }
        for (int value = 0; value < tile.Values; value++)
            if (_uniform[value])
                Keep(value);

        var (test, body) = (Il.DefineLabel(), Il.DefineLabel());
        Il.Emit(OpCodes.Br, test);
        Il.MarkLabel(body);
        Step();
        Il.Emit(OpCodes.Ldloc, _index);
        Il.Emit(OpCodes.Ldc_I4, V.Count);
        Il.Emit(OpCodes.Add);
        Il.Emit(OpCodes.Stloc, _index);
        Il.MarkLabel(test);
        Il.Emit(OpCodes.Ldloc, _index);
        Il.Emit(OpCodes.Ldarg_1);
        Il.Emit(OpCodes.Blt, body);
        Il.Emit(OpCodes.Ret);
    }

    private void Step()
    {
        int[] last = TileCode.LastUses(Program);
        var results = Program.Results.Select((result, r) => (result.Value, Result: r)).ToLookup(result => result.Value, result => result.Result);
        for (int input = 0; input < tile.Inputs; input++)
            _unread += !_uniform[input] && (last[input] >= 0 || results.Contains(input)) ? 1 : 0;

        var waiting = new List<int>();
        for (int value = 0; value < tile.Values; value++)
        {
            if (value >= tile.Inputs && IsLocal[value] && !_uniform[value])
                Keep(value);
            foreach (int result in results[value])
            {
                if (_unread == 0)
                    Store(value, result);
                else
                    waiting.Add(result);
            }
        }
        foreach (int result in waiting)
            Store(Program.Results[result].Value, result);
    }

    protected override Delegate Function(LoopInstruction instruction)
    {
        var op = (ILoopOp)instruction.Op;
        bool ofMasks = tile.DType(instruction.Arguments[^1]) == DType.Bool, toMask = instruction.DType == DType.Bool;
        return ofMasks ? toMask ? op.Function<LaneMask, LaneMask, LaneMask>() : op.Function<LaneMask, V, LaneMask>()
            : toMask ? op.Function<V, LaneMask, LaneMask>() : op.Function<V, V, LaneMask>();
    }

    protected override Type TypeOf(DType dtype) => dtype == DType.Bool ? typeof(LaneMask) : typeof(V);

    protected override void Read(int input)
    {
        bool mask = tile.DType(input) == DType.Bool;
        if (_uniform[input])
        {
            Il.Emit(OpCodes.Ldloc, _places[input]);
            Il.Emit(OpCodes.Call, (mask ? (Func<nint, LaneMask>)SplatMask : (Delegate)(Func<nint, V>)Splat).Method);
            return;
        }
        _unread--;
        Address(input, mask);
        Il.Emit(OpCodes.Call, (mask ? (Func<nint, LaneMask>)LoadMask : (Delegate)(Func<nint, V>)Load).Method);
    }

    private void Store(int value, int result)
    {
        bool mask = tile.DType(value) == DType.Bool;
        Push(value);
        Address(tile.Inputs + result, mask);
        Il.Emit(OpCodes.Call, (mask ? (Action<LaneMask, nint>)StoreMask : (Delegate)(Action<V, nint>)Store).Method);
    }

    private void Address(int operand, bool mask)
    {
        Il.Emit(OpCodes.Ldloc, _places[operand]);
        Il.Emit(OpCodes.Ldloc, _index);
        if (!mask)
        {
            Il.Emit(OpCodes.Ldc_I4, sizeof(E));
            Il.Emit(OpCodes.Mul);
        }
        Il.Emit(OpCodes.Add);
    }

    private static V Load(nint address) => V.Load(in *(E*)address);
    private static V Splat(nint address) => V.Splat(*(E*)address);
    private static void Store(V lanes, nint address) => lanes.Store(ref *(E*)address);
    private static LaneMask LoadMask(nint address) => V.LoadMask(in *(bool*)address);
    private static LaneMask SplatMask(nint address) => LaneMask.Literal(*(bool*)address ? 1 : 0);
    private static void StoreMask(LaneMask mask, nint address) => V.StoreMask(mask, ref *(bool*)address);
}
