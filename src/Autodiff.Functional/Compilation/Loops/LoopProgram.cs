using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// A fused loop: straight-line code that is run for each point of an iteration space. Values are numbered: first the inputs, then the
/// instructions, each of which uses earlier ones only. A mask is a value too.
/// </summary>
/// <param name="Space">The iteration space; its last axis is the innermost.</param>
/// <param name="Inputs">The arrays that are read at each point.</param>
/// <param name="Instructions">The instructions at each point.</param>
/// <param name="Results">The values that are stored or folded.</param>
internal sealed record LoopProgram(Shape Space, ImmutableArray<LoopInput> Inputs, ImmutableArray<LoopInstruction> Instructions, ImmutableArray<LoopResult> Results)
{
    /// <summary>The dtype of a value.</summary>
    public DType DTypeOf(int value) => value < Inputs.Length ? Inputs[value].DType : Instructions[value - Inputs.Length].DType;

    public bool Equals(LoopProgram? other) => other is not null && Space == other.Space && Instructions.AsSpan().SequenceEqual(other.Instructions.AsSpan())
        && Inputs.AsSpan().SequenceEqual(other.Inputs.AsSpan()) && Results.AsSpan().SequenceEqual(other.Results.AsSpan());

    public override int GetHashCode()
    {
        int hash = HashCode.Combine(Space, Inputs.Length, Results.Length);
        foreach (ref readonly var instruction in Instructions.AsSpan())
            hash = 31 * (hash ^ instruction.Op.KindHash) + instruction.Arguments.GetHashCode();
        return hash;
    }

    private static readonly Op s_add = (Expr.Variable("x", Shape.Scalar) + Expr.Variable("y", Shape.Scalar)).Op;

    /// <summary>The same with a result added to one more input, which may lie where the result does.</summary>
    public LoopProgram Accumulating(int result)
    {
        var sum = Results[result];
        var program = WithInput(new(sum.DType, sum.Strides));
        return program with
        {
            Instructions = program.Instructions.Add(new(s_add, [Inputs.Length, program.Results[result].Value], sum.DType)),
            Results = program.Results.SetItem(result, sum with { Value = program.Inputs.Length + Instructions.Length, Fold = LoopFold.None }),
        };
    }

    /// <summary>The same with one more input, which is numbered after the others, before the instructions.</summary>
    public LoopProgram WithInput(LoopInput input)
    {
        int Moved(int value) => value < Inputs.Length ? value : value + 1;
        return this with
        {
            Inputs = Inputs.Add(input),
            Instructions = [.. Instructions.Select(instruction => instruction with { Arguments = [.. instruction.Arguments.Select(Moved)] })],
            Results = [.. Results.Select(result => result with { Value = Moved(result.Value) })],
        };
    }

    /// <summary>The values that some result needs.</summary>
    public bool[] Used()
    {
        var used = new bool[Inputs.Length + Instructions.Length];
        foreach (var result in Results)
            used[result.Value] = true;
        for (int i = Instructions.Length - 1; i >= 0; i--)
            if (used[Inputs.Length + i])
                foreach (int argument in Instructions[i].Arguments)
                    used[argument] = true;
        return used;
    }

    /// <summary>The same, without instructions that no result needs. Inputs stay, as they are numbered from outside.</summary>
    public LoopProgram WithoutDeadCode()
    {
        bool[] used = Used();
        var number = new int[used.Length];
        for (int value = 0, next = 0; value < number.Length; value++)
            number[value] = value < Inputs.Length || used[value] ? next++ : -1;
        return this with
        {
            Instructions = [.. Instructions.Where((_, i) => used[Inputs.Length + i]).Select(instruction => instruction with { Arguments = instruction.Arguments.In(number) })],
            Results = [.. Results.Select(result => result with { Value = number[result.Value] })],
        };
    }

    /// <summary>
    /// The same, in the order of a walk from each result to what it is computed from, the argument that is the longest way from the inputs first, and without what no
    /// result needs. A value is then used soon after it is computed, and few are alive at once.
    /// </summary>
    public LoopProgram DepthFirst()
    {
        int inputs = Inputs.Length;
        var depth = new int[inputs + Instructions.Length];
        for (int i = 0; i < Instructions.Length; i++)
            foreach (int argument in Instructions[i].Arguments)
                depth[inputs + i] = Math.Max(depth[inputs + i], depth[argument] + 1);
        var number = new int[depth.Length];
        Array.Fill(number, -1, inputs, Instructions.Length);
        for (int input = 0; input < inputs; input++)
            number[input] = input;
        var instructions = ImmutableArray.CreateBuilder<LoopInstruction>(Instructions.Length);
        var pending = new Stack<(int Value, bool Ready)>();
        foreach (var result in Results)
        {
            pending.Push((result.Value, false));
            while (pending.TryPop(out var next))
            {
                if (number[next.Value] >= 0)
                    continue;
                var instruction = Instructions[next.Value - inputs];
                if (next.Ready)
                {
                    number[next.Value] = inputs + instructions.Count;
                    instructions.Add(instruction with { Arguments = instruction.Arguments.In(number) });
                    continue;
                }
                pending.Push((next.Value, true));
                foreach (int argument in instruction.Arguments.OrderBy(argument => depth[argument]))
                    pending.Push((argument, false));
            }
        }
        return this with { Instructions = instructions.ToImmutable(), Results = [.. Results.Select(result => result with { Value = number[result.Value] })] };
    }
}

/// <summary>An array that a loop reads.</summary>
/// <param name="DType">Its elements.</param>
/// <param name="Strides">The distance between neighbors along each axis of the space, in elements: 0 along an axis that it is broadcast over.</param>
/// <param name="Rows">The rows that indices name, in each of which elements lie at the strides; null if it is one row.</param>
internal sealed record LoopInput(DType DType, ImmutableArray<int> Strides, IndexedRows? Rows = null)
{
    public bool Equals(LoopInput? other) => other is not null && DType == other.DType && Rows == other.Rows && Strides.AsSpan().SequenceEqual(other.Strides.AsSpan());

    public override int GetHashCode() => HashCode.Combine(DType, Strides.Length);
}

/// <summary>Rows of an array, one for each point, by their indices along its first axis.</summary>
/// <param name="Index">The number of the input that holds the indices, which no instruction need use.</param>
/// <param name="Range">The axis.</param>
internal sealed record IndexedRows(int Index, IndexRange Range);

/// <summary>One step of the straight-line code.</summary>
/// <param name="Op">What is computed: an op of an elementwise family, or one that does the same as such.</param>
/// <param name="Arguments">The numbers of the values that it is computed from.</param>
/// <param name="DType">The dtype of the value.</param>
internal readonly record struct LoopInstruction(Op Op, ValueNumbers Arguments, DType DType);

/// <summary>A result of a loop: a value that it stores or folds.</summary>
/// <param name="Value">Its number.</param>
/// <param name="DType">Its dtype.</param>
/// <param name="Strides">The distance between neighbors along each axis of the space, in elements; 0 along an axis that is reduced.</param>
/// <param name="Fold">How the values along the reduced axes are folded; none: nothing is reduced, each point has its element.</param>
internal sealed record LoopResult(int Value, DType DType, ImmutableArray<int> Strides, LoopFold Fold = LoopFold.None)
{
    public bool Equals(LoopResult? other) => other is not null && (Value, DType, Fold) == (other.Value, other.DType, other.Fold) && Strides.AsSpan().SequenceEqual(other.Strides.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Value, DType, Fold);
}

/// <summary>The fold of a result.</summary>
internal enum LoopFold { None, Sum, Max, Min }

internal static class LoopFolds
{
    /// <summary>A fold as loops know it.</summary>
    public static LoopFold InLoops(this FoldKind kind) => kind switch { FoldKind.Sum => LoopFold.Sum, FoldKind.Max => LoopFold.Max, _ => LoopFold.Min };
}
