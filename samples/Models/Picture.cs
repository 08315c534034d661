using System.Text;
using Autodiff.Functional;

namespace Models;

/// <summary>Text pictures.</summary>
internal static class Picture
{
    private const string Bars = "▁▂▃▄▅▆▇█";

    /// <summary>A line of bars, one for each group of values.</summary>
    public static string Line(double[] values, int width)
    {
        double largest = values.Max();
        return string.Concat(values.Chunk((values.Length + width - 1) / width).Select(group => Bars[Math.Min(Bars.Length - 1, (int)(group.Average() / largest * Bars.Length))]));
    }

    /// <summary>The plane as the network sees it: shaded where it says one spiral, empty where the other; with the points in it.</summary>
    public static string Map(Network model, Spirals data)
    {
        const int Rows = 25, Columns = 60;
        var grid = new double[Rows * Columns, 2];
        for (int i = 0; i < Rows * Columns; i++)
            (grid[i, 0], grid[i, 1]) = (At(i % Columns, Columns), -At(i / Columns, Rows));
        double[] scores = Network.Scores(model, Tensor.Of(grid)).Value.ToArray<double>();
        char[] cells = [.. scores.Select(score => score > 0 ? '░' : ' ')];
        var points = data.Points.Value.ToArray2D<double>();
        double[] sides = data.Sides.Value.ToArray<double>();
        for (int i = 0; i < sides.Length; i++)
            cells[Cell(-points[i, 1], Rows) * Columns + Cell(points[i, 0], Columns)] = sides[i] > 0 ? '●' : '○';
        var text = new StringBuilder();
        foreach (char[] row in cells.Chunk(Columns))
            text.Append("  ").Append(row).AppendLine();
        return text.ToString();

        static double At(int cell, int count) => 2.3 * (cell + 0.5) / count - 1.15;
        static int Cell(double at, int count) => Math.Clamp((int)((at + 1.15) / 2.3 * count), 0, count - 1);
    }
}
