using System.Globalization;
using Autodiff.Functional.Properties.Kernels;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>A function and its derivatives at chosen points, to 30 digits: one of the files that eng/tables/tables.py writes.</summary>
internal sealed class Table
{
    private readonly string[] _columns;
    private readonly string[][] _rows;

    private Table(string[] columns, string[][] rows) => (_columns, _rows) = (columns, rows);

    public static Table Named(string name)
    {
        var lines = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Data", name + ".csv")).Select(line => line.Split(',')).ToArray();
        return new(lines[0], lines[1..]);
    }

    /// <summary>The rows whose arguments are numbers of a dtype.</summary>
    public Table Of(DType dtype, params string[] arguments) => dtype == DType.Float64 ? this : new(_columns, [.. _rows.Where((_, row) => arguments.All(name => this[name][row] is var x && ((double)(float)x).Equals(x)))]);

    /// <summary>The numbers of a column, such as the arguments.</summary>
    public double[] this[string column] => Array.ConvertAll(_rows, row => Number(row[Index(column)]));

    public int Count => _rows.Length;

    /// <summary>How far numbers are from a column, in units in the last place; where the table has a scale, in those of the scale.</summary>
    public Errors Compare(string column, DType dtype, double[] actual)
    {
        int index = Index(column), scale = Array.IndexOf(_columns, column + " scale");
        return new([.. _rows.Select((row, i) => row[index].Length == 0 ? 0 : Ulps(row[index], scale < 0 ? "" : row[scale], dtype, actual[i]))],
            i => $"({string.Join(", ", _rows[i].Take(Index("value")))}): {actual[i]:R} for {_rows[i][index]}");
    }

    private int Index(string column) => Array.IndexOf(_columns, column);

    private static double Ulps(string expected, string scale, DType dtype, double actual)
    {
        if (expected is "nan" or "inf" or "-inf")
            return Number(expected).Equals(actual) ? 0 : double.PositiveInfinity;
        if (double.IsNaN(actual))
            return double.PositiveInfinity;
        var (digits, most) = dtype == DType.Float32 ? (24, 128) : (53, 1024);
        Precise exact = Precise.Parse(expected), unit = scale.Length > 0 ? Precise.Parse(scale) : exact;
        // Beyond the largest number is the power of two that an infinity stands for.
        Precise rounded = double.IsFinite(actual) ? actual : ((Precise)Math.Sign(actual)).Times2To(most), reached = exact.IsZero || exact.Scale < most ? exact : ((Precise)(exact.Mantissa.Sign)).Times2To(most);
        int place = Math.Max((unit.IsZero ? int.MinValue / 2 : unit.Scale) - digits + 1, 3 - most - digits + 1);
        return Math.Abs((rounded - reached).Times2To(-place).ToDouble());
    }

    public static double Number(string text) => text switch
    {
        "nan" => double.NaN,
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    /// <summary>The errors of numbers, and a description of a row.</summary>
    public sealed record Errors(double[] Ulps, Func<int, string> At)
    {
        /// <summary>The row that is worst.</summary>
        public int Worst => Enumerable.Range(0, Ulps.Length).MaxBy(i => double.IsNaN(Ulps[i]) ? double.PositiveInfinity : Ulps[i]);

        /// <summary>How many are beyond what is allowed, and the worst; null if none is.</summary>
        public string? Beyond(double allowed) => Ulps.Count(u => !(u <= allowed)) is var count and > 0 ? $"{count} of {Ulps.Length} beyond {allowed} ulp, the worst by {this}" : null;

        public override string ToString() => $"{Ulps[Worst]:G4} ulp at {At(Worst)}";
    }
}
