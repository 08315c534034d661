namespace Autodiff.Functional;

file static class Entry
{
    public static IEnumerable<OpInfo> Entries =>
    [
        new("MoveAxis", "axes moved to other positions, the others in their order", random =>
        {
            var shape = random.NextShape(minRank: 1);
            int[] from = [.. Enumerable.Range(0, shape.Rank)], to = [.. from];
            random.Shuffle(from);
            random.Shuffle(to);
            int count = random.Next(shape.Rank + 1);
            Axes source = from[..count], destination = Axes.Of([.. to[..count].Select(axis => random.NextBool() ? axis : axis - shape.Rank)]);
            return OpCase.Of(random.NextTensor(shape), x => Expr.MoveAxis(x, source, destination), $"Expr.MoveAxis(x0, {source}, {destination})");
        })
        { Signature = "MoveAxis(x, from, to)", Derivative = "d's axes moved; back, d's axes moved back", Cost = "O(1)", Source = "NumPy, moveaxis" },
        new("SwapAxes", "two axes exchanged", random =>
        {
            var shape = random.NextShape(minRank: 1);
            int first = random.NextAxis(shape.Rank), second = random.NextAxis(shape.Rank);
            return OpCase.Of(random.NextTensor(shape), x => Expr.SwapAxes(x, first, second), $"Expr.SwapAxes(x0, {first}, {second})");
        })
        { Signature = "SwapAxes(x, first, second)", Derivative = "d's axes exchanged", Cost = "O(1)", Source = "NumPy, swapaxes" },
    ];
}

public sealed partial class Expr
{
    /// <summary>Axes moved to other positions; the others keep their order.</summary>
    /// <exception cref="AxisException">An axis is outside the rank or named twice, or there are not as many positions as axes.</exception>
    public static Expr MoveAxis(Expr x, Axes from, Axes to)
    {
        ArgumentNullException.ThrowIfNull(x);
        int[] source = Each(from), destination = Each(to);
        if (source.Length != destination.Length)
            throw new AxisException("MoveAxis", "as many positions as axes", $"{from} and {to}");
        var order = new int[x.Rank];
        Array.Fill(order, -1);
        for (int i = 0; i < source.Length; i++)
            order[destination[i]] = source[i];
        int next = 0;
        for (int i = 0; i < order.Length; i++)
            if (order[i] < 0)
            {
                while (source.Contains(next))
                    next++;
                order[i] = next++;
            }
        return Transpose(x, order);

        int[] Each(Axes axes)
        {
            x.Shape.Normalize(axes, "MoveAxis");
            return axes.IsAll ? [.. Enumerable.Range(0, x.Rank)] : [.. axes.Select(axis => x.Shape.Axis(axis, "MoveAxis"))];
        }
    }

    /// <summary>Two axes exchanged.</summary>
    /// <exception cref="AxisException">An axis is outside the rank.</exception>
    public static Expr SwapAxes(Expr x, int first, int second)
    {
        ArgumentNullException.ThrowIfNull(x);
        int[] order = [.. Enumerable.Range(0, x.Rank)];
        (first, second) = (x.Shape.Axis(first), x.Shape.Axis(second));
        (order[first], order[second]) = (second, first);
        return Transpose(x, order);
    }

    /// <summary>Axes moved to other positions; the others keep their order.</summary>
    public Expr MoveAxis(Axes from, Axes to) => MoveAxis(this, from, to);
    /// <summary>Two axes exchanged.</summary>
    public Expr SwapAxes(int first, int second) => SwapAxes(this, first, second);
}
