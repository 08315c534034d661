namespace Autodiff.Functional.Compilation;

/// <summary>
/// Elementwise instructions over one iteration space become one loop, with the reductions of their values at its end: values between them never get to memory.
/// </summary>
/// <remarks>
/// Each value has a level: a loop reads from lower levels only, so loops can't wait for one another in a circle. An instruction joins the loop that gives its
/// highest inputs if it uses them point by point, else a loop of its space one level up. A value that another loop needs is stored in memory, or recomputed where that costs less
/// (<see cref="Recomputation"/>).
/// </remarks>
internal sealed class Fusion
{
    /// <summary>A loop over more than one point has at most so many instructions: its values must fit in the fastest cache.</summary>
    private const int MaxLength = 192;

    private readonly Program _program;
    private readonly int[] _level;
    private readonly Group?[] _group;        // the loop that computes the value
    private readonly bool[] _pointwise;      // can others in the loop use it, point by point?
    private readonly Dictionary<(int Level, Shape Space), Group> _open = [];
    private readonly List<Group> _groups = [];

    private readonly bool _exact;            // are reductions left to their ops, which add in their own order?

    private Fusion(Program program, bool exact) => (_exact, _program, _level, _group, _pointwise) = (exact, program, new int[program.Count], new Group?[program.Count], new bool[program.Count]);

    public Program Program => _program;

    /// <summary>Can others in the value's loop use it, point by point?</summary>
    public bool IsPointwise(int value) => _pointwise[value];

    public static Program Apply(Program program, bool exact)
    {
        var fusion = new Fusion(program, exact);
        for (int value = program.Parameters; value < program.Count; value++)
            fusion.Join(value);
        return fusion.Emit();
    }

    // ---- which loop ----

    private void Join(int value)
    {
        var instruction = _program[value];
        int highest = 0;
        foreach (int input in instruction.Inputs)
            highest = Math.Max(highest, _level[input]);
        if (instruction.Op is Leaf or View or Project or Part)
        {
            _level[value] = highest;
            return;
        }
        if (!IsLoop(instruction))
        {
            _level[value] = highest + 1;
            return;
        }

        var shape = instruction.Op is IFolding ? _program[instruction.Inputs[0]].Type.Shape : instruction.Type.Shape;
        var space = Squeezed(shape);
        var group = Admitted(Producer(instruction, highest), instruction, shape) ?? Admitted(_open.GetValueOrDefault((highest + 1, space)), instruction, shape);
        if (group is null)
        {
            _open[(highest + 1, space)] = group = new Group(highest + 1, space);
            _groups.Add(group);
        }
        group.Members.Add(value);
        (_level[value], _group[value], _pointwise[value]) = (group.Level, group, instruction.Op is not IFolding);
    }

    private Group? Admitted(Group? group, Instruction instruction, Shape shape) => group is not null && group.Admits(shape) && Fits(group, instruction, shape) ? group : null;

    private bool IsLoop(Instruction instruction) => instruction.Type.Shape.Size > 0 && instruction.Op switch
    {
        Copy => true,
        IFolding => instruction.Type.DType.IsFloating() && !_exact,
        _ => LoopKernel.Supports(instruction.Op, instruction.Type.DType) && (!_exact || instruction.Type.Shape.Size > 1 || Exact.IsSameAlone(instruction.Op, instruction.Type)),
    };

    /// <summary>The loop that gives all inputs of the highest level, each used point by point; null if there is none.</summary>
    private Group? Producer(Instruction instruction, int highest)
    {
        Group? producer = null;
        foreach (int input in instruction.Inputs)
        {
            if (_level[input] < highest || highest == 0)
                continue;
            var (value, view) = Underlying(input);
            var group = _group[value];
            if (group is null || !_pointwise[value] || (view is not null && !view.IsWhole(_program[value].Type.Shape.Size)) || (producer is not null && producer != group))
                return null;
            producer = group;
        }
        return producer;
    }

    /// <summary>Can all that the instruction reads from outside, and a reduction's result, be said in the loop's space?</summary>
    private bool Fits(Group group, Instruction instruction, Shape shape)
    {
        if (shape == group.Space)
            return true;
        foreach (int input in instruction.Inputs)
            if (!IsInside(group, input, shape) && Strides(shape, ViewOf(input).Strides.Span, group.Space) is null)
                return false;
        return instruction.Op is not IFolding folding || Strides(shape, Folded(shape, folding.Axes), group.Space) is not null;
    }

    /// <summary>Is the input a value of the loop itself, at the very point?</summary>
    public bool IsInside(Group group, int input, Shape shape)
    {
        var (value, view) = Underlying(input);
        return _group[value] == group && _pointwise[value] && shape.Size == _program[value].Type.Shape.Size && (view is null || view.IsWhole(shape.Size));
    }

    public (int Value, View? View) Underlying(int input) => _program[input].Op is View view ? (_program[input].Inputs[0], view) : (input, null);

    public View ViewOf(int input) => _program[input].Op as View ?? View.Of(_program[input].Type.Shape);

    private static Shape Squeezed(Shape shape) => shape.Dimensions.Contains(1) ? [.. shape.Where(dimension => dimension != 1)] : shape;

    /// <summary>Strides over a shape as strides over the loop's space; null if there are none.</summary>
    public static int[]? Strides(Shape shape, ReadOnlySpan<int> strides, Shape space)
    {
        if (shape == space)
            return strides.ToArray();
        var moved = new int[space.Rank];
        return Strided.TryReshape(shape.Dimensions, strides, space.Dimensions, moved) ? moved : null;
    }

    /// <summary>The places of a reduction's result over the shape that is reduced.</summary>
    public static int[] Folded(Shape shape, Axes axes)
    {
        var strides = new int[shape.Rank];
        int stride = 1;
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
            if (!axes.Contains(axis))
            {
                strides[axis] = stride;
                stride *= shape[axis];
            }
        return strides;
    }

    /// <summary>The members of one loop.</summary>
    internal sealed class Group(int level, Shape space)
    {
        public int Level { get; } = level;
        public Shape Space { get; } = space;
        public List<int> Members { get; } = [];

        public bool Admits(Shape shape) => shape.Size == Space.Size && (Members.Count < MaxLength || Space.Size == 1);
    }

    // ---- the new program ----

    private Program Emit()
    {
        // Loops and other instructions by level; within a level in the order that they came in.
        var units = new List<(int Level, int First, Group? Group)>();
        foreach (var group in _groups)
            units.Add((group.Level, group.Members[0], group));
        for (int value = _program.Parameters; value < _program.Count; value++)
            if (_group[value] is null && _program[value].Op is not View)
                units.Add((_program[value].Op is Leaf ? 0 : _level[value], value, null));
        units.Sort((x, y) => (x.Level, x.First).CompareTo((y.Level, y.First)));

        bool[] stored = Stored(), needed = Needed(stored);
        var builder = new ProgramBuilder();
        var moved = new int[_program.Count];
        Array.Fill(moved, -1);
        for (int i = 0; i < _program.Parameters; i++)
            moved[i] = builder.Parameter(_program[i].Type);
        foreach (var (_, first, group) in units)
            if (group is not null)
            {
                if (group.Members.Exists(member => needed[member]))
                    new FusedLoopEmission(this, group, stored, needed).Emit(builder, moved);
            }
            else
                moved[first] = builder.Add(_program[first] with { Inputs = [.. _program[first].Inputs.Select(input => Moved(input, builder, moved))] });
        return builder.Build([.. _program.Outputs.Select(output => Moved(output, builder, moved))]);
    }

    private int Moved(int value, ProgramBuilder builder, int[] moved)
    {
        if (moved[value] < 0)
            moved[value] = builder.Add(_program[value] with { Inputs = [moved[_program[value].Inputs[0]]] });   // a view of something that is there
        return moved[value];
    }

    /// <summary>The values that somebody outside their loop needs, but for those that they compute again.</summary>
    private bool[] Stored()
    {
        var recomputation = new Recomputation(_program, value => _pointwise[value], value => _group[value] is { Space.Size: > 1 } group && group.Space == _program[value].Type.Shape);
        foreach (int output in _program.Outputs)
            recomputation.Keep(Underlying(output).Value);
        for (int value = _program.Parameters; value < _program.Count; value++)
        {
            if (_program[value].Op is View)
                continue;
            foreach (int input in _program[value].Inputs)
                if (_group[value] is not { } group)
                    recomputation.Keep(Underlying(input).Value);
                else if (!IsInside(group, input, ShapeOf(value)))
                {
                    if (_program[input].Op is not View && group.Space == _program[input].Type.Shape && ShapeOf(value) == group.Space)
                        recomputation.Read(input);
                    else
                        recomputation.Keep(Underlying(input).Value);
                }
        }
        return recomputation.Stored();
    }

    public Shape ShapeOf(int member) => _program[member].Op is IFolding ? _program[_program[member].Inputs[0]].Type.Shape : _program[member].Type.Shape;

    /// <summary>The values of loops that are stored, or that their loop computes such from.</summary>
    private bool[] Needed(bool[] stored)
    {
        var needed = new bool[_program.Count];
        for (int value = _program.Count - 1; value >= _program.Parameters; value--)
            if (_group[value] is { } group && (needed[value] |= stored[value]))
                foreach (int input in _program[value].Inputs)
                    if (IsInside(group, input, ShapeOf(value)))
                        needed[Underlying(input).Value] = true;
        return needed;
    }
}
