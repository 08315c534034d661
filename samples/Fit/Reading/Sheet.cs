using System.Collections.Immutable;

namespace Fit;

/// <summary>Named columns of text, of which those that a formula uses must be numbers.</summary>
/// <param name="name">Where it came from.</param>
/// <param name="columns">The names of the columns.</param>
/// <param name="rows">The cells.</param>
/// <param name="lines">For each row its line in the file.</param>
sealed class Sheet(string name, ImmutableArray<string> columns, ImmutableArray<ImmutableArray<string>> rows, ImmutableArray<int> lines)
{
    public string Name => name;

    public ImmutableArray<string> Columns { get; } = Checked(columns, rows, lines);

    public int Count => rows.Length;

    public int Line(int row) => lines[row];

    public Column Column(string column)
    {
        var index = columns.IndexOf(column);
        return index < 0
            ? throw new InputException($"no column '{Shown(column)}'{Suggestion.For(column, columns)} (columns: {string.Join(", ", columns.Take(10).Select(Shown))}{(columns.Length > 10 ? ", …" : "")})")
            : new(column, "", [.. rows.Select((cells, row) => Numbers.Parse(cells[index])
                ?? throw new InputException($"line {lines[row]}, column '{Shown(column)}': '{Shown(cells[index])}' is not a finite number"))]);
    }

    static ImmutableArray<string> Checked(ImmutableArray<string> columns, ImmutableArray<ImmutableArray<string>> rows, ImmutableArray<int> lines)
    {
        if (columns.FirstOrDefault(c => columns.Count(other => other == c) > 1) is { } twice)
        {
            throw new InputException($"two columns are called '{Shown(twice)}'");
        }
        if (rows.IsEmpty)
        {
            throw new InputException("there are no rows of data");
        }
        for (var row = 0; row < rows.Length; row++)
        {
            if (rows[row].Length != columns.Length)
            {
                throw new InputException($"line {lines[row]} has {rows[row].Length} cells, but there are {columns.Length} columns");
            }
        }
        return columns;
    }

    static string Shown(string cell) => string.Concat((cell.Length <= 40 ? cell : $"{cell[..40]}…").Select(c => char.IsControl(c) ? ' ' : c));
}
