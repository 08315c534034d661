using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Pidgin;
using static Pidgin.Parser;

namespace Fit;

/// <summary>
/// Reads equations. Brackets are ( ) or [ ], powers are ^ or **, right-associative and above a minus sign: -x^2 is -(x^2).
/// <code>
/// equation := sum '=' sum
/// sum      := product { ('+' | '-') product }
/// product  := signed { ('*' | '/') signed }
/// signed   := ('-' | '+') signed | power
/// power    := atom [ ('^' | '**') signed ]
/// atom     := number | name | name bracket | bracket
/// </code>
/// </summary>
static partial class FormulaParser
{
    public const int LongestFormula = 10_000;

    // Five rules and a few combinators a level of brackets: 500 levels need more than the stack that some systems give a thread.
    const int StackSize = 32 << 20;

    static readonly Parser<char, Term> s_sum = Rec(() => Sum!);

    static readonly Parser<char, Term> s_signed = Rec(() => Signed!);

    static readonly Parser<char, Term> s_number = Lexeme(
        from digits in OneOf(
            Try(Map((whole, fraction) => whole + fraction, Digits(), Char('.').Then(Digits().Optional(), (_, after) => "." + after.GetValueOrDefault("0")).Optional().Select(f => f.GetValueOrDefault("")))),
            Char('.').Then(Digits()).Select(after => "0." + after))
        from exponent in Try(OneOf(Char('e'), Char('E')).Then(Map((sign, power) => $"e{sign.GetValueOrDefault('+')}{power}", OneOf('+', '-').Optional(), Digits()))).Optional()
        let value = double.Parse(digits + exponent.GetValueOrDefault(""), CultureInfo.InvariantCulture)
        select (Term)new Literal(value)).Labelled("a number");

    static readonly Parser<char, string> s_name = Lexeme(Map((first, rest) => first + rest,
        Parser<char>.Token(c => char.IsLetter(c) || c == '_'), Parser<char>.Token(c => char.IsLetterOrDigit(c) || c == '_').ManyString())).Labelled("a name");

    static readonly Parser<char, (Term First, Maybe<Term> Second)> s_arguments =
        Bracketed(Map((first, second) => (first, second), s_sum, Symbol(',').Then(s_sum).Optional()));

    static Parser<char, Term> Atom { get; } = OneOf(
        s_number,
        Map((name, arguments) => arguments.HasValue ? new Call(name, arguments.Value.First, arguments.Value.Second.GetValueOrDefault()) : (Term)new Name(name), s_name, s_arguments.Optional()),
        Bracketed(s_sum));

    static Parser<char, Term> Raised { get; } = Map((@base, exponent) => exponent.HasValue ? new Operation(Operator.Power, @base, exponent.Value) : @base,
        Atom, OneOf(Lexeme(Char('^')).IgnoreResult(), Lexeme(Try(String("**"))).IgnoreResult()).Then(s_signed).Optional());

    static Parser<char, Term> Signed { get; } = OneOf(
        Symbol('-').Then(s_signed).Select(Term (operand) => new Negation(operand)),
        Symbol('+').Then(s_signed),
        Raised);

    static Parser<char, Term> Product { get; } = Chain(s_signed, ('*', Operator.Multiply), ('/', Operator.Divide));

    static Parser<char, Term> Sum { get; } = Chain(Product, ('+', Operator.Add), ('-', Operator.Subtract));

    static readonly Parser<char, Equation> s_equation =
        Whitespaces.Then(Map((left, right) => new Equation(left, right), Sum, Symbol('=').Then(Sum))).Before(Parser<char>.End);

    /// <summary>One equation.</summary>
    /// <exception cref="FormulaException">It is none.</exception>
    public static Equation Equation(string text)
    {
        if (text.Length > LongestFormula)
        {
            throw new FormulaException($"the formula has {text.Length} characters; {LongestFormula} is the limit", text, LongestFormula);
        }
        if (Nesting.TooDeepAt(text) is { } place)
        {
            throw new FormulaException($"the formula nests deeper than {Nesting.Limit} levels", text, place);
        }

        Result<char, Equation>? result = null;
        var thread = new Thread(() => result = s_equation.Parse(text), StackSize);
        thread.Start();
        thread.Join();
        return result!.Success ? Checked(result.Value, text) : throw Error(result.Error!, text);
    }

    /// <summary>Equations one after the other: each line with an equals sign begins one, lines without continue the one before; a semicolon ends one.</summary>
    public static ImmutableArray<Equation> Equations(string text) => [.. Statements(text).Select(Equation)];

    public static ImmutableArray<string> Statements(string text)
    {
        var statements = ImmutableArray.CreateBuilder<string>();
        foreach (var part in text.Split(';'))
        {
            var opened = false;
            foreach (var line in part.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0))
            {
                if (opened && !line.Contains('=', StringComparison.Ordinal))
                {
                    statements[^1] += " " + line;
                }
                else
                {
                    statements.Add(line);
                }
                opened = true;
            }
        }
        return statements.Count > 0 ? statements.ToImmutable() : throw new InputException("the formula is empty");
    }

    static Parser<char, Term> Chain(Parser<char, Term> part, params (char Symbol, Operator Operator)[] operators) =>
        Map((first, rest) => rest.Aggregate(first, (left, next) => new Operation(next.Operator, left, next.Right)),
            part,
            Map((@operator, right) => (Operator: @operator, Right: right), OneOf(operators.Select(o => Symbol(o.Symbol).ThenReturn(o.Operator))).Labelled("an operator"), part).Many());

    static Parser<char, T> Bracketed<T>(Parser<char, T> inside) =>
        OneOf(inside.Between(Symbol('('), Symbol(')')), inside.Between(Symbol('['), Symbol(']')));

    static Parser<char, char> Symbol(char symbol) => Lexeme(Char(symbol));

    static Parser<char, T> Lexeme<T>(Parser<char, T> parser) => parser.Before(Whitespaces);

    static Parser<char, Unit> Whitespaces => SkipWhitespaces;

    static Parser<char, string> Digits() => Parser<char>.Token(char.IsAsciiDigit).AtLeastOnceString();

    /// <summary>Functions that there are, with the arguments that they take.</summary>
    static Equation Checked(Equation equation, string text)
    {
        if (Number().Matches(text).FirstOrDefault(match => Numbers.Parse(match.Value) is null) is { } infinite)
        {
            throw new FormulaException("the number is larger than a double can be", text, infinite.Index);
        }
        foreach (var call in Names.Calls(equation))
        {
            if (!Functions.Arity.TryGetValue(call.Function, out var arity))
            {
                throw new FormulaException($"no function '{call.Function}'{Suggestion.For(call.Function, Functions.Arity.Keys)}", text, Names.Place(text, call.Function));
            }
            if (arity != (call.Second ? 2 : 1))
            {
                throw new FormulaException($"'{call.Function}' takes {(arity == 1 ? "one argument" : "two arguments")}", text, Names.Place(text, call.Function));
            }
        }
        return equation;
    }

    [GeneratedRegex(@"(?<![\p{L}\p{Nd}_.])(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")]
    private static partial Regex Number();

    static FormulaException Error(ParseError<char> error, string text)
    {
        var place = Math.Min(error.ErrorOffset, text.Length);
        var expected = error.Expected.Select(e => e.Label ?? (e.Tokens is { IsDefaultOrEmpty: false } tokens ? $"'{string.Concat(tokens)}'" : "the end"))
            .Distinct().Order(StringComparer.Ordinal).ToImmutableArray();
        var got = place == text.Length ? "the formula ends too early" : $"unexpected {Shown(text[place])} in the formula";
        return new($"{got}{(expected.Length == 0 ? "" : $"; expected {string.Join(" or ", expected)}")}", text, place);
    }

    static string Shown(char c) => char.IsControl(c) || char.IsSurrogate(c) ? $"character U+{(int)c:X4}" : $"'{c}'";
}
