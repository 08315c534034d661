using System.Collections.Immutable;
using nietras.SeparatedValues;

namespace Fit;

/// <summary>Tables of separated values: the first line names the columns, the separator is seen from it.</summary>
static class CsvFile
{
    public static Sheet Parse(string name, string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new InputException("the file is empty");
        }
        try
        {
            using var reader = Sep.Reader(options => options with { Unescape = true, HasHeader = false, DisableColCountCheck = true, Trim = SepTrim.All }).FromText(text);
            var rows = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
            var lines = ImmutableArray.CreateBuilder<int>();
            foreach (var row in reader)
            {
                var cells = ImmutableArray.CreateBuilder<string>(row.ColCount);
                for (var i = 0; i < row.ColCount; i++)
                {
                    cells.Add(row[i].ToString());
                }
                if (cells.Any(cell => cell.Length > 0))
                {
                    rows.Add(cells.ToImmutable());
                    lines.Add(row.LineNumberFrom);
                }
            }
            return rows.Count > 0
                ? new(name, rows[0], rows.ToImmutable()[1..], lines.ToImmutable()[1..])
                : throw new InputException("the file is empty");
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or NotSupportedException or IndexOutOfRangeException)
        {
            throw new InputException($"not a table of comma-separated values: {e.Message.ReplaceLineEndings(" ")}");
        }
    }
}
