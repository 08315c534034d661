
namespace Autodiff.Functional.Compilation;

/// <summary>
/// Steps that can run together on one block after the other of an axis that they have in common: each reads of the others' results only what belongs to the same block. What sums over
/// the axis is known at the end, and not read by them.
/// </summary>
internal sealed class BlockGroup
{
    /// <summary>So many steps after the first are looked at.</summary>
    private const int Reach = 256;

    private readonly Program _program;
    private readonly int[] _reads;                                // how often each value of the program is read
    private readonly int _length;
    private readonly Dictionary<int, Cut> _cuts = [];             // of the results that are cut
    private readonly HashSet<int> _sums = [], _later = [];        // results over the whole axis; what depends on the group and is not in it
    private readonly Dictionary<int, int> _axes = [];             // of a step: the axis of its loop, or the label of a product's axes
    private readonly List<int> _steps = [];

    private BlockGroup(Program program, int[] reads, int length) => (_program, _reads, _length) = (program, reads, length);

    public int Length => _length;
    public IReadOnlyList<int> Steps => _steps;
    public IReadOnlyCollection<int> Sums => _sums;
    public IReadOnlyDictionary<int, Cut> Cuts => _cuts;

    /// <summary>The axis of a step's loop, or the label of the axes of a product, that is cut.</summary>
    public int AxisOf(int step) => _axes[step];

    /// <summary>Must it wait for the group?</summary>
    public bool IsLater(int value) => _later.Contains(value);

    /// <summary>The group that grows from a step that is cut along an axis, as large as it gets.</summary>
    /// <param name="program">The program.</param>
    /// <param name="reads">What <see cref="Reads"/> says of it.</param>
    /// <param name="step">The first step.</param>
    /// <param name="axis">The axis of its loop, or the label of a product's axes.</param>
    /// <param name="length">The length of the axis.</param>
    public static BlockGroup? From(Program program, int[] reads, int step, int axis, int length)
    {
        var kept = new HashSet<int>();
        while (true)
        {
            var group = new BlockGroup(program, reads, length);
            if (!group.Joins(step, axis))
                return null;
            group.Grow(step, kept);
            // A product writes dense matrices only: one whose result others need as well stays outside, unless the cut is its first axis.
            int before = kept.Count;
            foreach (int member in group._steps)
                if (program[member].Op is IContraction && group._cuts.TryGetValue(member, out var cut) && cut.Axis > 0 && group.Escapes(member))
                    kept.Add(member);
            if (kept.Contains(step))
                return null;
            if (kept.Count == before)
                return group;
        }
    }

    private void Grow(int first, HashSet<int> kept)
    {
        int end = Math.Min(_program.Count, first + Reach);
        for (int value = first + 1; value < end; value++)
        {
            if (_program[value].Op is Leaf or Part or View)
                continue;
            bool waits = false, reads = false;
            foreach (int input in _program[value].Inputs)
            {
                int read = Base(input);
                waits |= _sums.Contains(read) || _later.Contains(read);
                reads |= _cuts.ContainsKey(read);
            }
            if (waits || (reads && (kept.Contains(value) || !JoinsAny(value))))
                Postpone(value);
        }
    }

    private bool JoinsAny(int step)
    {
        foreach (int axis in Axes(step))
            if (Joins(step, axis))
                return true;
        return false;
    }

    private void Postpone(int step)
    {
        foreach (int result in Results(step))
            _later.Add(result);
        _later.Add(step);
    }

    /// <summary>The axes that a step may be cut along.</summary>
    private IEnumerable<int> Axes(int step) => _program[step].Op switch
    {
        Fused fused => Enumerable.Range(0, fused.Loop.Space.Rank).Where(axis => fused.Loop.Space[axis] == _length),
        IContraction => Enumerable.Range(0, _program[step].Type.Shape.Rank + 1),
        _ => [],
    };

    private bool Joins(int step, int axis)
    {
        if (!(_program[step].Op is Fused fused ? LoopJoins(step, fused, axis) : _program[step].Op is IContraction product && ProductJoins(step, product, axis)))
            return false;
        _steps.Add(step);
        _axes.Add(step, axis);
        return true;
    }

    private bool LoopJoins(int step, Fused fused, int axis)
    {
        var space = fused.Loop.Space;
        for (int i = 0; i < fused.Reads.Length; i++)
            if (_cuts.TryGetValue(_program[step].Inputs[fused.Reads[i].Array], out var read) && read.Along(space, fused.Reads[i].Offset, fused.Loop.Inputs[i].Strides.AsSpan()) != axis)
                return false;
        var cuts = new Dictionary<int, Cut?>();
        for (int i = 0; i < fused.Writes.Length; i++)
        {
            var (result, part) = (fused.Loop.Results[i], step + 1 + fused.Writes[i].Array);
            Cut? cut = null;
            if (result.Strides[axis] == 0)
            {
                if (result.Fold != LoopFold.Sum)
                    return false;
            }
            else if ((cut = Cut.At(_program[part].Type.Shape, result.Strides[axis], _length)) is null || cut.Value.Along(space, fused.Writes[i].Offset, result.Strides.AsSpan()) != axis)
                return false;
            if (!cuts.TryAdd(part, cut) && cuts[part] != cut)
                return false;
        }
        foreach (var (part, cut) in cuts)
            Gives(part, cut);
        return true;
    }

    private bool ProductJoins(int step, IContraction product, int label)
    {
        var type = _program[step].Type;
        if (!type.DType.IsFloating())
            return false;
        var inputs = _program[step].Inputs;
        for (int k = 0; k < inputs.Length; k++)
        {
            int axis = product.Labels(k, type.Shape.Rank).IndexOf(label);
            var (value, view) = Underlying(inputs[k]);
            if (axis >= 0 && view.To[axis] != _length)
                return false;
            if (_cuts.TryGetValue(value, out var cut) && cut.Along(view.To, view.Offset, view.Strides.Span) is var along && (along is null || along != axis))
                return false;
        }
        int output = product.Labels(-1, type.Shape.Rank).IndexOf(label);
        Gives(step, output < 0 ? null : Cut.Of(type.Shape, output));
        return true;
    }

    private void Gives(int value, Cut? cut)
    {
        if (cut is { } known)
            _cuts.Add(value, known);
        else
            _sums.Add(value);
    }

    // ---- what it needs and gives ----

    public int Base(int value) => Base(_program, value);

    private static int Base(Program program, int value) => program[value].Op is View ? program[value].Inputs[0] : value;

    public (int Value, View View) Underlying(int value) => _program[value].Op is View view ? (_program[value].Inputs[0], view) : (value, View.Of(_program[value].Type.Shape));

    /// <summary>The values that a step gives: itself, or its parts.</summary>
    public IEnumerable<int> Results(int step) => _program[step].Op is IParts several ? Enumerable.Range(step + 1, several.Parts.Length) : [step];

    /// <summary>How often the values of a program are read by steps, also through views, or returned.</summary>
    public static int[] Reads(Program program)
    {
        var reads = new int[program.Count];
        for (int value = program.Parameters; value < program.Count; value++)
            if (program[value].Op is not (View or Part))
                foreach (int input in program[value].Inputs)
                    reads[Base(program, input)]++;
        foreach (int output in program.Outputs)
            reads[Base(program, output)]++;
        return reads;
    }

    /// <summary>Does somebody outside the group need the value?</summary>
    public bool Escapes(int value) => _reads[value] > (_inside ??= ReadsInside()).GetValueOrDefault(value);

    private Dictionary<int, int>? _inside;

    private Dictionary<int, int> ReadsInside() => _steps.SelectMany(step => _program[step].Inputs).CountBy(Base).ToDictionary();

    /// <summary>The bytes that need not go to memory and back: results that only the group reads, and arrays that several of its steps read in blocks.</summary>
    public long Saved()
    {
        long saved = _cuts.Keys.Where(value => !Escapes(value)).Sum(BytesOf);
        return saved + Read().GroupBy(read => read.Value).Sum(reads => (reads.Select(read => read.Step).Distinct().Count() - 1) * BytesOf(reads.Key));
    }

    /// <summary>About the bytes of a block of one element along the axis: as results lie over what they are computed from, about a third of them is there at once.</summary>
    public long BytesOfOne() => (_cuts.Keys.Where(value => !Escapes(value)).Sum(BytesOf) / 3 + Read().Select(read => read.Value).Distinct().Sum(BytesOf)) / _length;

    /// <summary>The bytes that are read in blocks, whatever is saved.</summary>
    public long BytesRead() => Read().Select(read => read.Value).Distinct().Sum(BytesOf);

    /// <summary>The bytes that each block costs: sums are written and added, and what is not cut is read again.</summary>
    public long BytesOfEach() => 2 * _sums.Sum(BytesOf) + _steps.SelectMany(step => _program[step].Inputs.Select(Base)).Distinct().Except(_cuts.Keys).Except(Read().Select(read => read.Value)).Sum(BytesOf);

    private long BytesOf(int value) => _program[value].Type.Bytes;

    /// <summary>What comes from outside and is read in blocks.</summary>
    private IEnumerable<(int Value, int Step)> Read()
    {
        foreach (int step in _steps)
            if (_program[step].Op is Fused fused)
            {
                for (int i = 0; i < fused.Reads.Length; i++)
                    if (_program[step].Inputs[fused.Reads[i].Array] is var value && !_cuts.ContainsKey(value) && fused.Loop.Inputs[i].Strides[_axes[step]] != 0)
                        yield return (value, step);
            }
            else if (_program[step].Op is IContraction product)
                for (int k = 0; k < _program[step].Inputs.Length; k++)
                    if (Base(_program[step].Inputs[k]) is var value && !_cuts.ContainsKey(value) && product.Labels(k, _program[step].Type.Shape.Rank).Contains(_axes[step]))
                        yield return (value, step);
    }
}
