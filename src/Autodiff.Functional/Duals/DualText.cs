using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Autodiff.Functional;

// Conversions from and to other numbers and text. Text is "(3 + 1ε)", nested "((9 + 6ε) + (6 + 2ε)ε)"; a plain number reads as a constant.
public readonly partial struct Dual<T>
{
    private const string Plus = " + ";
    private const NumberStyles AnyNumber = NumberStyles.Float | NumberStyles.AllowThousands;

    /// <summary>The innermost primal, without derivative. (F#'s <c>float x</c>.)</summary>
    /// <param name="value">The dual number.</param>
    public static explicit operator double(Dual<T> value) => double.CreateChecked(value.Primal);

    // T's own Try methods are protected, so T's Create methods do the work; they throw what the caller of ours would throw.

    /// <summary>The number as a constant; throws if it is out of range. A <see cref="Dual{T}"/> stays what it is; another kind of dual number keeps its primal only.</summary>
    /// <typeparam name="TOther">The kind of number.</typeparam>
    /// <param name="value">The number.</param>
    public static Dual<T> CreateChecked<TOther>(TOther value) where TOther : INumberBase<TOther> =>
        value is Dual<T> same ? same : Constant(T.CreateChecked(value));

    static bool INumberBase<Dual<T>>.TryConvertFromChecked<TOther>(TOther value, out Dual<T> result)
    {
        result = CreateChecked(value);
        return true;
    }

    /// <summary>The number as a constant; the nearest in range. A <see cref="Dual{T}"/> stays what it is; another kind of dual number keeps its primal only.</summary>
    /// <typeparam name="TOther">The kind of number.</typeparam>
    /// <param name="value">The number.</param>
    public static Dual<T> CreateSaturating<TOther>(TOther value) where TOther : INumberBase<TOther> =>
        value is Dual<T> same ? same : Constant(T.CreateSaturating(value));

    static bool INumberBase<Dual<T>>.TryConvertFromSaturating<TOther>(TOther value, out Dual<T> result)
    {
        result = CreateSaturating(value);
        return true;
    }

    /// <summary>The number as a constant; its low bits if it is out of range. A <see cref="Dual{T}"/> stays what it is; another kind of dual number keeps its primal only.</summary>
    /// <typeparam name="TOther">The kind of number.</typeparam>
    /// <param name="value">The number.</param>
    public static Dual<T> CreateTruncating<TOther>(TOther value) where TOther : INumberBase<TOther> =>
        value is Dual<T> same ? same : Constant(T.CreateTruncating(value));

    static bool INumberBase<Dual<T>>.TryConvertFromTruncating<TOther>(TOther value, out Dual<T> result)
    {
        result = CreateTruncating(value);
        return true;
    }

    static bool INumberBase<Dual<T>>.TryConvertToChecked<TOther>(Dual<T> value, [MaybeNullWhen(false)] out TOther result)
    {
        result = TOther.CreateChecked(value.Primal);
        return true;
    }

    static bool INumberBase<Dual<T>>.TryConvertToSaturating<TOther>(Dual<T> value, [MaybeNullWhen(false)] out TOther result)
    {
        result = TOther.CreateSaturating(value.Primal);
        return true;
    }

    static bool INumberBase<Dual<T>>.TryConvertToTruncating<TOther>(Dual<T> value, [MaybeNullWhen(false)] out TOther result)
    {
        result = TOther.CreateTruncating(value.Primal);
        return true;
    }

    /// <summary>For example "(3 + 1ε)", in the current culture.</summary>
    public override string ToString() => ToString(null, null);

    /// <summary>For example "(3 + 1ε)"; the format goes to both numbers.</summary>
    /// <param name="format">A format of <typeparamref name="T"/>.</param>
    /// <param name="formatProvider">The culture; null is the current one.</param>
    public string ToString(string? format, IFormatProvider? formatProvider) =>
        $"({Primal.ToString(format, formatProvider)}{Plus}{Tangent.ToString(format, formatProvider)}ε)";

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        charsWritten = 0;
        return Append("(", destination, ref charsWritten)
            && Append(Primal, destination, ref charsWritten, format, provider)
            && Append(Plus, destination, ref charsWritten)
            && Append(Tangent, destination, ref charsWritten, format, provider)
            && Append("ε)", destination, ref charsWritten);
    }

    private static bool Append(string text, Span<char> destination, ref int at)
    {
        if (!text.TryCopyTo(destination[at..]))
            return false;
        at += text.Length;
        return true;
    }

    private static bool Append(T number, Span<char> destination, ref int at, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        var fits = number.TryFormat(destination[at..], out var written, format, provider);
        at += written;
        return fits;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, NumberStyles style, IFormatProvider? provider, out Dual<T> result)
    {
        if (s.Trim() is ['(', .. var parts, 'ε', ')'] && PlusIn(parts) is >= 0 and var plus)
        {
            var parsed = T.TryParse(parts[..plus], style, provider, out var primal) & T.TryParse(parts[(plus + Plus.Length)..], style, provider, out var tangent);
            result = parsed ? new(primal!, tangent!) : default;
            return parsed;
        }
        var isNumber = T.TryParse(s, style, provider, out var number);
        result = isNumber ? Constant(number!) : default;
        return isNumber;
    }

    /// <summary>Where the two parts of a dual number meet: at the first plus that no inner pair of parentheses encloses.</summary>
    private static int PlusIn(ReadOnlySpan<char> parts)
    {
        var depth = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            depth += parts[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth == 0 && parts[i..].StartsWith(Plus))
                return i;
        }
        return -1;
    }

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, NumberStyles style, IFormatProvider? provider, out Dual<T> result) => TryParse(s.AsSpan(), style, provider, out result);
    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Dual<T> result) => TryParse(s, AnyNumber, provider, out result);
    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Dual<T> result) => TryParse(s.AsSpan(), AnyNumber, provider, out result);
    /// <inheritdoc/>
    public static Dual<T> Parse(ReadOnlySpan<char> s, NumberStyles style, IFormatProvider? provider) =>
        TryParse(s, style, provider, out var result) ? result : throw new FormatException($"A dual number like \"(3 + 1ε)\" or a number was expected; \"{s}\" came.");
    /// <inheritdoc/>
    public static Dual<T> Parse(string s, NumberStyles style, IFormatProvider? provider) => Parse(NotNull(s), style, provider);
    /// <inheritdoc/>
    public static Dual<T> Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s, AnyNumber, provider);
    /// <inheritdoc/>
    public static Dual<T> Parse(string s, IFormatProvider? provider) => Parse(NotNull(s), AnyNumber, provider);

    private static ReadOnlySpan<char> NotNull(string s)
    {
        ArgumentNullException.ThrowIfNull(s);
        return s;
    }
}
