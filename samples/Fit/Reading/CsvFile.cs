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
            using var reader = Sep.Reader(options => options with { Unescape = true, DisableColCountCheck = true, Trim = SepTrim.All }).FromText(text);
            var rows = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
            var lines = ImmutableArray.CreateBuilder<int>();
            foreach (var row in reader)
            {
                ImmutableArray<string> cells = [.. Enumerable.Range(0, row.ColCount).Select(i => "")];
                var builder = cells.ToBuilder();
                for (var i = 0; i < row.ColCount; i++)
                {
                    builder[i] = row[i].ToString();
                }
                if (builder.Any(cell => cell.Length > 0))
                {
                    rows.Add(builder.ToImmutable());
                    lines.Add(row.LineNumberFrom);
                }
            }
            return new(name, [.. reader.Header.ColNames.Select(column => column.Trim())], rows.ToImmutable(), lines.ToImmutable());
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or NotSupportedException or IndexOutOfRangeException)
        {
            throw new InputException($"not a table of comma-separated values: {e.Message.ReplaceLineEndings(" ")}");
        }
    }
}
