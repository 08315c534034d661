using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>A program in which a group of steps is one.</summary>
internal sealed class BlockEmission
{
    private readonly Program _program;
    private readonly BlockGroup _group;
    private readonly ImmutableArray<(int Value, int Step)> _reads;      // what comes from outside, and by how much its place moves from one index to the next
    private readonly ImmutableArray<int> _given;                        // results that others need

    public BlockEmission(Program program, BlockGroup group, int size)
    {
        (_program, _group) = (program, group);
        _reads = [.. group.Steps.SelectMany(Reads).Distinct()];
        _given = [.. group.Steps.SelectMany(group.Results).Where(group.Escapes)];
        int[] inputs = [.. _reads.Select(read => read.Value).Distinct()];
        int rest = group.Length % size;
        var blocked = new Blocked(group.Length, size, Body(group.Length), Body(size), rest > 0 ? Body(rest) : null,
            [.. _reads.Select(read => new Moving(Array.IndexOf(inputs, read.Value), read.Step))],
            [.. _given.Select(value => group.Cuts.TryGetValue(value, out var cut) ? cut.Step : 0)],
            [.. _given.Select(value => program[value].Type)]);

        // What does not wait for the group comes before it.
        var builder = new ProgramBuilder(program.Count);
        var moved = new int[program.Count];
        Array.Fill(moved, -1);
        var members = group.Steps.ToHashSet();
        int last = group.Steps[^1];
        for (int value = 0; value <= last; value++)
            if (!IsInside(value) && !group.IsLater(group.Base(value)) && !group.Cuts.ContainsKey(group.Base(value)) && !group.Sums.Contains(group.Base(value)))
                Add(value);
        int step = builder.Add(blocked, [.. inputs.Select(input => moved[input])], new(default, Shape.Of(blocked.Parts.Length)));
        for (int part = 0; part < blocked.Parts.Length; part++)
        {
            int value = builder.Add(new Part(part), [step], blocked.Parts[part]);
            if (part < _given.Length)
                moved[_given[part]] = value;
        }
        for (int value = 0; value < program.Count; value++)
            if (moved[value] < 0 && !IsInside(value) && (program[value].Op is not View || moved[group.Base(value)] >= 0))
                Add(value);
        Program = builder.Build([.. program.Outputs.Select(output => moved[output])]);

        bool IsInside(int value) => members.Contains(value) || (program[value].Op is Part && members.Contains(program[value].Inputs[0]));
        void Add(int value) => moved[value] = program[value].Op is Parameter ? builder.Parameter(program[value].Type)
            : builder.Add(program[value] with { Inputs = program[value].Inputs.In(moved) });
    }

    public Program Program { get; }

    private bool IsCut(int value) => _group.Cuts.ContainsKey(value);

    /// <summary>Is there only a block of it at a time?</summary>
    private bool IsShort(int value) => IsCut(value) && (!_group.Escapes(value) || _program[value].Op is IContraction);

    private IEnumerable<(int Value, int Step)> Reads(int step)
    {
        int axis = _group.AxisOf(step);
        if (_program[step].Op is Fused fused)
        {
            for (int i = 0; i < fused.Reads.Length; i++)
                if (_program[step].Inputs[fused.Reads[i].Array] is var value && !IsCut(value))
                    yield return (value, fused.Loop.Inputs[i].Strides[axis]);
        }
        else
            for (int k = 0; k < _program[step].Inputs.Length; k++)
                if (_group.Underlying(_program[step].Inputs[k]) is var (value, view) && !IsCut(value))
                    yield return (value, Labels(step, k).IndexOf(axis) is var along and >= 0 ? view.Strides[along] : 0);
    }

    private ImmutableArray<int> Labels(int step, int operand) => ((IContraction)_program[step].Op).Labels(operand, _program[step].Type.Shape.Rank);

    private Program Body(int length) => new BodyBuilder(this, length).Build();

    /// <summary>Writes the group over an axis of some length, from the values that it reads to those that others need.</summary>
    private sealed class BodyBuilder(BlockEmission emission, int length)
    {
        private readonly Program _program = emission._program;
        private readonly BlockGroup _group = emission._group;
        private readonly ProgramBuilder _builder = new();
        private readonly Dictionary<(int Value, int Step), int> _arguments = [];
        private readonly Dictionary<int, int> _moved = [];

        public Program Build()
        {
            foreach (var read in emission._reads)
                _arguments.Add(read, _builder.Parameter(_program[read.Value].Type));
            foreach (int step in _group.Steps)
                if (_program[step].Op is Fused fused)
                    AddLoop(step, fused);
                else
                    AddProduct(step);
            return _builder.Build([.. emission._given.Select(value => _moved[value])]);
        }

        private int Array(int value, int stride) => emission.IsCut(value) ? _moved[value] : _arguments[(value, stride)];

        private int Short(int value, int distance) => emission.IsShort(value) ? _group.Cuts[value].Shortened(distance, length) : distance;

        private TensorType Type(int value) => _program[value].Type is var type && emission.IsShort(value) ? new(type.DType, type.Shape.With(_group.Cuts[value].Axis, length)) : type;

        private void AddLoop(int step, Fused fused)
        {
            int axis = _group.AxisOf(step);
            var inputs = new List<int>();
            var loopInputs = fused.Loop.Inputs.ToBuilder();
            var reads = fused.Reads.ToBuilder();
            for (int i = 0; i < reads.Count; i++)
            {
                int value = _program[step].Inputs[reads[i].Array], array = Array(value, loopInputs[i].Strides[axis]);
                if (!inputs.Contains(array))
                    inputs.Add(array);
                reads[i] = new(inputs.IndexOf(array), Short(value, reads[i].Offset));
                loopInputs[i] = loopInputs[i] with { Strides = [.. loopInputs[i].Strides.Select(stride => Short(value, stride))] };
            }
            var results = fused.Loop.Results.ToBuilder();
            var writes = fused.Writes.ToBuilder();
            for (int i = 0; i < writes.Count; i++)
            {
                int part = step + 1 + writes[i].Array;
                writes[i] = writes[i] with { Offset = Short(part, writes[i].Offset) };
                results[i] = results[i] with { Strides = [.. results[i].Strides.Select(stride => Short(part, stride))] };
            }
            ImmutableArray<TensorType> parts = [.. _group.Results(step).Select(Type)];
            var loop = fused.Loop with { Space = fused.Loop.Space.With(axis, length), Inputs = loopInputs.ToImmutable(), Results = results.ToImmutable() };
            int added = _builder.Add(new Fused(loop, reads.ToImmutable(), writes.ToImmutable(), parts), [.. inputs], new(default, Shape.Of(parts.Length)));
            for (int part = 0; part < parts.Length; part++)
                _moved[step + 1 + part] = _builder.Add(new Part(part), [added], parts[part]);
        }

        private void AddProduct(int step)
        {
            var inputs = _program[step].Inputs.ToArray();
            for (int k = 0; k < inputs.Length; k++)
            {
                var (value, view) = _group.Underlying(inputs[k]);
                int along = emission.Labels(step, k).IndexOf(_group.AxisOf(step)), array = Array(value, along < 0 ? 0 : view.Strides[along]);
                view = new(along < 0 ? view.To : view.To.With(along, length), Short(value, view.Offset), [.. view.Strides.Select(stride => Short(value, stride))]);
                var type = _builder[array].Type;
                inputs[k] = view.To == type.Shape && view.IsWhole(type.Shape.Size) ? array : _builder.Add(view, [array], new(type.DType, view.To));
            }
            _moved[step] = _builder.Add(_program[step].Op, inputs, Type(step));
        }
    }
}
