using Autodiff.Functional.Kernels;
using Xunit;

namespace Autodiff.Functional.Properties.Kernels;

/// <summary>Laws of the loops over arrays.</summary>
public class ElementwiseTests
{
    public static TheoryData<string> Names => [.. Function.All.Select(function => function.Name)];

    [Theory, MemberData(nameof(Names))]
    public void A_result_does_not_depend_on_where_its_element_stands(string name)
    {
        Function function = Function.Named(name);
        var random = new Random(11);
        for (int length = 1; length <= 37; length++)
        {
            double[] x = [.. Enumerable.Range(0, length).Select(_ => Draw(random))], z = new double[length];
            function.Loop64(x, z);
            for (int i = 0; i < length; i++) Assert.Equal(BitConverter.DoubleToInt64Bits(function.Lane64(x[i])), BitConverter.DoubleToInt64Bits(z[i]));

            float[] x32 = [.. x.Select(v => (float)v)], z32 = new float[length];
            function.Loop32(x32, z32);
            for (int i = 0; i < length; i++) Assert.Equal(BitConverter.SingleToInt32Bits(function.Lane32(x32[i])), BitConverter.SingleToInt32Bits(z32[i]));

            double[] inPlace = [.. x];
            function.Loop64(inPlace, inPlace);
            Assert.Equal(z.Select(BitConverter.DoubleToInt64Bits), inPlace.Select(BitConverter.DoubleToInt64Bits));
        }
    }

    [Sampled(100)]
    public void A_vector_of_length_one_stands_for_a_constant_one(double[] values, double scalar)
    {
        Real64[] x = [.. values.Select(v => new Real64(v))], constant = [.. values.Select(_ => new Real64(scalar))];
        Real64[] z = new Real64[x.Length], expected = new Real64[x.Length];
        Loops.Binary<Pow, Real64>(x, constant, expected);
        Loops.Binary<Pow, Real64>(x, [new(scalar)], z);
        Assert.Equal(expected, z);
        Loops.Binary<Subtract, Real64>(constant, x, expected);
        Loops.Binary<Subtract, Real64>([new(scalar)], x, z);
        Assert.Equal(expected, z);

        bool[] less = new bool[x.Length];
        Loops.Predicate<Less, Real64>(x, [new(scalar)], less);
        Assert.Equal(values.Select(v => v < scalar), less);
    }

    [Sampled(100)]
    public void Select_takes_the_side_that_the_condition_says(bool[] condition)
    {
        Check(condition, i => new Real64(i), i => new Real64(-i));
        Check(condition, i => new Real32(i), i => new Real32(-i));
        Check(condition, i => new Integer<long>(i), i => new Integer<long>(-i));
        Check(condition, i => new Bit(i % 2 == 0), i => new Bit(i % 3 == 0));

        static void Check<E>(bool[] condition, Func<int, E> yes, Func<int, E> no) where E : struct
        {
            E[] left = [.. condition.Select((_, i) => yes(i))], right = [.. condition.Select((_, i) => no(i))], z = new E[condition.Length];
            Loops.Select<E>(condition, left, right, z);
            Assert.Equal(condition.Select((c, i) => c ? left[i] : right[i]), z);
            Loops.Select<E>(condition, left, [right.FirstOrDefault()], z);
            Assert.Equal(condition.Select((c, i) => c ? left[i] : right[0]), z);
            Loops.Select<E>(condition, left, right, left);
        }
    }

    [Sampled(100)]
    public void Integers_wrap(int[] values, int other)
    {
        Integer<int>[] x = [.. values.Select(v => new Integer<int>(v))], z = new Integer<int>[x.Length];
        Loops.Binary<Multiply, Integer<int>>(x, [new(other)], z);
        Assert.Equal(values.Select(v => unchecked(v * other)), z.Select(v => v.Value));
        bool[] equal = new bool[x.Length];
        Loops.Predicate<Equal, Integer<int>>(x, x, equal);
        Assert.All(equal, Assert.True);
    }

    [Fact]
    public void Integers_at_the_edge()
    {
        var smallest = new Integer<int>(int.MinValue);
        var minusOne = new Integer<int>(-1);
        Assert.Equal(smallest, smallest / minusOne);
        Assert.Equal(new Integer<int>(0), smallest % minusOne);
        Assert.Equal(smallest, Integer<int>.Abs(smallest));
        Assert.Equal(smallest, -smallest);
        Assert.Equal(new Integer<int>(-3), Integer<int>.CopySign(new(3), minusOne));
        Assert.Equal(new Integer<long>(1L << 62), Integer<long>.Pow(new(2), new(62)));
        Assert.Equal(new Integer<long>(1), Integer<long>.Pow(new(0), new(0)));
        Assert.Throws<DomainException>(() => Integer<long>.Pow(new(2), new(-1)));
        Assert.Contains("Int64", Assert.Throws<NotSupportedException>(() => Integer<long>.Exp(new(2))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bits_are_a_semiring()
    {
        Bit yes = new(true), no = new(false);
        Assert.Equal(yes, yes + no);
        Assert.Equal(no, yes * no);
        Assert.Equal(yes, Bit.IfLess(no, yes, yes, no));
        Assert.Equal(no, Bit.IfLess(yes, yes, yes, no));
        Assert.Equal(yes, Bit.IfEqual(no, no, yes, no));
        Assert.Throws<NotSupportedException>(() => Bit.Sin(yes));
    }

    [Fact]
    public void Unequal_lengths_are_an_error() =>
        Assert.Contains("3 elements for 2 results", Assert.Throws<ArgumentException>(() => Loops.Unary<Exp, Real64>(new Real64[3], new Real64[2])).Message, StringComparison.Ordinal);

    private static double Draw(Random random) => random.Next(20) switch
    {
        0 => 0,
        1 => -0.0,
        2 => double.NaN,
        3 => double.PositiveInfinity,
        4 => double.NegativeInfinity,
        5 => 5e-324,
        6 => 1e-310,
        7 => 1e15,
        8 => 800,
        9 => -800,
        _ => random.NextDouble() * 20 - 10,
    };
}
