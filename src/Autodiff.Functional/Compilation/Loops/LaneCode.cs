using System.Reflection;
using System.Reflection.Emit;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Compilation;

/// <summary>Writes the code of a loop over lanes: a value that is used once stays on the evaluation stack, one that is used again is a local.</summary>
/// <remarks>What is the same at all points is computed before the loop. No result is written before all inputs of a step are read.</remarks>
internal sealed unsafe class LaneCode<V, E>(TileCode tile, ILGenerator il) where V : unmanaged, IMaskedLanes<V, E> where E : unmanaged
{
    private const int MaxStack = 12;

    private readonly LoopProgram _program = tile.Program;
    private readonly bool[] _uniform = tile.UniformValues();
    private readonly LocalBuilder?[] _locals = new LocalBuilder?[tile.Values];
    private readonly LocalBuilder[] _places = new LocalBuilder[tile.Operands];
    private readonly LocalBuilder _index = il.DeclareLocal(typeof(nint));
    private readonly bool[] _isLocal = KeptInLocals(tile);
    private int _unread;

    public void Emit()
    {
        for (int k = 0; k < tile.Operands; k++)
        {
            _places[k] = il.DeclareLocal(typeof(nint));
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldc_I4, k * sizeof(nint));
            il.Emit(OpCodes.Add);
            il.Emit(OpCodes.Ldind_I);
            il.Emit(OpCodes.Stloc, _places[k]);
        }
        for (int value = 0; value < tile.Values; value++)
            if (_uniform[value])
                Keep(value);

        var (test, body) = (il.DefineLabel(), il.DefineLabel());
        il.Emit(OpCodes.Br, test);
        il.MarkLabel(body);
        Step();
        il.Emit(OpCodes.Ldloc, _index);
        il.Emit(OpCodes.Ldc_I4, V.Count);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Stloc, _index);
        il.MarkLabel(test);
        il.Emit(OpCodes.Ldloc, _index);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Blt, body);
        il.Emit(OpCodes.Ret);
    }

    private void Step()
    {
        int[] last = TileCode.LastUses(_program);
        var results = _program.Results.Select((result, r) => (result.Value, Result: r)).ToLookup(result => result.Value, result => result.Result);
        for (int input = 0; input < tile.Inputs; input++)
            _unread += !_uniform[input] && (last[input] >= 0 || results.Contains(input)) ? 1 : 0;

        var waiting = new List<int>();
        for (int value = 0; value < tile.Values; value++)
        {
            if (_isLocal[value] && !_uniform[value])
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
            Store(_program.Results[result].Value, result);
    }

    /// <summary>What is used more than once, or is a result: all but what can wait on the evaluation stack for its one use.</summary>
    private static bool[] KeptInLocals(TileCode tile)
    {
        var program = tile.Program;
        var uses = new int[tile.Values];
        foreach (var instruction in program.Instructions)
            foreach (int argument in instruction.Arguments)
                uses[argument]++;
        foreach (var result in program.Results)
            uses[result.Value] += 2;
        var kept = new bool[tile.Values];
        var depth = new int[tile.Values];      // of the stack
        for (int value = 0; value < tile.Values; value++)
        {
            depth[value] = 1;
            if (value >= tile.Inputs)
            {
                var arguments = program.Instructions[value - tile.Inputs].Arguments;
                for (int k = 0; k < arguments.Length; k++)
                    depth[value] = Math.Max(depth[value], k + depth[arguments[k]]);
            }
            kept[value] = uses[value] > 1 || depth[value] > MaxStack;
            if (kept[value])
                depth[value] = 1;
        }
        return kept;
    }

    private void Keep(int value)
    {
        Push(value);
        _locals[value] = il.DeclareLocal(TypeOf(value));
        il.Emit(OpCodes.Stloc, _locals[value]!);
    }

    /// <summary>Puts a value on the stack: its arguments first, and theirs before them.</summary>
    private void Push(int value)
    {
        var pending = new Stack<(int Value, bool Ready)>();
        pending.Push((value, false));
        while (pending.TryPop(out var next))
        {
            if (_locals[next.Value] is { } local)
                il.Emit(OpCodes.Ldloc, local);
            else if (next.Value < tile.Inputs)
                Read(next.Value);
            else if (next.Ready)
                il.Emit(OpCodes.Call, Function(_program.Instructions[next.Value - tile.Inputs]));
            else
            {
                pending.Push((next.Value, true));
                var arguments = _program.Instructions[next.Value - tile.Inputs].Arguments;
                for (int k = arguments.Length - 1; k >= 0; k--)
                    pending.Push((arguments[k], false));
            }
        }
    }

    private MethodInfo Function(LoopInstruction instruction)
    {
        var op = (ILoopOp)instruction.Op;
        bool ofMasks = tile.DType(instruction.Arguments[^1]) == DType.Bool, toMask = instruction.DType == DType.Bool;
        return (ofMasks ? toMask ? op.Function<LaneMask, LaneMask, LaneMask>() : op.Function<LaneMask, V, LaneMask>()
            : toMask ? op.Function<V, LaneMask, LaneMask>() : op.Function<V, V, LaneMask>()).Method;
    }

    private Type TypeOf(int value) => tile.DType(value) == DType.Bool ? typeof(LaneMask) : typeof(V);

    private void Read(int input)
    {
        bool mask = tile.DType(input) == DType.Bool;
        if (_uniform[input])
        {
            il.Emit(OpCodes.Ldloc, _places[input]);
            il.Emit(OpCodes.Call, (mask ? (Func<nint, LaneMask>)SplatMask : (Delegate)(Func<nint, V>)Splat).Method);
            return;
        }
        _unread--;
        Address(input, mask);
        il.Emit(OpCodes.Call, (mask ? (Func<nint, LaneMask>)LoadMask : (Delegate)(Func<nint, V>)Load).Method);
    }

    private void Store(int value, int result)
    {
        bool mask = tile.DType(value) == DType.Bool;
        Push(value);
        Address(tile.Inputs + result, mask);
        il.Emit(OpCodes.Call, (mask ? (Action<LaneMask, nint>)StoreMask : (Delegate)(Action<V, nint>)Store).Method);
    }

    private void Address(int operand, bool mask)
    {
        il.Emit(OpCodes.Ldloc, _places[operand]);
        il.Emit(OpCodes.Ldloc, _index);
        if (!mask)
        {
            il.Emit(OpCodes.Ldc_I4, sizeof(E));
            il.Emit(OpCodes.Mul);
        }
        il.Emit(OpCodes.Add);
    }

    private static V Load(nint address) => V.Load(in *(E*)address);
    private static V Splat(nint address) => V.Splat(*(E*)address);
    private static void Store(V lanes, nint address) => lanes.Store(ref *(E*)address);
    private static LaneMask LoadMask(nint address) => V.LoadMask(in *(bool*)address);
    private static LaneMask SplatMask(nint address) => LaneMask.Literal(*(bool*)address ? 1 : 0);
    private static void StoreMask(LaneMask mask, nint address) => V.StoreMask(mask, ref *(bool*)address);
}
