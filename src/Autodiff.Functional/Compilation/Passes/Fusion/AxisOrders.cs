namespace Autodiff.Functional.Compilation;

/// <summary>
/// Chooses the order in which loops take the axes of their space. Elementwise ops that feed one another point by point, and the folds of their results, are an area; all of it follows the order
/// in which most of its inputs lie in memory, so that neighbors in memory are computed side by side. The results lie in that order too, and the next area follows.
/// </summary>
internal sealed class AxisOrders
{
    private readonly Program _program;
    private readonly int[] _parent;                                     // of a loop op in the tree of its area; −1 for others
    private readonly Dictionary<int, List<int>> _members = [];          // of an area
    private readonly Dictionary<int, Axes?> _orders = [];

    public AxisOrders(Program program)
    {
        (_program, _parent) = (program, new int[program.Count]);
        Array.Fill(_parent, -1);
        for (int value = program.Parameters; value < program.Count; value++)
            if (IsLoop(value))
            {
                _parent[value] = value;
                foreach (int input in program[value].Inputs)
                    if (IsPointwise(input))
                        _parent[Area(input)] = Area(value);
            }
        for (int value = program.Parameters; value < program.Count; value++)
            if (_parent[value] >= 0)
            {
                if (!_members.TryGetValue(Area(value), out var members))
                    _members.Add(Area(value), members = []);
                members.Add(value);
            }
    }

    /// <summary>The order for an instruction: which axis comes first, which next; null if they stay as they are. To be asked for one instruction after the other.</summary>
    /// <param name="value">The instruction.</param>
    /// <param name="seen">How an earlier value lies in memory.</param>
    public Axes? Of(int value, Func<int, View> seen)
    {
        if (_parent[value] < 0)
            return null;
        int area = Area(value);
        if (!_orders.TryGetValue(area, out var order))
            _orders.Add(area, order = Best(_members[area], seen));
        return order;
    }

    /// <summary>Is there more than one order?</summary>
    private bool IsLoop(int value) => Space(value).Rank > 1 && _program[value].Op is (IPointwise or IFolding);

    private Shape Space(int value) => _program[value].Op is IFolding ? _program[_program[value].Inputs[0]].Type.Shape : _program[value].Type.Shape;

    private bool IsPointwise(int value) => _parent[value] >= 0 && _program[value].Op is IPointwise;

    private int Area(int value)
    {
        while (_parent[value] != value)
            value = _parent[value] = _parent[_parent[value]];
        return value;
    }

    private Axes? Best(List<int> members, Func<int, View> seen)
    {
        int first = members[0];
        var shape = Space(first);
        if (shape.Size == 0)
            return null;
        // What later areas give is not known yet.
        View[] read = [.. members.SelectMany(member => _program[member].Inputs).Distinct().Where(input => input < first).Select(seen)];
        long returned = members.Where(_program.Outputs.Contains).Sum(member => (long)_program[member].Type.Shape.Size);
        Axes natural = Axes.Range(0, shape.Rank), best = natural;
        long most = Votes(natural);
        foreach (var view in read)
            if (!Suits(view, best) && Descending(view) is var order && Votes(order) > most)
                (best, most) = (order, Votes(order));
        return best.IsIdentity ? (Axes?)null : best;

        long Votes(Axes order) => read.Sum(view => Suits(view, order) ? Elements(view) : 0) + (order.IsIdentity ? returned : 0);
    }

    private static long Elements(View view)
    {
        long elements = 1;
        for (int axis = 0; axis < view.To.Rank; axis++)
            elements *= view.Strides[axis] == 0 ? 1 : view.To[axis];
        return elements;
    }

    /// <summary>In this order, does the place move on by smaller and smaller steps?</summary>
    private static bool Suits(View view, Axes order)
    {
        int last = int.MaxValue;
        foreach (int axis in order)
            if (view.To[axis] > 1 && view.Strides[axis] != 0)
            {
                if (Math.Abs(view.Strides[axis]) > last)
                    return false;
                last = Math.Abs(view.Strides[axis]);
            }
        return true;
    }

    /// <summary>The axes from the longest steps to the shortest; those that it is broadcast over come first.</summary>
    private static Axes Descending(View view) =>
        [.. Enumerable.Range(0, view.To.Rank).OrderByDescending(axis => view.Strides[axis] == 0 ? int.MaxValue : Math.Abs(view.Strides[axis]))];
}
