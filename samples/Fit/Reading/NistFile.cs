using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Fit;

/// <summary>What NIST certifies for a parameter.</summary>
sealed record Certified(string Name, double Value, double StandardDeviation);

/// <summary>A reference problem in the text format of NIST's StRD, nonlinear regression.</summary>
/// <param name="Name">What NIST calls it.</param>
/// <param name="Formula">The model's formula, one statement a line.</param>
/// <param name="Starts">The points from which to search.</param>
/// <param name="Certified">What should come out.</param>
/// <param name="SumOfSquares">What should be left.</param>
/// <param name="Sheet">The observations.</param>
/// <seealso href="https://www.itl.nist.gov/div898/strd/nls/nls_info.shtml"/>
sealed partial record NistFile(
    string Name, string Formula, ImmutableArray<ImmutableDictionary<string, double>> Starts, ImmutableArray<Certified> Certified, double SumOfSquares, Sheet Sheet)
{
    const string Number = @"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?";

    public static bool Is(string text) => text.TrimStart().StartsWith("NIST/ITL StRD", StringComparison.OrdinalIgnoreCase);

    public static NistFile Parse(string text)
    {
        ImmutableArray<string> lines = [.. text.Split('\n')];
        var name = NamePattern().Match(text) is { Success: true } match ? match.Groups[1].Value : throw Missing("'Dataset Name:'");
        var model = Line(lines, 0, line => line.StartsWith("Model:", StringComparison.OrdinalIgnoreCase), "'Model:'");
        var starting = Line(lines, model, line => line.TrimStart().StartsWith("Starting", StringComparison.OrdinalIgnoreCase), "'Starting values' after the model");
        var data = Line(lines, starting, line => line.StartsWith("Data:", StringComparison.OrdinalIgnoreCase), "'Data:' after the starting values");
        var rss = SumPattern().Match(text) is { Success: true } sum ? Value(sum.Groups[1].Value) : throw Missing("'Residual Sum of Squares:'");

        var parameters = lines[starting..data].Select(line => ParameterPattern().Match(line)).Where(m => m.Success)
            .Select(m => (Name: m.Groups[1].Value, Values: m.Groups[2].Captures.Select(c => Value(c.Value)).ToImmutableArray())).ToImmutableArray();
        if (parameters.IsEmpty)
        {
            throw Missing("a line 'b1 = start … certified value, standard deviation'");
        }
        var columns = parameters[0].Values.Length;
        if (columns < 3 || parameters.FirstOrDefault(p => p.Values.Length != columns).Name is not null)
        {
            throw new InputException("the lines of the parameters must all have as many numbers: the starts, the certified value, its standard deviation");
        }
        if (parameters.GroupBy(p => p.Name).FirstOrDefault(group => group.Count() > 1)?.Key is { } twice)
        {
            throw new InputException($"parameter '{twice}' is there twice");
        }

        return new(
            name, FormulaOf(lines[(model + 1)..starting]),
            [.. Enumerable.Range(0, columns - 2).Select(start => parameters.ToImmutableDictionary(p => p.Name, p => p.Values[start]))],
            [.. parameters.Select(p => new Certified(p.Name, p.Values[^2], p.Values[^1]))], rss, SheetOf(name, text, lines, data));
    }

    /// <summary>The lines from the first with an equals sign on; those before describe.</summary>
    static string FormulaOf(ImmutableArray<string> lines)
    {
        var formula = string.Join('\n', lines.SkipWhile(line => !line.Contains('=', StringComparison.Ordinal))).Trim();
        return formula.Length > 0 ? formula : throw Missing("a formula under 'Model:'");
    }

    static Sheet SheetOf(string name, string text, ImmutableArray<string> lines, int header)
    {
        var names = Words(lines[header]["Data:".Length..]);
        var rows = lines.Select((line, i) => (Cells: Words(line), Line: i + 1)).Skip(header + 1).Where(row => row.Cells.Length > 0).ToImmutableArray();
        if (ObservationsPattern().Match(text) is { Success: true } match && Value(match.Groups[1].Value) is var announced && announced != rows.Length)
        {
            throw new InputException($"the header announces {announced.ToString(CultureInfo.InvariantCulture)} observations, but there are {rows.Length}");
        }
        return new(name, names, [.. rows.Select(row => row.Cells)], [.. rows.Select(row => row.Line)]);
    }

    static ImmutableArray<string> Words(string line) => [.. line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];

    static int Line(ImmutableArray<string> lines, int from, Func<string, bool> wanted, string what)
    {
        for (var i = from; i < lines.Length; i++)
        {
            if (wanted(lines[i]))
            {
                return i;
            }
        }
        throw Missing(what);
    }

    static double Value(string number) => Numbers.Parse(number) ?? throw new InputException($"'{number}' is not a number of the size that a double has");

    static InputException Missing(string what) => new($"not a NIST StRD file: it lacks {what}");

    [GeneratedRegex(@"^Dataset Name:\s*([^\s(]+)", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"^\s*Residual Sum of Squares:\s*(" + Number + @")\s*$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex SumPattern();

    [GeneratedRegex(@"^\s*Number of Observations:\s*(\d{1,9})\s*$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex ObservationsPattern();

    [GeneratedRegex(@"^\s*(\w+)\s*=(?:\s*(" + Number + @")(?=\s|$))+\s*$")]
    private static partial Regex ParameterPattern();
}
