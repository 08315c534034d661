using System.Collections.Immutable;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;

namespace Autodiff.Functional.Properties;

/// <summary>Steps of the whole catalogue: an op's own random call, of which a value of the program scales the numbers by a hundredth, so that they stay in the op's domain.</summary>
public static partial class Catalogued
{
    private static readonly ImmutableArray<OpInfo> s_ops = [.. Catalogue.Of(typeof(Expr).Assembly).OrderBy(op => op.Name, StringComparer.Ordinal)];

    /// <summary>Some op of the catalogue.</summary>
    public static Kind Any { get; } = new("Catalogued", draw =>
    {
        var op = s_ops[draw.Random.Next(s_ops.Length)];
        var call = op.Draw(draw.Random);
        if (!call.Inputs.Any(input => input.DType == DType.Float64 && input.Size > 0))
            return null;
        int x = draw.Any();
        try
        {
            return call.Apply([.. call.Inputs.Select(Expr.Constant)]).DType != DType.Float64 ? null
                : Vocabulary.Made(op.Name, draw, [x], v => Scaled(call, v[0]), Code(call));
        }
        catch (Exception error) when (error is ArgumentException or ArithmeticException or InvalidOperationException)
        {
            return null;      // a little beside its point the call has no value
        }
    });

    private static readonly ImmutableArray<Kind> s_kinds = [.. Vocabulary.Kinds, .. Vocabulary.Kinds.Select(_ => Any)];

    /// <summary>Programs half of which is of the catalogue.</summary>
    public static Arbitrary<Program> All { get; } = Arb.From(Gen.Choose(int.MinValue, int.MaxValue).Select(seed => Of(new Random(seed))), Programs.Smaller);

    /// <summary>A program half of which is of the catalogue.</summary>
    public static Program Of(Random random)
    {
        var draw = new Draw(random, [.. Enumerable.Range(0, 1 + random.Next(2)).Select(_ => random.NextTensor(random.NextShape(minDimension: 1), new(-2, 2)))]);
        return Programs.Extend(draw, s_kinds, depth: 0, 1 + random.Next(10), kink: 0.02);
    }

    private static Expr Scaled(OpCase call, Expr x)
    {
        var scale = 1.0 + 0.01 * Expr.Sin(Expr.Mean(x));
        return call.Apply([.. call.Inputs.Select(input => input.DType == DType.Float64 ? scale * input : input)]);
    }

    private static string Code(OpCase call)
    {
        string[] literals = [.. call.ToString().Split('\n')[..call.Inputs.Length].Select(line => line[(line.IndexOf('=', StringComparison.Ordinal) + 2)..^1])];
        return Input().Replace(call.Call, match =>
        {
            int index = int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
            return index >= literals.Length ? match.Value : call.Inputs[index].DType == DType.Float64 ? $"((1.0 + 0.01 * Expr.Sin(Expr.Mean({{0}}))) * {literals[index]})" : literals[index];
        });
    }

    [GeneratedRegex(@"\bx(\d)\b")]
    private static partial Regex Input();
}
