using System.Collections.Immutable;
using Autodiff.Functional;

namespace Fit;

/// <summary>The functions that a formula may use, by the names that people give them.</summary>
static class Functions
{
    /// <summary>How many arguments each takes.</summary>
    public static ImmutableSortedDictionary<string, int> Arity { get; } = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal,
    [
        .. "exp exp2 expm1 log ln log2 log10 log1p sqrt cbrt abs sin cos tan asin acos atan arcsin arccos arctan sinh cosh tanh asinh acosh atanh logistic"
            .Split(' ').Select(name => KeyValuePair.Create(name, 1)),
        .. "pow atan2 min max".Split(' ').Select(name => KeyValuePair.Create(name, 2)),
    ]);

    public static T Apply<T>(string function, T x, T? y) where T : IElementary<T> => function switch
    {
        "exp" => T.Exp(x),
        "exp2" => T.Exp2(x),
        "expm1" => T.Expm1(x),
        "log" or "ln" => T.Log(x),
        "log2" => T.Log2(x),
        "log10" => T.Log10(x),
        "log1p" => T.Log1p(x),
        "sqrt" => T.Sqrt(x),
        "cbrt" => T.Cbrt(x),
        "abs" => T.Abs(x),
        "sin" => T.Sin(x),
        "cos" => T.Cos(x),
        "tan" => T.Tan(x),
        "asin" or "arcsin" => T.Asin(x),
        "acos" or "arccos" => T.Acos(x),
        "atan" or "arctan" => T.Atan(x),
        "sinh" => T.Sinh(x),
        "cosh" => T.Cosh(x),
        "tanh" => T.Tanh(x),
        "asinh" => T.Asinh(x),
        "acosh" => T.Acosh(x),
        "atanh" => T.Atanh(x),
        "logistic" => T.Sigmoid(x),
        "pow" => T.Pow(x, y!),
        "atan2" => T.Atan2(x, y!),
        "min" => T.Minimum(x, y!),
        "max" => T.Maximum(x, y!),
        _ => throw new ArgumentException($"no function '{function}'", nameof(function)),
    };
}
