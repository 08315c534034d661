using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Autodiff.Functional.Kernels;

/// <summary>A register of <c>double</c>s: what a loop over an array of <see cref="Real64"/> computes on.</summary>
internal readonly struct Lanes64(Vector256<double> value) : IMaskedLanes<Lanes64, Real64, LaneMask>
{
    public readonly Vector256<double> Value = value;      // no property, which is a call to inline wherever it is read

    public static int Count => Vector256<double>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Load(ref readonly Real64 source) => new(Vector256.LoadUnsafe(ref Unsafe.As<Real64, double>(ref Unsafe.AsRef(in source))));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Splat(Real64 value) => new(Vector256.Create(value.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref Real64 target) => Value.StoreUnsafe(ref Unsafe.As<Real64, double>(ref target));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreSigns(ref bool target) => TruthValues.StoreSigns(Value, ref target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneMask LoadMask(ref readonly bool source)
    {
        TruthValues.Load(in source, out Vector256<long> mask);
        return new(mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreMask(LaneMask mask, ref bool target) => TruthValues.StoreSigns(mask.Value.AsDouble(), ref target);

    public static bool HasFirst => FirstLanes.AreSupported(default(Vector256<double>));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneMask First(nint count) => new(Vector256.LessThan(Vector256<long>.Indices, Vector256.Create((long)count)));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 LoadFirst(nint source, LaneMask lanes) => new(FirstLanes.Load(source, lanes.Value.AsDouble()));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFirst(Lanes64 x, nint target, LaneMask lanes) => FirstLanes.Store(x.Value, target, lanes.Value.AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Literal(double value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 operator +(Lanes64 x, Lanes64 y) => new(x.Value + y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 operator -(Lanes64 x, Lanes64 y) => new(x.Value - y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 operator *(Lanes64 x, Lanes64 y) => new(x.Value * y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 operator /(Lanes64 x, Lanes64 y) => new(x.Value / y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Lanes64 operator %(Lanes64 x, Lanes64 y) => EachLane(x, y, &Remainder);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 operator -(Lanes64 x) => new(-x.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 IfLess(Lanes64 a, Lanes64 b, Lanes64 yes, Lanes64 no) => new(Vector256.ConditionalSelect(Vector256.LessThan(a.Value, b.Value), yes.Value, no.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 IfEqual(Lanes64 a, Lanes64 b, Lanes64 yes, Lanes64 no) => new(Vector256.ConditionalSelect(Vector256.Equals(a.Value, b.Value), yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Choose(LaneMask mask, Lanes64 yes, Lanes64 no) => new(Vector256.ConditionalSelect(mask.Value.AsDouble(), yes.Value, no.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneMask Holds<TQuestion>(Lanes64 x, Lanes64 y) where TQuestion : struct, IPredicate =>
        new(TQuestion.Select(x, y, new(Vector256<double>.AllBitsSet), new(Vector256<double>.Zero)).Value.AsInt64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Maximum(Lanes64 x, Lanes64 y) => new(Vector256.Max(x.Value, y.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Minimum(Lanes64 x, Lanes64 y) => new(Vector256.Min(x.Value, y.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Abs(Lanes64 x) => new(Vector256.Abs(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 CopySign(Lanes64 x, Lanes64 y) => new(Vector256.CopySign(x.Value, y.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Floor(Lanes64 x) => new(Vector256.Floor(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Ceiling(Lanes64 x) => new(Vector256.Ceiling(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Round(Lanes64 x) => new(Vector256.Round(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Truncate(Lanes64 x) => new(Vector256.Truncate(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 FusedMultiplyAdd(Lanes64 x, Lanes64 y, Lanes64 z) => new(Vector256.FusedMultiplyAdd(x.Value, y.Value, z.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Sqrt(Lanes64 x) => new(Vector256.Sqrt(x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Cbrt(Lanes64 x) => new(VectorMath64.Cbrt(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Exp(Lanes64 x) => new(VectorMath64.Exp(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Exp2(Lanes64 x) => new(VectorMath64.Exp2(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Expm1(Lanes64 x) => new(VectorMath64.Expm1(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Log(Lanes64 x) => new(VectorMath64.Log(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Log2(Lanes64 x) => new(VectorMath64.Log2(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Log10(Lanes64 x) => new(VectorMath64.Log10(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Log1p(Lanes64 x) => new(VectorMath64.Log1p(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Pow(Lanes64 x, Lanes64 y) => new(VectorMath64.Pow(x.Value, y.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Sigmoid(Lanes64 x) => new(VectorMath64.Sigmoid(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Sin(Lanes64 x) => new(Trigonometry64.Sin(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Cos(Lanes64 x) => new(Trigonometry64.Cos(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Tan(Lanes64 x) => new(Trigonometry64.Tan(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Sinh(Lanes64 x) => new(VectorMath64.Sinh(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Cosh(Lanes64 x) => new(VectorMath64.Cosh(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Asin(Lanes64 x) => new(Trigonometry64.Asin(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Acos(Lanes64 x) => new(Trigonometry64.Acos(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Atan(Lanes64 x) => new(Trigonometry64.Atan(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 Tanh(Lanes64 x) => new(VectorMath64.Tanh(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 TanhTail(Lanes64 x) => new(VectorMath64.TanhTail(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes64 TanhFrom(Lanes64 x, Lanes64 tail) => new(VectorMath64.TanhFrom(x.Value, tail.Value));

    // These have no vector code: a lane at a time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Lanes64 Atan2(Lanes64 y, Lanes64 x) => EachLane(y, x, &Math.Atan2);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Lanes64 Asinh(Lanes64 x) => EachLane(x, &Math.Asinh);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Lanes64 Acosh(Lanes64 x) => EachLane(x, &Math.Acosh);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Lanes64 Atanh(Lanes64 x) => EachLane(x, &Math.Atanh);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Lanes64 Special<TFunction>(Lanes64 x) where TFunction : struct, ISpecial => EachLane(x, &TFunction.Evaluate);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Lanes64 Special<TFunction>(Lanes64 x, Lanes64 y) where TFunction : struct, ISpecialBinary => EachLane(x, y, &TFunction.Evaluate);

    private static double Remainder(double x, double y) => x % y;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe Lanes64 EachLane(Lanes64 x, delegate*<double, double> function)
    {
        ref double lane = ref Unsafe.As<Lanes64, double>(ref x);
        for (int i = 0; i < Count; i++) Unsafe.Add(ref lane, i) = function(Unsafe.Add(ref lane, i));
        return x;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe Lanes64 EachLane(Lanes64 x, Lanes64 y, delegate*<double, double, double> function)
    {
        ref double lane = ref Unsafe.As<Lanes64, double>(ref x), other = ref Unsafe.As<Lanes64, double>(ref y);
        for (int i = 0; i < Count; i++) Unsafe.Add(ref lane, i) = function(Unsafe.Add(ref lane, i), Unsafe.Add(ref other, i));
        return x;
    }
}
