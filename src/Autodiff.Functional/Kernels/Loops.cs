using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Autodiff.Functional.Kernels;

/// <summary>Loops over arrays for elementwise functions. A result may be written over an argument.</summary>
/// <remarks>
/// Doubles and floats run on SIMD registers, the rest one at a time. The elements past the last full register go through
/// the same code in a register filled up, so an element's result does not depend on where it stands.
/// </remarks>
internal static class Loops
{
    /// <summary>Are registers of 512 bits worth it? The JIT and the compiler of NativeAOT know; the results are the same.</summary>
    private static bool Widest
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated;
    }

    /// <summary>z = F(x).</summary>
    public static void Unary<F, E>(ReadOnlySpan<E> x, Span<E> z) where F : struct, IUnary where E : struct, IElementary<E>
    {
        if (x.Length != z.Length) throw Unequal(x.Length, z.Length);
        if (typeof(E) == typeof(Real64) && Widest) UnaryLanes<F, Wide.Lanes64, Real64>(Elements.As<E, Real64>(x), Elements.As<E, Real64>(z));
        else if (typeof(E) == typeof(Real64)) UnaryLanes<F, Lanes64, Real64>(Elements.As<E, Real64>(x), Elements.As<E, Real64>(z));
        else if (typeof(E) == typeof(Real32) && Widest) UnaryLanes<F, Wide.Lanes32, Real32>(Elements.As<E, Real32>(x), Elements.As<E, Real32>(z));
        else if (typeof(E) == typeof(Real32)) UnaryLanes<F, Lanes32, Real32>(Elements.As<E, Real32>(x), Elements.As<E, Real32>(z));
        else
            for (int i = 0; i < z.Length; i++) z[i] = F.Apply(x[i]);
    }

    /// <summary>z = F(x, y); an argument of length 1 stands for that number everywhere.</summary>
    public static void Binary<F, E>(ReadOnlySpan<E> x, ReadOnlySpan<E> y, Span<E> z) where F : struct, IBinary where E : struct, IElementary<E>
    {
        int xStep = Step(x.Length, z.Length), yStep = Step(y.Length, z.Length);
        if (typeof(E) == typeof(Real64) && Widest) BinaryLanes<F, Wide.Lanes64, Real64>(Elements.As<E, Real64>(x), Elements.As<E, Real64>(y), Elements.As<E, Real64>(z));
        else if (typeof(E) == typeof(Real64)) BinaryLanes<F, Lanes64, Real64>(Elements.As<E, Real64>(x), Elements.As<E, Real64>(y), Elements.As<E, Real64>(z));
        else if (typeof(E) == typeof(Real32) && Widest) BinaryLanes<F, Wide.Lanes32, Real32>(Elements.As<E, Real32>(x), Elements.As<E, Real32>(y), Elements.As<E, Real32>(z));
        else if (typeof(E) == typeof(Real32)) BinaryLanes<F, Lanes32, Real32>(Elements.As<E, Real32>(x), Elements.As<E, Real32>(y), Elements.As<E, Real32>(z));
        else
            for (int i = 0; i < z.Length; i++) z[i] = F.Apply(x[i * xStep], y[i * yStep]);
    }

    /// <summary>w = F(x, y, z); an argument of length 1 stands for that number everywhere.</summary>
    public static void Ternary<F, E>(ReadOnlySpan<E> x, ReadOnlySpan<E> y, ReadOnlySpan<E> z, Span<E> w) where F : struct, ITernary where E : struct, IElementary<E>
    {
        int xStep = Step(x.Length, w.Length), yStep = Step(y.Length, w.Length), zStep = Step(z.Length, w.Length);
        if (typeof(E) == typeof(Real64) && Widest)
            TernaryLanes<F, Wide.Lanes64, Real64>(Elements.As<E, Real64>(x), Elements.As<E, Real64>(y), Elements.As<E, Real64>(z), Elements.As<E, Real64>(w));
        else if (typeof(E) == typeof(Real64))
            TernaryLanes<F, Lanes64, Real64>(Elements.As<E, Real64>(x), Elements.As<E, Real64>(y), Elements.As<E, Real64>(z), Elements.As<E, Real64>(w));
        else if (typeof(E) == typeof(Real32) && Widest)
            TernaryLanes<F, Wide.Lanes32, Real32>(Elements.As<E, Real32>(x), Elements.As<E, Real32>(y), Elements.As<E, Real32>(z), Elements.As<E, Real32>(w));
        else if (typeof(E) == typeof(Real32))
            TernaryLanes<F, Lanes32, Real32>(Elements.As<E, Real32>(x), Elements.As<E, Real32>(y), Elements.As<E, Real32>(z), Elements.As<E, Real32>(w));
        else
            for (int i = 0; i < w.Length; i++) w[i] = F.Apply(x[i * xStep], y[i * yStep], z[i * zStep]);
    }

    /// <summary>z = whether F holds of (x, y); an argument of length 1 stands for that number everywhere.</summary>
    public static void Predicate<F, E>(ReadOnlySpan<E> x, ReadOnlySpan<E> y, Span<bool> z)
        where F : struct, IPredicate where E : struct, IElementary<E>
    {
        int xStep = Step(x.Length, z.Length), yStep = Step(y.Length, z.Length);
        if (typeof(E) == typeof(Real64) && Widest) PredicateLanes<F, Wide.Lanes64, Real64>(Elements.As<E, Real64>(x), Elements.As<E, Real64>(y), z);
        else if (typeof(E) == typeof(Real64)) PredicateLanes<F, Lanes64, Real64>(Elements.As<E, Real64>(x), Elements.As<E, Real64>(y), z);
        else if (typeof(E) == typeof(Real32) && Widest) PredicateLanes<F, Wide.Lanes32, Real32>(Elements.As<E, Real32>(x), Elements.As<E, Real32>(y), z);
        else if (typeof(E) == typeof(Real32)) PredicateLanes<F, Lanes32, Real32>(Elements.As<E, Real32>(x), Elements.As<E, Real32>(y), z);
        else
        {
            E yes = E.Literal(1), no = E.Literal(0);
            for (int i = 0; i < z.Length; i++) z[i] = EqualityComparer<E>.Default.Equals(F.Select(x[i * xStep], y[i * yStep], yes, no), yes);
        }
    }

    /// <summary>z = yes where the condition holds, else no; a side of length 1 stands for that number everywhere.</summary>
    public static void Select<E>(ReadOnlySpan<bool> condition, ReadOnlySpan<E> yes, ReadOnlySpan<E> no, Span<E> z) where E : struct
    {
        if (condition.Length != z.Length) throw Unequal(condition.Length, z.Length);
        int yesStep = Step(yes.Length, z.Length), noStep = Step(no.Length, z.Length);
        // Only bits move: what matters of an element is its size.
        if (Unsafe.SizeOf<E>() == sizeof(ulong))
            Selection.Of64(condition, Elements.As<E, ulong>(yes), yesStep, Elements.As<E, ulong>(no), noStep, Elements.As<E, ulong>(z));
        else if (Unsafe.SizeOf<E>() == sizeof(uint))
            Selection.Of32(condition, Elements.As<E, uint>(yes), yesStep, Elements.As<E, uint>(no), noStep, Elements.As<E, uint>(z));
        else
            for (int i = 0; i < z.Length; i++) z[i] = condition[i] ? yes[i * yesStep] : no[i * noStep];
    }

    private static void UnaryLanes<F, V, E>(ReadOnlySpan<E> x, Span<E> z)
        where F : struct, IUnary where V : struct, ILanes<V, E> where E : struct
    {
        int full = z.Length - z.Length % V.Count;
        if (full > 0) UnaryLoop<F, V, E>(in x[0], ref z[0], full);
        if (full == z.Length) return;
        V rest = Partial<V, E>(x[full..]);
        ref E first = ref Unsafe.As<V, E>(ref rest);
        UnaryLoop<F, V, E>(ref first, ref first, V.Count);
        Put(rest, z[full..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void UnaryLoop<F, V, E>(ref readonly E x, ref E z, int length)
        where F : struct, IUnary where V : struct, ILanes<V, E> where E : struct
    {
        for (nint i = 0; i < length; i += V.Count)
            F.Apply(V.Load(in Unsafe.Add(ref Unsafe.AsRef(in x), i))).Store(ref Unsafe.Add(ref z, i));
    }

    private static void BinaryLanes<F, V, E>(ReadOnlySpan<E> x, ReadOnlySpan<E> y, Span<E> z)
        where F : struct, IBinary where V : struct, ILanes<V, E> where E : struct
    {
        if (z.IsEmpty) return;
        V xSplat = V.Splat(x[0]), ySplat = V.Splat(y[0]);
        bool xOne = x.Length < z.Length, yOne = y.Length < z.Length;
        int full = z.Length - z.Length % V.Count;
        if (full > 0)
            BinaryLoop<F, V, E>(
                ref xOne ? ref Unsafe.As<V, E>(ref xSplat) : ref Unsafe.AsRef(in x[0]), xOne ? 0 : 1,
                ref yOne ? ref Unsafe.As<V, E>(ref ySplat) : ref Unsafe.AsRef(in y[0]), yOne ? 0 : 1,
                ref z[0], full);
        if (full == z.Length) return;
        V xRest = xOne ? xSplat : Partial<V, E>(x[full..]), yRest = yOne ? ySplat : Partial<V, E>(y[full..]);
        ref E first = ref Unsafe.As<V, E>(ref xRest);
        BinaryLoop<F, V, E>(ref first, 1, ref Unsafe.As<V, E>(ref yRest), 1, ref first, V.Count);
        Put(xRest, z[full..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BinaryLoop<F, V, E>(ref readonly E x, nint xStep, ref readonly E y, nint yStep, ref E z, int length)
        where F : struct, IBinary where V : struct, ILanes<V, E> where E : struct
    {
        for (nint i = 0; i < length; i += V.Count)
            F.Apply(V.Load(in Unsafe.Add(ref Unsafe.AsRef(in x), i * xStep)), V.Load(in Unsafe.Add(ref Unsafe.AsRef(in y), i * yStep)))
                .Store(ref Unsafe.Add(ref z, i));
    }

    private static void TernaryLanes<F, V, E>(ReadOnlySpan<E> x, ReadOnlySpan<E> y, ReadOnlySpan<E> z, Span<E> w)
        where F : struct, ITernary where V : struct, ILanes<V, E> where E : struct
    {
        if (w.IsEmpty) return;
        V xSplat = V.Splat(x[0]), ySplat = V.Splat(y[0]), zSplat = V.Splat(z[0]);
        bool xOne = x.Length < w.Length, yOne = y.Length < w.Length, zOne = z.Length < w.Length;
        int full = w.Length - w.Length % V.Count;
        if (full > 0)
            TernaryLoop<F, V, E>(
                ref xOne ? ref Unsafe.As<V, E>(ref xSplat) : ref Unsafe.AsRef(in x[0]), xOne ? 0 : 1,
                ref yOne ? ref Unsafe.As<V, E>(ref ySplat) : ref Unsafe.AsRef(in y[0]), yOne ? 0 : 1,
                ref zOne ? ref Unsafe.As<V, E>(ref zSplat) : ref Unsafe.AsRef(in z[0]), zOne ? 0 : 1,
                ref w[0], full);
        if (full == w.Length) return;
        V xRest = xOne ? xSplat : Partial<V, E>(x[full..]), yRest = yOne ? ySplat : Partial<V, E>(y[full..]), zRest = zOne ? zSplat : Partial<V, E>(z[full..]);
        ref E first = ref Unsafe.As<V, E>(ref xRest);
        TernaryLoop<F, V, E>(ref first, 1, ref Unsafe.As<V, E>(ref yRest), 1, ref Unsafe.As<V, E>(ref zRest), 1, ref first, V.Count);
        Put(xRest, w[full..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TernaryLoop<F, V, E>(ref readonly E x, nint xStep, ref readonly E y, nint yStep, ref readonly E z, nint zStep, ref E w, int length)
        where F : struct, ITernary where V : struct, ILanes<V, E> where E : struct
    {
        for (nint i = 0; i < length; i += V.Count)
            F.Apply(
                V.Load(in Unsafe.Add(ref Unsafe.AsRef(in x), i * xStep)),
                V.Load(in Unsafe.Add(ref Unsafe.AsRef(in y), i * yStep)),
                V.Load(in Unsafe.Add(ref Unsafe.AsRef(in z), i * zStep))).Store(ref Unsafe.Add(ref w, i));
    }

    private static void PredicateLanes<F, V, E>(ReadOnlySpan<E> x, ReadOnlySpan<E> y, Span<bool> z)
        where F : struct, IPredicate where V : struct, ILanes<V, E> where E : struct
    {
        if (z.IsEmpty) return;
        V xSplat = V.Splat(x[0]), ySplat = V.Splat(y[0]);
        bool xOne = x.Length < z.Length, yOne = y.Length < z.Length;
        int full = z.Length - z.Length % V.Count;
        if (full > 0)
            PredicateLoop<F, V, E>(
                ref xOne ? ref Unsafe.As<V, E>(ref xSplat) : ref Unsafe.AsRef(in x[0]), xOne ? 0 : 1,
                ref yOne ? ref Unsafe.As<V, E>(ref ySplat) : ref Unsafe.AsRef(in y[0]), yOne ? 0 : 1,
                ref z[0], full);
        if (full == z.Length) return;
        V xRest = xOne ? xSplat : Partial<V, E>(x[full..]), yRest = yOne ? ySplat : Partial<V, E>(y[full..]);
        V answers = default;
        ref bool first = ref Unsafe.As<V, bool>(ref answers);
        PredicateLoop<F, V, E>(ref Unsafe.As<V, E>(ref xRest), 1, ref Unsafe.As<V, E>(ref yRest), 1, ref first, V.Count);
        for (int i = full; i < z.Length; i++) z[i] = Unsafe.Add(ref first, i - full);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PredicateLoop<F, V, E>(ref readonly E x, nint xStep, ref readonly E y, nint yStep, ref bool z, int length)
        where F : struct, IPredicate where V : struct, ILanes<V, E> where E : struct
    {
        V yes = V.Literal(-1), no = V.Literal(0);
        for (nint i = 0; i < length; i += V.Count)
            F.Select(V.Load(in Unsafe.Add(ref Unsafe.AsRef(in x), i * xStep)), V.Load(in Unsafe.Add(ref Unsafe.AsRef(in y), i * yStep)), yes, no)
                .StoreSigns(ref Unsafe.Add(ref z, i));
    }

    /// <summary>A register with these few elements in front; the rest are ones, where every function is quick.</summary>
    private static V Partial<V, E>(ReadOnlySpan<E> from) where V : struct, ILanes<V, E> where E : struct
    {
        V lanes = V.Literal(1);
        ref E first = ref Unsafe.As<V, E>(ref lanes);
        for (int i = 0; i < from.Length; i++) Unsafe.Add(ref first, i) = from[i];
        return lanes;
    }

    private static void Put<V, E>(V lanes, Span<E> to) where V : struct, ILanes<V, E> where E : struct
    {
        ref E first = ref Unsafe.As<V, E>(ref lanes);
        for (int i = 0; i < to.Length; i++) to[i] = Unsafe.Add(ref first, i);
    }

    private static int Step(int length, int results) =>
        length == results ? 1 : length == 1 ? 0 : throw Unequal(length, results);

    private static ArgumentException Unequal(int argument, int result) =>
        new($"An elementwise loop needs an argument as long as its result: {argument} elements for {result} results.");
}
