using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Autodiff.Functional.Kernels;

/// <summary>A register of <c>float</c>s: what a loop over an array of <see cref="Real32"/> computes on.</summary>
internal readonly struct Lanes32(Vector256<float> value) : IMaskedLanes<Lanes32, Real32, LaneMask>
{
    public readonly Vector256<float> Value = value;      // no property, which is a call to inline wherever it is read

    public static int Count => Vector256<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Load(ref readonly Real32 source) => new(Vector256.LoadUnsafe(ref Unsafe.As<Real32, float>(ref Unsafe.AsRef(in source))));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Splat(Real32 value) => new(Vector256.Create(value.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref Real32 target) => Value.StoreUnsafe(ref Unsafe.As<Real32, float>(ref target));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreSigns(ref bool target) => TruthValues.StoreSigns(Value, ref target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneMask LoadMask(ref readonly bool source)
    {
        TruthValues.Load(in source, out Vector256<int> mask);
        return new(mask.AsInt64());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreMask(LaneMask mask, ref bool target) => TruthValues.StoreSigns(mask.Value.AsSingle(), ref target);

    public static bool HasFirst => FirstLanes.AreSupported(default(Vector256<float>));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneMask First(nint count) => new(Vector256.LessThan(Vector256<int>.Indices, Vector256.Create((int)count)).AsInt64());
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 LoadFirst(nint source, LaneMask lanes) => new(FirstLanes.Load(source, lanes.Value.AsSingle()));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFirst(Lanes32 x, nint target, LaneMask lanes) => FirstLanes.Store(x.Value, target, lanes.Value.AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Literal(double value) => new(Vector256.Create((float)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 operator +(Lanes32 x, Lanes32 y) => new(x.Value + y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 operator -(Lanes32 x, Lanes32 y) => new(x.Value - y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 operator *(Lanes32 x, Lanes32 y) => new(x.Value * y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 operator /(Lanes32 x, Lanes32 y) => new(x.Value / y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Lanes32 operator %(Lanes32 x, Lanes32 y) => EachLane(x, y, &Remainder);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 operator -(Lanes32 x) => new(-x.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 IfLess(Lanes32 a, Lanes32 b, Lanes32 yes, Lanes32 no) => new(Vector256.ConditionalSelect(Vector256.LessThan(a.Value, b.Value), yes.Value, no.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 IfEqual(Lanes32 a, Lanes32 b, Lanes32 yes, Lanes32 no) => new(Vector256.ConditionalSelect(Vector256.Equals(a.Value, b.Value), yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Choose(LaneMask mask, Lanes32 yes, Lanes32 no) => new(Vector256.ConditionalSelect(mask.Value.AsSingle(), yes.Value, no.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneMask Holds<TQuestion>(Lanes32 x, Lanes32 y) where TQuestion : struct, IPredicate =>
        new(TQuestion.Select(x, y, new(Vector256<float>.AllBitsSet), new(Vector256<float>.Zero)).Value.AsInt64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Maximum(Lanes32 x, Lanes32 y) => new(Vector256.Max(x.Value, y.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Minimum(Lanes32 x, Lanes32 y) => new(Vector256.Min(x.Value, y.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Abs(Lanes32 x) => new(Vector256.Abs(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 CopySign(Lanes32 x, Lanes32 y) => new(Vector256.CopySign(x.Value, y.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Floor(Lanes32 x) => new(Vector256.Floor(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Ceiling(Lanes32 x) => new(Vector256.Ceiling(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Round(Lanes32 x) => new(Vector256.Round(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Truncate(Lanes32 x) => new(Vector256.Truncate(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 FusedMultiplyAdd(Lanes32 x, Lanes32 y, Lanes32 z) => new(Vector256.FusedMultiplyAdd(x.Value, y.Value, z.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Sqrt(Lanes32 x) => new(Vector256.Sqrt(x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Cbrt(Lanes32 x) => new(VectorMath32.Cbrt(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Exp(Lanes32 x) => new(VectorMath32.Exp(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Exp2(Lanes32 x) => new(VectorMath32.Exp2(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Expm1(Lanes32 x) => new(VectorMath32.Expm1(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Log(Lanes32 x) => new(VectorMath32.Log(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Log2(Lanes32 x) => new(VectorMath32.Log2(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Log10(Lanes32 x) => new(VectorMath32.Log10(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Log1p(Lanes32 x) => new(VectorMath32.Log1p(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Pow(Lanes32 x, Lanes32 y) => new(VectorMath32.Pow(x.Value, y.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Sigmoid(Lanes32 x) => new(VectorMath32.Sigmoid(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Sin(Lanes32 x) => new(VectorMath32.Sin(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Cos(Lanes32 x) => new(VectorMath32.Cos(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Tan(Lanes32 x) => new(VectorMath32.Tan(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Sinh(Lanes32 x) => new(VectorMath32.Sinh(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Cosh(Lanes32 x) => new(VectorMath32.Cosh(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Asin(Lanes32 x) => new(VectorMath32.Asin(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Acos(Lanes32 x) => new(VectorMath32.Acos(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Atan(Lanes32 x) => new(VectorMath32.Atan(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Tanh(Lanes32 x) => new(VectorMath32.Tanh(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 TanhTail(Lanes32 x) => new(VectorMath32.TanhTail(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 TanhFrom(Lanes32 x, Lanes32 tail) => new(VectorMath32.TanhFrom(x.Value, tail.Value));

    // These have no vector code: a lane at a time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Lanes32 Atan2(Lanes32 y, Lanes32 x) => EachLane(y, x, &Math.Atan2);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Lanes32 Asinh(Lanes32 x) => EachLane(x, &Math.Asinh);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Lanes32 Acosh(Lanes32 x) => EachLane(x, &Math.Acosh);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Lanes32 Atanh(Lanes32 x) => EachLane(x, &Math.Atanh);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Lanes32 Special<TFunction>(Lanes32 x) where TFunction : struct, ISpecial => EachLane(x, &TFunction.Evaluate);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Lanes32 Special<TFunction>(Lanes32 x, Lanes32 y) where TFunction : struct, ISpecialBinary => EachLane(x, y, &TFunction.Evaluate);

    private static double Remainder(double x, double y) => x % y;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe Lanes32 EachLane(Lanes32 x, delegate*<double, double> function)
    {
        ref float lane = ref Unsafe.As<Lanes32, float>(ref x);
        for (int i = 0; i < Count; i++) Unsafe.Add(ref lane, i) = (float)function(Unsafe.Add(ref lane, i));
        return x;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe Lanes32 EachLane(Lanes32 x, Lanes32 y, delegate*<double, double, double> function)
    {
        ref float lane = ref Unsafe.As<Lanes32, float>(ref x), other = ref Unsafe.As<Lanes32, float>(ref y);
        for (int i = 0; i < Count; i++) Unsafe.Add(ref lane, i) = (float)function(Unsafe.Add(ref lane, i), Unsafe.Add(ref other, i));
        return x;
    }
}
