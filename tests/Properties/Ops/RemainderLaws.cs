using System.Numerics;
using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>A remainder and its slope in the divisor are those of one whole number: x = n·y + z and −n, where x / y itself may round to the next one.</summary>
public sealed class RemainderLaws
{
    /// <summary>The remainders, and which quotient each takes.</summary>
    private static readonly Dictionary<string, (Func<Expr, Expr, Expr> Remainder, bool Floored)> s_all = new()
    {
        ["FMod"] = (Expr.FMod, false),
        ["%"] = ((x, y) => x % y, false),
        ["Mod"] = (Expr.Mod, true),
        ["Remainder"] = (Expr.Remainder, true),
    };

    public static TheoryData<string, DType> All
    {
        get
        {
            var all = new TheoryData<string, DType>();
            foreach (string name in s_all.Keys)
            {
                all.Add(name, DType.Float64);
                all.Add(name, DType.Float32);
            }
            return all;
        }
    }

    [Theory, MemberData(nameof(All))]
    public void The_slope_is_the_whole_number_of_the_value(string name, DType dtype)
    {
        var (remainder, floored) = s_all[name];
        var random = new Random(15);
        bool single = dtype == DType.Float32;
        var points = Enumerable.Range(0, Cases.Of(2000)).Select(i => Draw(random, i, single)).Append((1, 0.1)).Append(single ? (3.4e38, -3e38) : (1.7e308, -1.6e308)).ToArray();
        Expr x = Expr.Cast(Tensor.Of(Array.ConvertAll(points, p => p.Item1)), dtype).Value, y = Expr.Cast(Tensor.Of(Array.ConvertAll(points, p => p.Item2)), dtype).Value;
        double[] dividends = Doubles(x), divisors = Doubles(y);

        Func<Expr, Expr> reverse = Ad.Grad((Expr at) => Expr.Sum(remainder(x, at))), forward = at => Ad.Jvp(at => remainder(x, at), at, Expr.OnesLike(at)).Tangent;
        var wrong = new List<string>();
        Check("reverse", reverse(y));
        Check("forward", forward(y));
        Check("batched", Ad.Vmap<(Expr X, Expr Y), Expr>(at => Ad.Grad(y => remainder(at.X, y), at.Y))((x, y)));
        Check("compiled", Ad.Compile(reverse, new CompileOptions { Threads = 1 }).Run(y));
        Check("interpreted plan", Ad.Compile(forward, new CompileOptions { Threads = 1, GenerateCode = false }).Run(y));
        Assert.True(wrong.Count == 0, $"{name} in {dtype}: {wrong.Count} wrong, such as\n{string.Join('\n', wrong.Take(10))}");

        void Check(string way, Expr slope)
        {
            double[] actual = Doubles(slope);
            for (int i = 0; i < actual.Length; i++)
            {
                BigInteger n = Quotient(dividends[i], divisors[i], floored);
                // Up to here the whole number is exact; above, it is rounded as every number is.
                double expected = -(double)n, allowed = BigInteger.Abs(n) < (single ? 1 << 21 : 1L << 50) ? 0 : Math.Abs(expected) * (single ? 4e-7 : 1e-15);
                if (!(Math.Abs(actual[i] - expected) <= allowed))
                    wrong.Add($"{way}, at ({dividends[i]:R}, {divisors[i]:R}): {actual[i]:R} for {expected:R}");
            }
        }
    }

    /// <summary>By turns any numbers, near a multiple, and a multiple as rounding makes it.</summary>
    private static (double, double) Draw(Random random, int index, bool single)
    {
        double y = (random.Next(2) * 2 - 1) * Math.Round(random.NextDouble() * 10, 1 + random.Next(3)) + (index % 7 == 0 ? random.NextDouble() : 0.1), n = Math.Round(Math.Pow(2, random.NextDouble() * (single ? 20 : 49)));
        double x = (random.Next(2) * 2 - 1) * (index % 3) switch
        {
            0 => random.NextDouble() * n * y,
            1 => n * y,
            _ => Math.BitIncrement(n * y),
        };
        return y == 0 ? (x, 1) : (x, y);
    }

    /// <summary>⌊x / y⌋ or trunc(x / y), exactly.</summary>
    private static BigInteger Quotient(double x, double y, bool floored)
    {
        var (left, right) = (Whole(x), Whole(y));
        var quotient = BigInteger.DivRem(left, right, out var rest);
        return floored && !rest.IsZero && rest.Sign != right.Sign ? quotient - 1 : quotient;
    }

    /// <summary>A double times 2¹⁰⁷⁴, which is a whole number.</summary>
    private static BigInteger Whole(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)(bits >> 52 & 0x7FF);
        BigInteger magnitude = new BigInteger(bits & 0xFFFFFFFFFFFFF | (exponent > 0 ? 1L << 52 : 0)) << Math.Max(exponent - 1, 0);
        return x < 0 ? -magnitude : magnitude;
    }

    private static double[] Doubles(Expr x) => Expr.Cast(x, DType.Float64).Value.ToArray<double>();

    /// <summary>A divisor that is infinite: no divisor fits, or one does where the signs differ.</summary>
    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(-1, 1, 1)]
    [InlineData(1, -1, 1)]
    [InlineData(-1, -1, 0)]
    [InlineData(0, 1, 0)]
    public void An_infinite_divisor_fits_not_at_all_or_once(double x, double sign, double slope)
    {
        double y = sign * double.PositiveInfinity;
        Assert.Equal(slope, (double)Ad.Grad(at => Expr.Mod(x, at), y));
        Assert.Equal(0, (double)Ad.Grad(at => x % at, y));
    }
}
