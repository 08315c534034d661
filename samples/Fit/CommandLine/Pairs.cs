using System.Collections.Immutable;

namespace Fit;

/// <summary>Options of the form name=value,name=value.</summary>
static class Pairs
{
    public static ImmutableDictionary<string, double> Values(string option, IEnumerable<string> texts) => Parse(option, texts, "a finite number", Numbers.Parse);

    public static ImmutableDictionary<string, (double Lower, double Upper)> Intervals(string option, IEnumerable<string> texts) =>
        Parse(option, texts, "an interval FROM..TO", text =>
            text.Split("..") is [var from, var to]
            && End(from, double.NegativeInfinity) is { } lower && End(to, double.PositiveInfinity) is { } upper && lower <= upper
                ? (lower, upper) : default((double, double)?));

    static double? End(string text, double none) => text.Trim().Length == 0 ? none : Numbers.Parse(text);

    static ImmutableDictionary<string, T> Parse<T>(string option, IEnumerable<string> texts, string what, Func<string, T?> parse) where T : struct
    {
        var pairs = ImmutableDictionary.CreateBuilder<string, T>();
        foreach (var text in texts.SelectMany(text => text.Split(',')))
        {
            if (text.Split('=') is not [var left, var right] || left.Trim() is not { Length: > 0 } name)
            {
                throw new InputException($"{option}: '{text}' is not of the form name=value");
            }
            if (parse(right) is not { } value)
            {
                throw new InputException($"{option}: '{right}', for {name}, is not {what}");
            }
            if (!pairs.TryAdd(name, value))
            {
                throw new InputException($"{option}: '{name}' is given twice");
            }
        }
        return pairs.ToImmutable();
    }
}
