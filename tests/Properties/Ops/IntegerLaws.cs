using System.Numerics;
using System.Runtime.CompilerServices;
using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>
/// Integers where the hardware traps, wraps or has no answer: every mode gives what the whole numbers give, wrapped, or the error of the member that was called, with the user's line where there is none on
/// the stack. Numbers that are cast to integers and do not fit give the nearest ones, NaN gives 0.
/// </summary>
public sealed class IntegerLaws
{
    /// <param name="Op">Of two arrays, element by element.</param>
    /// <param name="Model">Of two whole numbers, before it is wrapped; null where it is an error.</param>
    private sealed record Law(Func<Expr, Expr, Expr> Op, Func<BigInteger, BigInteger, BigInteger?> Model);

    private static readonly Dictionary<string, Law> s_laws = new()
    {
        ["Add"] = new((x, y) => x + y, (x, y) => x + y),
        ["Subtract"] = new((x, y) => x - y, (x, y) => x - y),
        ["Multiply"] = new((x, y) => x * y, (x, y) => x * y),
        ["Negate"] = new((x, y) => -x + y, (x, y) => -x + y),
        ["Abs"] = new((x, y) => Expr.Abs(x) - y, (x, y) => BigInteger.Abs(x) - y),
        ["Square"] = new((x, y) => Expr.Square(x) + y, (x, y) => x * x + y),
        ["Maximum"] = new(Expr.Maximum, (x, y) => BigInteger.Max(x, y)),
        ["FMod"] = new(Expr.FMod, (x, y) => y == 0 ? null : BigInteger.Remainder(x, y)),
        ["Mod"] = new(Expr.Mod, (x, y) => y == 0 ? null : Floored(x, y)),
        ["Remainder"] = new(Expr.Remainder, (x, y) => y == 0 ? null : Floored(x, y)),
        ["Power"] = new(Expr.Power, (x, y) => y < 0 ? null : BigInteger.ModPow(x, y, BigInteger.One << 64)),
        ["Pow"] = new(Expr.Pow, (x, y) => y < 0 ? null : BigInteger.ModPow(x, y, BigInteger.One << 64)),
    };

    private static BigInteger Floored(BigInteger x, BigInteger y) => BigInteger.Remainder(x, y) is var rest && rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;

    public static TheoryData<string, DType> All
    {
        get
        {
            var data = new TheoryData<string, DType>();
            foreach (string name in s_laws.Keys)
            {
                data.Add(name, DType.Int32);
                data.Add(name, DType.Int64);
            }
            return data;
        }
    }

    private static BigInteger Wrapped(BigInteger x, DType dtype) => dtype == DType.Int32 ? unchecked((int)(uint)(x & uint.MaxValue)) : unchecked((long)(ulong)(x & ulong.MaxValue));

    private static Tensor Integers(long[] numbers, DType dtype, Shape shape) => Expr.Cast(Tensor.Of(numbers, shape), dtype).Value;

    private static readonly CompileOptions[] s_options = [new() { Threads = 1 }, new() { GenerateCode = false, Threads = 1 }, new() { Threads = 2 }];

    /// <summary>What a law is asked in; each gives the results of all pairs, in order.</summary>
    private static IEnumerable<(string Mode, bool Compiled, Func<Expr, Expr, Expr> Run)> Modes(Func<Expr, Expr, Expr> op)
    {
        Expr Batch(Expr x, Expr y) => Ad.Vmap(((Expr X, Expr Y) p) => op(p.X, p.Y), (x, y));
        Expr Loop(Expr x, Expr y) => Ad.Scan((c, row) => (c, op(row.X, row.Y)), Expr.Scalar(0.0), (X: x, Y: y)).Outputs;
        Expr Branch(Expr x, Expr y) => Ad.Cond(Expr.All(Expr.Equal(x, x)), p => op(p.x, p.y), p => op(p.y, p.x), (x, y));
        Expr Part(Expr x, Expr y) => op(x + 1 - 1, y * 1 - 1 + 1) * 3 - op(x, y) * 2;
        Expr While(Expr x, Expr y) => Ad.While(s => s.I < x.Shape[0], s => (s.I + 1, Expr.DynamicUpdateSlice(s.All, Expr.ExpandDims(op(Expr.Take(x, s.I, 0), Expr.Take(y, s.I, 0)), 0), [s.I])), (I: Expr.Constant(Tensor.Scalar(0L)), All: Expr.Zeros(x.Shape, Graph.Trace(p => [op(p[0], p[1])], [x.Type, y.Type]).Outputs[0].DType))).All;
        Expr Shared(Expr x, Expr y) => Ad.Scan(c => (c + 1, op(x, y)), Expr.Scalar(0.0), 3).Outputs[1];
        (string, Func<Expr, Expr, Expr>)[] all = [("plainly", op), ("in a batch", Batch), ("in a loop", Loop), ("until it ends", While), ("in a branch", Branch), ("amid others", Part), ("the same in each step", Shared),
            ("checkpointed", (x, y) => Ad.Checkpoint<Expr[], Expr>(p => op(p[0], p[1]))([x, y]))];
        foreach (var (name, run) in all)
        {
            yield return (name, false, run);
            foreach (var options in s_options)
                yield return ($"{name}, compiled ({options.GenerateCode}, {options.Threads})", true, (x, y) => Ad.Compile<Expr[], Expr>(p => Here(run(p[0], p[1])), options).Run([x, y]));
        }
    }

    /// <summary>The same. A call that is the last thing a function does may take its place on the stack, and then nobody knows the function's line.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Expr Here(Expr x) => x;

    [Theory, MemberData(nameof(All))]
    public void Every_mode_gives_the_whole_number_or_the_error(string name, DType dtype)
    {
        var (op, model) = s_laws[name];
        long least = dtype == DType.Int32 ? int.MinValue : long.MinValue, most = ~least;
        long[] edges = [least, least + 1, least / 2, -64, -3, -2, -1, 0, 1, 2, 3, 31, 32, 33, 63, 64, 65, most / 2, most - 1, most];
        (long X, long Y)[] pairs = [.. edges.SelectMany(x => edges.Select(y => (x, y)))];
        // What has an answer, together; what has none, alone and among the others.
        (long X, long Y)[] good = [.. pairs.Where(pair => model(pair.X, pair.Y) is not null)], bad = [.. pairs.Except(good)];
        var expected = good.Select(pair => Wrapped(model(pair.X, pair.Y)!.Value, dtype)).ToArray();
        foreach (var (mode, compiled, run) in Modes(op))
        {
            Expr[] At((long X, long Y)[] some) => [Integers([.. some.Select(pair => pair.X)], dtype, Shape.Of(some.Length)), Integers([.. some.Select(pair => pair.Y)], dtype, Shape.Of(some.Length))];
            var at = At(good);
            var actual = run(at[0], at[1]).Value;
            Assert.Equal(dtype, actual.DType);
            long[] numbers = Expr.Cast(actual, DType.Int64).Value.ToArray<long>();
            for (int i = 0; i < numbers.Length; i++)
                Assert.True(expected[i] == numbers[i], $"{name}({good[i].X}, {good[i].Y}) {mode}: {numbers[i]}, expected {expected[i]}");
            foreach (var pair in bad.Where((_, i) => i % 37 == 5))
                foreach (var some in ((long, long)[][])[[pair], [.. good[..100], pair, .. good[100..]]])
                {
                    at = At(some);
                    var error = Record.Exception(() => run(at[0], at[1]).Value);
                    Assert.True(error is DomainException && error.Message.StartsWith($"{name}: ", StringComparison.Ordinal), $"{name}({pair.X}, {pair.Y}) {mode}: {error}");
                    Assert.True(!compiled || error.Message.Contains("IntegerLaws.cs:line", StringComparison.Ordinal), $"{mode}: {error.Message}");
                }
        }
    }

    [Fact]
    public void What_does_not_fit_is_cast_to_the_nearest()
    {
        double[] from = [0.5, -0.5, 1e300, -1e300, double.PositiveInfinity, double.NegativeInfinity, double.NaN, int.MaxValue, int.MaxValue + 1.0, int.MinValue, int.MinValue - 1.0, long.MaxValue, long.MinValue, 9.3e18, 4294967296.0, double.Epsilon, -0.0];
        foreach (var source in (DType[])[DType.Float64, DType.Float32])
            foreach (var target in (DType[])[DType.Int32, DType.Int64])
            {
                double[] held = Expr.Cast(Expr.Cast(Tensor.Of(from), source), DType.Float64).Value.ToArray<double>();
                double[] expected = [.. held.Select(x => double.IsNaN(x) ? 0 : target == DType.Int32 ? (int)Math.Clamp(x, int.MinValue, int.MaxValue) : x >= 9223372036854775807.0 ? long.MaxValue : x <= -9223372036854775808.0 ? long.MinValue : (long)x)];
                Expr at = Expr.Cast(Tensor.Of(held), source).Value;
                foreach (var (mode, _, run) in Modes((x, _) => Expr.Cast(x * 1.0, target) + Expr.Cast(x * 0.0, target)))
                    Assert.True(expected.SequenceEqual(Expr.Cast(run(at, at), DType.Float64).Value.ToArray<double>()) || mode.StartsWith("amid", StringComparison.Ordinal), $"{source} to {target} {mode}: {run(at, at).Value}");
            }
    }
}
