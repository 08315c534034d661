namespace Autodiff.Functional.Compilation;

/// <summary>
/// A loop over a single point, interpreted: instructions of one level depend on earlier levels only, and those of one level and op run together.
/// It takes 0.1 µs an instruction to make and about a nanosecond to run it, and grows with nothing else.
/// </summary>
internal sealed unsafe class GroupedScalars : LoopKernel
{
    private readonly Group[] _groups;
    private readonly int[] _arguments;      // pinned: the slots of the groups' arguments
    private readonly (int Slot, int Size)[] _results;
    private readonly int[] _sizes;

    private readonly record struct Group(GroupFunction Function, int Arguments, int Result, int Count);

    public GroupedScalars(LoopProgram program)
    {
        int inputs = program.Inputs.Length, length = program.Instructions.Length;
        using GrowingList<int> ofValues = new(2 * (inputs + length)), ofInstructions = new(3 * length);
        Span<int> level = ofValues.Space[..(inputs + length)], slot = ofValues.Space.Slice(inputs + length, inputs + length);
        Span<int> kindOf = ofInstructions.Space[..length], byKind = ofInstructions.Space.Slice(length, length), order = ofInstructions.Space.Slice(2 * length, length);
        level.Clear();
        var kinds = new Dictionary<Kind, int>();
        var recent = new (Kind Kind, int Number)[64];    // hashing a kind takes longer than all else here
        var functions = new List<GroupFunction>();       // of the kinds
        int levels = 1;
        for (int i = 0; i < length; i++)
        {
            var (op, arguments, dtype) = program.Instructions[i];
            foreach (int argument in arguments)
                level[inputs + i] = Math.Max(level[inputs + i], level[argument] + 1);
            var kind = new Kind(op, dtype, program.DTypeOf(arguments[0]), program.DTypeOf(arguments[^1]));
            ref var last = ref recent[op.KindHash & (recent.Length - 1)];
            if (!last.Kind.IsSame(kind))
            {
                if (!kinds.TryGetValue(kind, out int number))
                {
                    kinds.Add(kind, number = kinds.Count);
                    functions.Add(PointwiseCode.Group(((IPointwise)op).Function, [.. arguments.Select(program.DTypeOf)]));
                }
                last = (kind, number);
            }
            kindOf[i] = last.Number;
            levels = Math.Max(levels, level[inputs + i] + 1);
        }
        for (int i = 0; i < length; i++)
            order[i] = i;
        Sort(order, byKind, kindOf, kinds.Count);
        Sort(byKind, order, level[inputs..], levels);

        for (int i = 0; i < inputs; i++)
            slot[i] = i;
        for (int at = 0; at < length; at++)
            slot[inputs + order[at]] = inputs + at;

        _arguments = GC.AllocateUninitializedArray<int>(program.Instructions.Sum(instruction => instruction.Arguments.Length), pinned: true);
        using var groups = new GrowingList<Group>();
        int used = 0;
        for (int start = 0, end; start < length; start = end)
        {
            int first = order[start];
            for (end = start + 1; end < length && kindOf[order[end]] == kindOf[first] && level[inputs + order[end]] == level[inputs + first];)
                end++;
            groups.Add(new(functions[kindOf[first]], used, inputs + start, end - start));
            for (int k = 0; k < program.Instructions[first].Arguments.Length; k++)
                for (int at = start; at < end; at++)
                    _arguments[used++] = slot[program.Instructions[order[at]].Arguments[k]];
        }
        _groups = groups.Items.ToArray();
        _sizes = [.. program.Inputs.Select(input => ElementType.Of(input.DType).Size)];
        _results = new (int, int)[program.Results.Length];
        for (int r = 0; r < _results.Length; r++)
            _results[r] = (slot[program.Results[r].Value], ElementType.Of(program.Results[r].DType).Size);
        ScratchBytes = (inputs + length) * sizeof(long);
    }

    /// <summary>Things by their keys, which are below a limit; those of one key stay as they were.</summary>
    private static void Sort(ReadOnlySpan<int> things, Span<int> sorted, ReadOnlySpan<int> keys, int limit)
    {
        var next = new int[limit + 1];
        foreach (int thing in things)
            next[keys[thing] + 1]++;
        for (int key = 0; key < limit; key++)
            next[key + 1] += next[key];
        foreach (int thing in things)
            sorted[next[keys[thing]]++] = thing;
    }

    private readonly record struct Kind(Op Op, DType Result, DType First, DType Last)
    {
        public bool IsSame(in Kind other) => ReferenceEquals(Op, other.Op) && Result == other.Result && First == other.First && Last == other.Last;
    }

    public override int Chunks => 1;
    public override bool Finishes => false;
    public override int ScratchBytes { get; }

    public override void Run(ReadOnlySpan<nint> addresses, int firstChunk, int endChunk, nint scratch)
    {
        for (int i = 0; i < _sizes.Length; i++)
            Copy(addresses[i], scratch + i * sizeof(long), _sizes[i]);
        fixed (int* arguments = _arguments)
            foreach (ref readonly var group in _groups.AsSpan())
                group.Function.Run(scratch, arguments + group.Arguments, group.Result, group.Count);
        for (int r = 0; r < _results.Length; r++)
            Copy(scratch + _results[r].Slot * sizeof(long), addresses[_sizes.Length + r], _results[r].Size);
    }

    public override void Finish(ReadOnlySpan<nint> addresses, nint scratch) { }

    private static void Copy(nint from, nint to, int size)
    {
        if (size == sizeof(long)) *(long*)to = *(long*)from;
        else if (size == sizeof(int)) *(int*)to = *(int*)from;
        else *(byte*)to = *(byte*)from;
    }
}
