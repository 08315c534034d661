using System.Collections.Immutable;
using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>A law for every op of the catalogue, those of this assembly (a user's own) among them.</summary>
internal static class EachOp
{
    private static readonly ImmutableDictionary<string, OpInfo> s_ops =
        Catalogue.Of(typeof(Expr).Assembly).AddRange(Catalogue.Of(typeof(EachOp).Assembly)).ToImmutableDictionary(op => op.Name);

    public static IEnumerable<OpInfo> Ops() => s_ops.Values.OrderBy(op => op.Name, StringComparer.Ordinal);

    public static OpInfo Op(string name) => s_ops[name];

    public static TheoryData<string> Names(Func<OpInfo, bool> which) => [.. Ops().Where(which).Select(op => op.Name)];

    /// <summary>
    /// Tries random calls. <paramref name="check"/> says what is wrong with one, or null. What fails is shown at its smallest, with how often, and
    /// after how many cases first.
    /// </summary>
    public static void Holds(string name, int normal, Func<Point, string?> check)
    {
        int cases = Cases.Of(normal), failed = 0, first = 0;
        (Point Point, string Wrong)? smallest = null;
        for (int i = 0; i < cases; i++)
        {
            var point = Point.Draw(s_ops[name], unchecked(Cases.Offset + i));
            if (Try(check, point) is not { } wrong)
                continue;
            first = failed++ == 0 ? i + 1 : first;
            if (smallest is not { } least || point.Size < least.Point.Size)
                smallest = (point, wrong);
        }
        if (smallest is var (worst, message))
            Assert.Fail($"{name}: {failed} of {cases} cases, the first is case {first}. The smallest:\n{worst.Case}\n{message}");
    }

    private static string? Try(Func<Point, string?> check, Point point)
    {
        try
        {
            return check(point);
        }
#pragma warning disable CA1031 // whatever is thrown is what is wrong with the case
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception.ToString();
        }
    }
}
