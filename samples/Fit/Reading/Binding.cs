using System.Collections.Immutable;
using Autodiff.Functional;

namespace Fit;

/// <summary>What the user says about the parameters of a formula.</summary>
/// <param name="Starts">Where the search starts; every parameter that is not fixed needs one.</param>
/// <param name="Fixed">What is not estimated.</param>
/// <param name="Bounds">Between what parameters must stay.</param>
sealed record Choices(
    ImmutableDictionary<string, double> Starts, ImmutableDictionary<string, double> Fixed, ImmutableDictionary<string, (double Lower, double Upper)> Bounds)
{
    public static Choices From(ImmutableDictionary<string, double> starts) => new(starts, ImmutableDictionary<string, double>.Empty, ImmutableDictionary<string, (double, double)>.Empty);
}

/// <summary>A formula's names meet the columns of a table and the parameters: from text to a problem.</summary>
static class Binding
{
    const double Pi = Math.PI;

    /// <summary>NIST writes the error of measurement as a last summand.</summary>
    const string ErrorTerm = "e";

    public static Problem Bind(string formula, Sheet sheet, Choices choices, string? weights = null)
    {
        var statements = FormulaParser.Statements(formula);
        ImmutableArray<Equation> equations = [.. statements.Select(FormulaParser.Equation)];
        var (text, equation) = (statements[^1], WithoutErrorTerm(equations[^1], sheet, choices));
        var parameters = Parameters(choices);

        ImmutableArray<(string Name, Term Term)> definitions = [.. equations[..^1].Zip(statements, (definition, of) => definition.Left is Name name
            ? (name.Text, definition.Right)
            : throw new FormulaException("only the last equation may have more than a name on its left", of, 0))];
        foreach (var ((name, _), of) in definitions.Zip(statements))
        {
            if (sheet.Columns.Contains(name) || parameters.Contains(name))
            {
                throw new FormulaException($"'{name}' is defined here, but it is a {(parameters.Contains(name) ? "parameter" : "column")} too", of, 0);
            }
        }
        if (parameters.FirstOrDefault(sheet.Columns.Contains) is { } both)
        {
            throw new InputException($"'{both}' is a parameter and a column");
        }

        // Every name is a parameter, a column, a constant, or defined in a line above.
        var known = definitions.Zip(statements).Aggregate(ImmutableHashSet.Create("pi"), (above, next) =>
        {
            Require(next.First.Term, next.Second, above, sheet, parameters);
            return above.Add(next.First.Name);
        });
        Require(equation.Right, text, known, sheet, parameters);
        var used = definitions.SelectMany(d => Names.Of(d.Term)).Concat(Names.Of(equation.Right)).ToImmutableHashSet();
        if (parameters.FirstOrDefault(name => !used.Contains(name)) is { } unused)
        {
            throw new InputException($"the formula has no parameter '{unused}'{Suggestion.For(unused, used.Except(sheet.Columns))}");
        }
        if (choices.Bounds.Keys.FirstOrDefault(name => !choices.Starts.ContainsKey(name)) is { } unbounded)
        {
            throw new InputException($"bounds are given for '{unbounded}', which is {(choices.Fixed.ContainsKey(unbounded) ? "fixed" : "no parameter")}{Suggestion.For(unbounded, choices.Starts.Keys)}");
        }

        var constants = choices.Fixed.SetItem("pi", choices.Fixed.GetValueOrDefault("pi", Pi));
        ImmutableArray<string> estimated = [.. used.Where(choices.Starts.ContainsKey).Order(Comparer<string>.Create(Naturally))];
        ImmutableArray<string> predictors = [.. sheet.Columns.Where(used.Contains)];
        var data = new Data(sheet.Name, "", [.. predictors.Select(sheet.Column)], Response(equation.Left, text, sheet));
        var model = new Model(sheet.Name, $"{equation}",
            [.. estimated.Select(name => Parameter(name, choices))],
            new WrittenFormula(estimated, predictors, constants, definitions, equation.Right));
        if (estimated.IsEmpty)
        {
            throw new InputException("there is nothing to estimate: the formula has no parameter with a start");
        }
        if (data.Count < estimated.Length)
        {
            throw new InputException($"{estimated.Length} parameters can't be estimated from {data.Count} row{(data.Count == 1 ? "" : "s")}");
        }
        return Finite(new(data, model, weights is null ? default : Weights(sheet, weights)), sheet);
    }

    static Equation WithoutErrorTerm(Equation equation, Sheet sheet, Choices choices) =>
        equation.Right is Operation(Operator.Add, var model, Name(ErrorTerm))
        && !sheet.Columns.Contains(ErrorTerm) && !Parameters(choices).Contains(ErrorTerm) ? equation with { Right = model } : equation;

    static ImmutableArray<string> Parameters(Choices choices) => [.. choices.Starts.Keys.Concat(choices.Fixed.Keys).Order(StringComparer.Ordinal)];

    static void Require(Term term, string text, ImmutableHashSet<string> constants, Sheet sheet, ImmutableArray<string> parameters)
    {
        if (Names.Of(term).FirstOrDefault(name => !constants.Contains(name) && !sheet.Columns.Contains(name) && !parameters.Contains(name)) is { } unknown)
        {
            var suggestion = Suggestion.For(unknown, [.. parameters, .. sheet.Columns, .. constants]);
            throw new FormulaException(
                $"'{unknown}' is no column, and as a parameter it needs a start{(suggestion.Length > 0 ? suggestion : $": --start {unknown}=…")}", text, Names.Place(text, unknown, from: text.IndexOf('=', StringComparison.Ordinal)));
        }
    }

    static Parameter Parameter(string name, Choices choices)
    {
        var (start, (lower, upper)) = (choices.Starts[name], choices.Bounds.GetValueOrDefault(name, (double.NegativeInfinity, double.PositiveInfinity)));
        return start >= lower && start <= upper ? new(name, start, lower, upper)
            : throw new InputException($"'{name}' starts at {Numbers.Short(start)}, outside its bounds {Numbers.Short(lower)}..{Numbers.Short(upper)}");
    }

    /// <summary>What is on the left, row by row.</summary>
    static Column Response(Term left, string text, Sheet sheet)
    {
        var names = Names.Of(left);
        if (names.FirstOrDefault(name => !sheet.Columns.Contains(name)) is { } unknown)
        {
            throw new FormulaException($"'{unknown}' on the left is no column{Suggestion.For(unknown, sheet.Columns)}", text, Names.Place(text, unknown));
        }
        if (names.IsEmpty)
        {
            throw new FormulaException("on the left there must be a column", text, 0);
        }
        var columns = names.ToDictionary(name => name, sheet.Column);
        var values = Enumerable.Range(0, sheet.Count).Select(row =>
            left.Fold(new Interpretation<Number<double>>(name => new(columns[name].Values[row]))).Value).ToImmutableArray();
        var bad = values.Select(double.IsFinite).ToImmutableArray().IndexOf(false);
        return bad < 0 ? new($"{left}", "", values)
            : throw new InputException($"line {sheet.Line(bad)}: {left} is {(double.IsNaN(values[bad]) ? "not a number" : "infinite")} where {string.Join(", ", names.Select(name => $"{name} = {Numbers.Short(columns[name].Values[bad])}"))}");
    }

    static ImmutableArray<double> Weights(Sheet sheet, string column)
    {
        var weights = sheet.Column(column).Values;
        for (var row = 0; row < weights.Length; row++)
        {
            if (weights[row] < 0)
            {
                throw new InputException($"line {sheet.Line(row)}: the weight {Numbers.Short(weights[row])} is negative");
            }
        }
        return weights.Any(weight => weight > 0) ? weights : throw new InputException($"all weights in '{column}' are zero");
    }

    /// <summary>The problem, if model and derivatives are finite numbers at the start.</summary>
    static Problem Finite(Problem problem, Sheet sheet)
    {
        var (residuals, jacobian) = (problem.ResidualsAt(problem.Start), problem.JacobianAt(problem.Start));
        for (var row = 0; row < residuals.Count; row++)
        {
            var of = !double.IsFinite(residuals[row]) ? "the model" : !jacobian.Row(row).All(double.IsFinite) ? "the model's derivative" : null;
            if (of is not null)
            {
                var where = problem.Data.Predictors.Select(p => $"{p.Name} = {Numbers.Short(p.Values[row])}").Concat(problem.Model.Parameters.Select(p => $"{p.Name} = {Numbers.Short(p.Start)}"));
                throw new InputException($"line {sheet.Line(row)}: {of} is not a finite number at the start ({string.Join(", ", where)})");
            }
        }
        return problem;
    }

    /// <summary>b2 before b10.</summary>
    static int Naturally(string left, string right)
    {
        static (string, int) Split(string name)
        {
            var letters = name.TrimEnd([.. "0123456789"]);
            return (letters, int.TryParse(name[letters.Length..], out var number) ? number : -1);
        }
        var ((a, i), (b, j)) = (Split(left), Split(right));
        return string.CompareOrdinal(a, b) is not 0 and var order ? order : i != j ? i.CompareTo(j) : string.CompareOrdinal(left, right);
    }
}
