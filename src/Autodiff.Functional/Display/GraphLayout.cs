namespace Autodiff.Functional;

/// <summary>
/// Where the nodes of a graph stand in a picture: in rows by Kahn level, a node one below the lowest of its inputs. An edge that spans several rows passes each through a
/// bend that takes part in the layout (Sugiyama, Tagawa, Toda 1981, Methods for visual understanding of hierarchical system structures).
/// </summary>
internal sealed class GraphLayout
{
    private const int Sweeps = 12;
    private const double Gap = 22;

    /// <summary>A box of the picture: a node, or a bend of an edge.</summary>
    public sealed class Box(int position, double width)
    {
        public int Position { get; } = position;   // in the order; −1: a bend
        public double Width { get; } = width;
        public double Centre { get; set; }
        public List<Box> Above { get; } = [];
        public List<Box> Below { get; } = [];
    }

    /// <summary>The rows from inputs to outputs, each from left to right.</summary>
    public List<Box>[] Rows { get; }

    /// <summary>The nodes' boxes, by position; null for a node that is not drawn.</summary>
    public Box?[] Boxes { get; }

    /// <summary>The width of the widest row, from 0.</summary>
    public double Width { get; }

    public GraphLayout(KahnOrder order, Func<Visit, bool> drawn, Func<Visit, double> width)
    {
        int[] level = Levels(order, drawn);
        Rows = [.. Enumerable.Range(0, level.DefaultIfEmpty(0).Max() + 1).Select(_ => new List<Box>())];
        Boxes = new Box?[order.Count];
        foreach (var visit in order)
        {
            if (!drawn(visit))
                continue;
            var box = Boxes[visit.Position] = new(visit.Position, width(visit));
            Rows[level[visit.Position]].Add(box);
            foreach (int input in visit.InputPositions.ToArray().Distinct())
                if (Boxes[input] is { } above)
                    Connect(above, level[input], box, level[visit.Position]);
        }
        for (int sweep = 0; sweep < Sweeps; sweep++)
            Order(down: sweep % 2 == 0);
        foreach (var row in Rows)
            Pack(row);
        for (int sweep = 0; sweep < Sweeps; sweep++)
            Straighten(down: sweep % 2 == 0);
        double left = Rows.SelectMany(row => row).Min(box => box.Centre - box.Width / 2);
        foreach (var box in Rows.SelectMany(row => row))
            box.Centre -= left;
        Width = Rows.SelectMany(row => row).Max(box => box.Centre + box.Width / 2);
    }

    /// <summary>One below the lowest input; a leaf stands right above the first node that uses it.</summary>
    private static int[] Levels(KahnOrder order, Func<Visit, bool> drawn)
    {
        var level = new int[order.Count];
        foreach (var visit in order)
            foreach (int input in visit.InputPositions)
                if (drawn(order[input]))
                    level[visit.Position] = Math.Max(level[visit.Position], level[input] + 1);
        var firstUse = Enumerable.Repeat(int.MaxValue, order.Count).ToArray();
        foreach (var visit in order)
            foreach (int input in visit.InputPositions)
                firstUse[input] = Math.Min(firstUse[input], level[visit.Position]);
        foreach (var visit in order)
            if (visit.Inputs.Count == 0 && firstUse[visit.Position] is > 0 and < int.MaxValue)
                level[visit.Position] = firstUse[visit.Position] - 1;
        return level;
    }

    private void Connect(Box from, int top, Box to, int bottom)
    {
        for (int row = top + 1; row < bottom; row++)
        {
            var bend = new Box(-1, 0);
            Rows[row].Add(bend);
            Join(from, bend);
            from = bend;
        }
        Join(from, to);

        static void Join(Box above, Box below)
        {
            above.Below.Add(below);
            below.Above.Add(above);
        }
    }

    /// <summary>Sorts each row by where its neighbours stand in the one before, so that few edges cross.</summary>
    private void Order(bool down)
    {
        foreach (var row in Rows)
            Number(row);
        for (int i = 1; i < Rows.Length; i++)
        {
            int index = down ? i : Rows.Length - 1 - i;
            var sorted = Rows[index].OrderBy(box => Mean(down ? box.Above : box.Below, box.Centre)).ToList();
            Rows[index].Clear();
            Rows[index].AddRange(sorted);
            Number(sorted);
        }

        static void Number(List<Box> row)
        {
            for (int k = 0; k < row.Count; k++)
                row[k].Centre = k;
        }
    }

    private static double Mean(List<Box> boxes, double otherwise) => boxes.Count == 0 ? otherwise : boxes.Average(box => box.Centre);

    private static double Apart(Box left, Box right) => (left.Width + right.Width) / 2 + Gap;

    private static void Pack(List<Box> row)
    {
        for (int k = 0; k < row.Count; k++)
            row[k].Centre = k == 0 ? 0 : row[k - 1].Centre + Apart(row[k - 1], row[k]);
        double middle = row.Count == 0 ? 0 : (row[0].Centre + row[^1].Centre) / 2;
        foreach (var box in row)
            box.Centre -= middle;
    }

    /// <summary>Moves each box towards its neighbours as far as the row allows: the mean of a pass from the left and one from the right keeps all distances.</summary>
    private void Straighten(bool down)
    {
        for (int i = 1; i < Rows.Length; i++)
        {
            var row = Rows[down ? i : Rows.Length - 1 - i];
            double[] wished = [.. row.Select(box => Mean(down ? box.Above : box.Below, box.Centre))];
            double[] fromLeft = [.. wished], fromRight = [.. wished];
            for (int k = 1; k < row.Count; k++)
                fromLeft[k] = Math.Max(wished[k], fromLeft[k - 1] + Apart(row[k - 1], row[k]));
            for (int k = row.Count - 2; k >= 0; k--)
                fromRight[k] = Math.Min(wished[k], fromRight[k + 1] - Apart(row[k], row[k + 1]));
            for (int k = 0; k < row.Count; k++)
                row[k].Centre = (fromLeft[k] + fromRight[k]) / 2;
        }
    }
}
