using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

/// <summary>Numbers that steer an op, such as counts and steps: the errors of those out of range are .NET's, and say what every error of this library says.</summary>
internal static class OutOfRange
{
    /// <summary>Requires a number of at least <paramref name="least"/>.</summary>
    public static void Below<N>(string op, N value, N least, string remedy, [CallerArgumentExpression(nameof(value))] string name = "") where N : INumber<N>
    {
        if (!(value >= least))
            Throw(op, string.Create(CultureInfo.InvariantCulture, $"{name} ≥ {least}"), value, remedy, name);
    }

    [DoesNotReturn]
    public static void Throw<N>(string op, string expected, N got, string remedy, string name) where N : INumber<N> =>
        throw new ArgumentOutOfRangeException(name, string.Create(CultureInfo.InvariantCulture, $"{op}: expected {expected}; got {got}. {remedy}"));
}
