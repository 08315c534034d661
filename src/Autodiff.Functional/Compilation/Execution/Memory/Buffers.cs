using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>A value's memory, and from which step to which it holds the value: −1 before the first, one past the last if it is returned.</summary>
internal sealed record ValueBuffer(int Value, Location At, long Bytes, int First, int Last);

/// <summary>
/// The locations of a program's values. Values that are not alive at the same time share the arena, and a loop writes over an input that it is the last to read. Large arguments and
/// results stay where the caller has them.
/// </summary>
internal sealed class Buffers
{
    /// <summary>Arguments and outputs of up to so many bytes are copied into and out of the arena; larger ones are pinned.</summary>
    public const int Small = 2048;

    /// <summary>From so many bytes on a constant stays in its tensor's array: copying it would take longer than all else, and for what fits in no cache alignment matters little.</summary>
    private const int Large = 1 << 20;

    private readonly Program _program;
    private readonly int _small;
    private readonly ImmutableArray<LoopKernel?> _kernels;
    private readonly int[] _step;          // the step that computes a value, −1 for leaves; of a view, its base's
    private readonly int[] _last;          // the last step that reads it
    private readonly ValueBuffer?[] _buffer;
    private readonly ArenaLayout _arena = new();
    private readonly List<ValueBuffer> _all = [];

    /// <param name="program">The program.</param>
    /// <param name="kernels">For each instruction that is a fused loop its kernel, if it has one.</param>
    /// <param name="small">Up to how many bytes arguments and outputs have in the arena.</param>
    public Buffers(Program program, ImmutableArray<LoopKernel?> kernels, int small = Small)
    {
        (_program, _kernels, _small) = (program, kernels, small);
        (_step, _last, _buffer, Scratch) = (new int[program.Count], new int[program.Count], new ValueBuffer?[program.Count], new Location[program.Count]);
        FindLives();
        AssignLeaves();
        AssignOutputs();
        AssignRest();
    }

    /// <summary>The bytes of the arena.</summary>
    public long ArenaBytes => _arena.Bytes;

    /// <summary>The most bytes of the arena that hold values needed at once: no layout does with less.</summary>
    public long PeakBytes
    {
        get
        {
            var change = new long[Steps.Length + 3];       // from a time on: −1, the steps, and the end
            var over = new HashSet<(long Offset, int Last)>();
            foreach (var buffer in _all)
                if (buffer.At.Region == Location.Arena)
                {
                    long bytes = ArenaLayout.Rounded(buffer.Bytes);
                    // What is written over an input takes its memory already at the step that reads it last.
                    change[buffer.First + (over.Contains((buffer.At.Offset, buffer.First)) ? 2 : 1)] += bytes;
                    change[buffer.Last + 2] -= bytes;
                    over.Add((buffer.At.Offset, buffer.Last));
                }
            long now = 0, peak = 0;
            foreach (long bytes in change)
                peak = Math.Max(peak, now += bytes);
            return peak;
        }
    }

    /// <summary>The bytes of the constants.</summary>
    public long ConstantBytes { get; private set; }

    /// <summary>The large constants, which stay where they are: the regions after the one of the other constants.</summary>
    public ImmutableArray<Tensor> InPlace { get; private set; } = [];

    /// <summary>The number of regions.</summary>
    public int Regions { get; private set; } = Location.Constants + 1;

    /// <summary>The instructions that are steps, in order.</summary>
    public ImmutableArray<int> Steps { get; private set; } = [];

    /// <summary>For each instruction that is a step, the location of its scratch memory.</summary>
    public Location[] Scratch { get; }

    /// <summary>All buffers.</summary>
    public IReadOnlyList<ValueBuffer> All => _all;

    /// <summary>Does any step read the value?</summary>
    public bool IsRead(int value) => _last[value] >= 0;

    /// <summary>A value as an array.</summary>
    public Operand this[int value]
    {
        get
        {
            var (type, at) = (_program[value].Type, _buffer[Base(value)]!.At);
            return _program[value].Op is View view ? new(type, at.Plus((long)view.Offset * ElementType.Of(type.DType).Size), view.Strides) : Operand.Dense(type, at);
        }
    }

    public int Base(int value) => _program[value].Op is View ? _program[value].Inputs[0] : value;

    /// <summary>Is the value a bundle of a node with several outputs, which has no memory here?</summary>
    public bool IsBundle(int value) => _program[value].Op is MultiOutput and not IParts or Pack;

    private bool IsStep(int value) => _program[value].Op is not (Leaf or View or Part);

    private void FindLives()
    {
        var steps = ImmutableArray.CreateBuilder<int>();
        Array.Fill(_last, -1);
        for (int value = 0; value < _program.Count; value++)
        {
            _step[value] = IsStep(value) ? steps.Count : _program[value].Op is Part or View ? _step[_program[value].Inputs[0]] : -1;
            if (!IsStep(value))
                continue;
            foreach (int input in _program[value].Inputs)
                _last[Base(input)] = steps.Count;
            steps.Add(value);
        }
        Steps = steps.ToImmutable();
        foreach (int output in _program.Outputs)
            _last[Base(output)] = Steps.Length;
    }

    private void AssignLeaves()
    {
        var inPlace = ImmutableArray.CreateBuilder<Tensor>();
        for (int value = 0; value < _program.Count; value++)
            if (IsRead(value) && _program[value].Constant is { } constant)
            {
                long bytes = _program[value].Type.Bytes;
                if (bytes >= Large && constant.IsContiguous)
                {
                    Assign(value, new(Regions++, 0), bytes);
                    inPlace.Add(constant);
                    continue;
                }
                Assign(value, new(Location.Constants, ConstantBytes), bytes);
                ConstantBytes += CacheLine.Rounded(bytes);
            }
        InPlace = inPlace.ToImmutable();
        for (int value = 0; value < _program.Count; value++)
            if (IsRead(value) && _program[value] is { Op: Leaf and not Constant } parameter)
                Assign(value, parameter.Type.Bytes is var bytes && bytes <= _small ? new(Location.Arena, _arena.Take(bytes)) : new(Regions++, 0), bytes);
    }

    private void AssignOutputs()
    {
        foreach (int output in _program.Outputs)
            if (_program[output].Type.Bytes is var bytes && bytes > _small)
                Assign(output, new(Regions++, 0), bytes);
    }

    private void AssignRest()
    {
        // What is free after a step. Leaves that nobody reads again are, too.
        var ends = new List<(long Offset, long Bytes)>[Steps.Length];
        var written = new HashSet<(long Offset, long Bytes)>();      // of those the memory that the step writes its parts to, which are not free yet
        foreach (var buffer in _all)
            EndsAt(buffer.Last, buffer.At, buffer.Bytes);
        for (int step = 0; step < Steps.Length; step++)
        {
            int value = Steps[step];
            if (_program[value].Op is IParts several)
                AssignParts(value, several, step);
            else if (!IsBundle(value))
                AssignNew(value, step);
            if (_kernels[value] is { ScratchBytes: var scratch and > 0 })
            {
                Scratch[value] = new(Location.Arena, _arena.Take(scratch));
                _all.Add(new(-1, Scratch[value], scratch, step, step));
                EndsAt(step, Scratch[value], scratch);
            }
            foreach (var end in ends[step] ?? [])
                if (!written.Remove(end))
                    _arena.GiveBack(end.Offset, end.Bytes);
        }

        void AssignNew(int value, int step)
        {
            if (_buffer[value] is not null)
                return;
            long bytes = _program[value].Type.Bytes;
            var at = new Location(Location.Arena, _arena.Take(bytes));
            Assign(value, at, bytes);
            EndsAt(Math.Max(step, _last[value]), at, bytes);
        }

        void AssignParts(int value, IParts several, int step)
        {
            var over = several is Fused fused && _kernels[value] is { InPlace: true } ? new Overwriting(fused, Ending(value, step)) : null;
            int count = several.Parts.Length;
            for (int i = 0, part = value + 1; i < count; i++, part++)   // its parts follow an op
                if (_buffer[part] is null && over?.BufferFor(i) is { } input)
                {
                    // The input's memory is not free after this step, but when the part's life ends.
                    written.Add((input.At.Offset, input.Bytes));
                    Assign(part, input.At, input.Bytes);
                    EndsAt(Math.Max(step, _last[part]), input.At, input.Bytes);
                }
                else
                    AssignNew(part, step);
        }

        void EndsAt(int step, Location at, long bytes)
        {
            if (at.Region == Location.Arena && step < Steps.Length)
                (ends[step] ??= []).Add((at.Offset, bytes));
        }
    }

    /// <summary>For each of a step's inputs the memory that it lies in, if that is part of the arena and nobody reads it later; null for the others.</summary>
    private (ValueBuffer? Memory, bool IsView)[] Ending(int value, int step)
    {
        var inputs = _program[value].Inputs;
        var ending = new (ValueBuffer?, bool)[inputs.Length];
        for (int i = 0; i < ending.Length; i++)
            if (Base(inputs[i]) is var held && _last[held] == step && _buffer[held] is { At.Region: Location.Arena } memory)
                ending[i] = (memory, held != inputs[i]);
        return ending;
    }

    /// <summary>
    /// Finds the memory that a loop writes a part over: that of a value that nobody reads later, and that the loop reads only at the very element that the part is written to. A loop may read a
    /// value by several of its inputs, so what counts is the memory and not the input.
    /// </summary>
    private sealed class Overwriting
    {
        private readonly Fused _fused;
        private readonly int[] _result;                    // of each part the one result that it is, from its first element on; −1 if there is none, or there are more
        private readonly List<(ValueBuffer At, LoopInput As)> _free = [];
        private int _first;                                // those before it are taken

        /// <param name="fused">The loop.</param>
        /// <param name="ending">For each input its memory, if that is free after the loop, and whether the input is a view of what lies there.</param>
        public Overwriting(Fused fused, (ValueBuffer? Memory, bool IsView)[] ending)
        {
            (_fused, _result) = (fused, new int[fused.Parts.Length]);
            Array.Fill(_result, -1);
            for (int i = 0; i < fused.Writes.Length; i++)
                _result[fused.Writes[i].Array] = _result[fused.Writes[i].Array] == -1 && fused.Writes[i].Offset == 0 ? i : -2;
            // The one way in which each memory is read; null if there are several, or one that is not point by point from the first element on.
            var reads = new Dictionary<ValueBuffer, LoopInput?>(ReferenceEqualityComparer.Instance);
            for (int i = 0; i < fused.Reads.Length; i++)
                if (ending[fused.Reads[i].Array] is (Memory: { } memory, var isView))
                {
                    var read = fused.Loop.Inputs[i];
                    bool isOnly = !isView && fused.Reads[i].Offset == 0 && read.Rows is null && (!reads.TryGetValue(memory, out var other) || read.Equals(other));
                    reads[memory] = isOnly ? read : null;
                }
            foreach (var (memory, _) in ending)
                if (memory is not null && reads.Remove(memory, out var read) && read is not null)
                    _free.Add((memory, read));
        }

        /// <summary>The buffer that a part takes over; null if it needs a new one.</summary>
        public ValueBuffer? BufferFor(int part)
        {
            if (_result[part] < 0 || _fused.Loop.Results[_result[part]] is not { Fold: LoopFold.None } result)
                return null;
            for (int i = _first; i < _free.Count; i++)
            {
                var (buffer, read) = _free[i];
                if (buffer.Bytes != _fused.Parts[part].Bytes || ElementType.Of(read.DType).Size != ElementType.Of(result.DType).Size || !read.Strides.AsSpan().SequenceEqual(result.Strides.AsSpan()))
                    continue;
                // The others before it keep their order.
                for (; i > _first; i--)
                    _free[i] = _free[i - 1];
                _first++;
                return buffer;
            }
            return null;
        }
    }

    private void Assign(int value, Location at, long bytes)
    {
        _buffer[value] = new(value, at, bytes, _step[value], Math.Max(_step[value], _last[value]));
        _all.Add(_buffer[value]!);
    }
}
