using System.Reflection.Emit;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// Writes straight-line code, or a segment of it: a value that is used once stays on the evaluation stack, one that is used again is a local.
/// </summary>
internal abstract class LoopCode(LoopProgram program, ILGenerator il, Range instructions)
{
    private const int MaxStack = 12;

    private readonly LocalBuilder?[] _locals = new LocalBuilder?[program.Inputs.Length + program.Instructions.Length];

    protected LoopProgram Program => program;
    protected ILGenerator Il => il;

    /// <summary>The values that are computed here.</summary>
    protected Range Computed { get; } = new(program.Inputs.Length + instructions.Start.Value, program.Inputs.Length + instructions.End.Value);

    /// <summary>The values that are locals.</summary>
    protected bool[] IsLocal { get; } = Kept(program, instructions);

    /// <summary>What a value is here.</summary>
    protected abstract Type TypeOf(DType dtype);

    /// <summary>Puts a value on the stack that is not computed here.</summary>
    protected abstract void Read(int value);

    /// <summary>The method that an instruction calls.</summary>
    protected abstract Delegate Function(LoopInstruction instruction);

    /// <summary>Computes a value and makes it a local.</summary>
    protected void Keep(int value)
    {
        Push(value);
        if (_locals[value] is not null)
            il.Emit(OpCodes.Pop);
        else
            il.Emit(OpCodes.Stloc, _locals[value] = il.DeclareLocal(TypeOf(program.DTypeOf(value))));
    }

    /// <summary>A value that other code of the same method has kept.</summary>
    protected void Share(int value, LoopCode other) => _locals[value] = other._locals[value];

    /// <summary>Puts a value on the stack: its arguments first, and theirs before them.</summary>
    protected void Push(int value)
    {
        var pending = new Stack<(int Value, bool Ready)>();
        pending.Push((value, false));
        while (pending.TryPop(out var next))
        {
            if (_locals[next.Value] is { } local)
                il.Emit(OpCodes.Ldloc, local);
            else if (next.Value < Computed.Start.Value)
            {
                Read(next.Value);
                if (!IsLocal[next.Value])
                    continue;
                il.Emit(OpCodes.Dup);
                il.Emit(OpCodes.Stloc, _locals[next.Value] = il.DeclareLocal(TypeOf(program.DTypeOf(next.Value))));
            }
            else if (next.Ready)
                il.Emit(OpCodes.Call, Function(program.Instructions[next.Value - program.Inputs.Length]).Method);
            else
            {
                pending.Push((next.Value, true));
                var arguments = program.Instructions[next.Value - program.Inputs.Length].Arguments;
                for (int k = arguments.Length - 1; k >= 0; k--)
                    pending.Push((arguments[k], false));
            }
        }
    }

    /// <summary>The values that are used more than once, are results, or are used elsewhere. All others wait on the evaluation stack for their one use.</summary>
    private static bool[] Kept(LoopProgram program, Range instructions)
    {
        int inputs = program.Inputs.Length;
        var uses = new int[inputs + program.Instructions.Length];
        var (start, length) = instructions.GetOffsetAndLength(program.Instructions.Length);
        for (int i = start; i < program.Instructions.Length; i++)
            foreach (int argument in program.Instructions[i].Arguments)
                uses[argument] += i < start + length ? 1 : 2;
        foreach (var result in program.Results)
            uses[result.Value] += 2;
        var kept = new bool[uses.Length];
        var depth = new int[uses.Length];      // of the stack
        for (int value = 0; value < uses.Length; value++)
        {
            depth[value] = 1;
            if (value >= inputs + start)
            {
                var arguments = program.Instructions[value - inputs].Arguments;
                for (int k = 0; k < arguments.Length; k++)
                    depth[value] = Math.Max(depth[value], k + depth[arguments[k]]);
            }
            kept[value] = uses[value] > 1 || depth[value] > MaxStack;
            if (kept[value])
                depth[value] = 1;
        }
        return kept;
    }
}
