using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Autodiff.Functional.Kernels;
using Xunit;
using Wide = Autodiff.Functional.Kernels.Wide;

namespace Autodiff.Functional.Properties.Kernels;

/// <summary>Registers of 256 and of 512 bits give the same bits, with an instruction of their own and without it.</summary>
public class WidthTests
{
    private const int Draws = 1 << 12;

    public static TheoryData<string> Names => [.. Function.All.Select(function => function.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Functions_do_not_depend_on_the_width(string name)
    {
        Function function = Function.Named(name);
        var (narrow64, wide64) = function.Widths64(Doubles(1));
        Same(narrow64, wide64);
        var (narrow32, wide32) = function.Widths32(Floats(1));
        Same(narrow32, wide32);
    }

    [Fact]
    public void Functions_of_two_arguments_do_not_depend_on_the_width()
    {
        Check<Pow>();
        Check<Maximum>();
        Check<Minimum>();
        Check<CopySign>();
        Check<Remainder>();
        Check<Divide>();
        Check<Atan2>();

        static void Check<F>() where F : struct, IBinary
        {
            Same(Registers<F, Lanes64, Real64, double>(Doubles(1), Doubles(2)), Registers<F, Wide.Lanes64, Real64, double>(Doubles(1), Doubles(2)));
            Same(Registers<F, Lanes32, Real32, float>(Floats(1), Floats(2)), Registers<F, Wide.Lanes32, Real32, float>(Floats(1), Floats(2)));
        }

        static T[] Registers<F, V, E, T>(T[] x, T[] y) where F : struct, IBinary where V : struct, ILanes<V, E> where E : struct where T : struct
        {
            var z = new T[x.Length];
            Span<E> left = MemoryMarshal.Cast<T, E>(x.AsSpan()), right = MemoryMarshal.Cast<T, E>(y.AsSpan()), to = MemoryMarshal.Cast<T, E>(z.AsSpan());
            for (int i = 0; i < z.Length; i += V.Count)
                F.Apply(V.Load(in left[i]), V.Load(in right[i])).Store(ref to[i]);
            return z;
        }
    }

    [Fact]
    public void Masks_are_read_written_and_chosen_by_at_any_width()
    {
        Check<Lanes64, Real64, LaneMask>(value => new Real64(value));
        Check<Wide.Lanes64, Real64, Wide.LaneMask>(value => new Real64(value));
        Check<Lanes32, Real32, LaneMask>(value => new Real32((float)value));
        Check<Wide.Lanes32, Real32, Wide.LaneMask>(value => new Real32((float)value));

        static void Check<V, E, M>(Func<double, E> of) where V : unmanaged, IMaskedLanes<V, E, M> where E : unmanaged where M : unmanaged, IMasked<M, M>
        {
            var random = new Random(3);
            for (int draw = 0; draw < 100; draw++)
            {
                bool[] mask = [.. Enumerable.Range(0, V.Count).Select(_ => random.Next(2) > 0)], copy = new bool[V.Count], less = new bool[V.Count], signs = new bool[V.Count];
                E[] chosen = new E[V.Count], signed = [.. mask.Select(negative => of(negative ? -0.0 : 0.0))];
                M lanes = V.LoadMask(in mask[0]);
                V.StoreMask(lanes, ref copy[0]);
                Assert.Equal(mask, copy);
                V one = V.Literal(1), two = V.Literal(2), choice = V.Choose(lanes, one, two);
                choice.Store(ref chosen[0]);
                Assert.Equal(mask.Select(yes => of(yes ? 1 : 2)), chosen);
                V.StoreMask(V.Holds<Less>(choice, two), ref less[0]);
                Assert.Equal(mask, less);
                V.Load(in signed[0]).StoreSigns(ref signs[0]);
                Assert.Equal(mask, signs);
            }
        }
    }

    /// <summary>The instruction for x·2ᵏ gives what two products give, also where the result is subnormal or overflows.</summary>
    [Fact]
    public void Scaling_rounds_once()
    {
        var random = new Random(4);
        for (int draw = 0; draw < Draws; draw++)
        {
            var x = Vector256.Create(0.5 + random.NextDouble(), 1 + random.NextDouble(), -random.NextDouble(), 1);
            var k = Vector256.Create((double)random.Next(-1100, 1030), random.Next(-1080, -1015), random.Next(-60, 60), random.Next(-1080, 1030));
            var floats = Vector256.Create(0.5f + random.NextSingle());
            var powers = Vector256.Create(random.Next(-160, 130), random.Next(-150, -120), random.Next(-150, -120), 127f, 128, -126, -149, -150);
            if (PowersOfTwo.CanScale(x))
            {
                Assert.Equal(VectorMath64.ScaleInSteps(x, k), PowersOfTwo.Scale(x, k));
                Assert.Equal(VectorMath32.ScaleInSteps(floats, powers), PowersOfTwo.Scale(floats, powers));
            }
            for (int lane = 0; lane < 4; lane++)
                Assert.Equal(Math.ScaleB(x[lane], (int)k[lane]), VectorMath64.ScaleInSteps(x, k)[lane]);
        }
    }

    /// <summary>Of all magnitudes, and of those where most functions live; any bits at all among them.</summary>
    private static double[] Doubles(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Draws).Select(i => i % 4 == 0 ? BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)) : (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 4)))];
    }

    private static float[] Floats(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Draws).Select(i => i % 4 == 0 ? BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)) : (random.NextSingle() - 0.5f) * MathF.Pow(10, random.Next(-3, 3)))];
    }

    private static void Same(double[] expected, double[] actual) => Assert.Equal(expected.Select(BitConverter.DoubleToInt64Bits), actual.Select(BitConverter.DoubleToInt64Bits));

    private static void Same(float[] expected, float[] actual) => Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), actual.Select(BitConverter.SingleToInt32Bits));
}
