using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Autodiff.Functional.Kernels;

/// <summary>A matrix in memory: element (i, j) stands i·Row + j·Column after the first. A transpose swaps the two.</summary>
internal readonly ref struct Strided<T>(ReadOnlySpan<T> data, int row, int column)
{
    public ReadOnlySpan<T> Data { get; } = data;
    public int Row { get; } = row;
    public int Column { get; } = column;
    public Strided<T> Transposed => new(Data, Column, Row);
    public ref readonly T First => ref MemoryMarshal.GetReference(Data);
    public Strided<T> FromRow(int i) => new(Data[(i * Row)..], Row, Column);
    public Strided<T> FromColumn(int j) => new(Data[(j * Column)..], Row, Column);

    public bool Holds(int rows, int columns) =>
        rows == 0 || columns == 0 || (Row >= 0 && Column >= 0 && (long)(rows - 1) * Row + (long)(columns - 1) * Column < Data.Length);
}

/// <summary>The matrix product C = A·B: A is m×k and B is k×n with any strides, C is m×n, row-major, overwritten.</summary>
/// <remarks>
/// Which path is taken depends on the sizes and strides alone, and each path adds in one fixed order: the same product
/// gives the same bits every time.
/// </remarks>
internal static class Gemm
{
    public static void Multiply(int m, int n, int k, ReadOnlySpan<double> a, int aRow, int aColumn, ReadOnlySpan<double> b, int bRow, int bColumn, Span<double> c) =>
        Real<double>(m, n, k, new(a, aRow, aColumn), new(b, bRow, bColumn), c);

    public static void Multiply(int m, int n, int k, ReadOnlySpan<float> a, int aRow, int aColumn, ReadOnlySpan<float> b, int bRow, int bColumn, Span<float> c) =>
        Real<float>(m, n, k, new(a, aRow, aColumn), new(b, bRow, bColumn), c);

    /// <summary>The product over any elements (integers, dual numbers) by the plain loop; doubles and floats take their own paths.</summary>
    public static void Multiply<E>(int m, int n, int k, ReadOnlySpan<E> a, int aRow, int aColumn, ReadOnlySpan<E> b, int bRow, int bColumn, Span<E> c)
        where E : struct, IElementary<E>
    {
        if (typeof(E) == typeof(Real64))
            Real<double>(m, n, k, new(Elements.As<E, double>(a), aRow, aColumn), new(Elements.As<E, double>(b), bRow, bColumn), Elements.As<E, double>(c));
        else if (typeof(E) == typeof(Real32))
            Real<float>(m, n, k, new(Elements.As<E, float>(a), aRow, aColumn), new(Elements.As<E, float>(b), bRow, bColumn), Elements.As<E, float>(c));
        else
            Plain<E>(m, n, k, new(a, aRow, aColumn), new(b, bRow, bColumn), c);
    }

    private static void Real<T>(int m, int n, int k, Strided<T> a, Strided<T> b, Span<T> c) where T : unmanaged, INumberBase<T>
    {
        Check(m, n, k, a, b, c);
        c = c[..(m * n)];
        if (k == 0) c.Clear();
        else if ((long)m * n * k <= (n < Vector256<T>.Count ? 2 * TinyProduct : TinyProduct)) Tiny(m, n, k, a, b, c);
        else if (k == 1 && b.Column == 1) Outer(m, n, a, b, c);
        else if (n == 1) Gemv.Multiply(m, k, a, b.Transposed, c);
        else if (m == 1) Gemv.Multiply(n, k, b.Transposed, a, c);
        else if (n < Vector256<T>.Count) Narrow(m, n, k, a, b, c);
        else if (m <= FewRows && b.Column != 1)
            for (int i = 0; i < m; i++) Gemv.Multiply(n, k, b.Transposed, a.FromRow(i), c.Slice(i * n, n));
        else if (Vector512.IsHardwareAccelerated && n >= Vector512<T>.Count) Blocked<T, Register512<T>>(m, n, k, a, b, c);
        else Blocked<T, Register256<T>>(m, n, k, a, b, c);
    }

    private static void Blocked<T, V>(int m, int n, int k, Strided<T> a, Strided<T> b, Span<T> c) where T : unmanaged, INumberBase<T> where V : struct, IRegister<V, T>
    {
        if (UnpackedGemm.IsBest<T>(m, n, k)) UnpackedGemm.Multiply<T, V>(m, n, k, a, b, c);
        else PackedGemm.Multiply<T, V>(m, n, k, a, b, c);
    }

    private const int TinyProduct = 48, FewRows = 3;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tiny<T>(int m, int n, int k, Strided<T> a, Strided<T> b, Span<T> c) where T : unmanaged, INumberBase<T>
    {
        ref T c0 = ref MemoryMarshal.GetReference(c);
        for (int i = 0; i < m; i++)
        {
            ref T row = ref Unsafe.Add(ref Unsafe.AsRef(in a.First), (nint)i * a.Row);
            for (int j = 0; j < n; j++)
            {
                ref T x = ref row;
                ref T y = ref Unsafe.Add(ref Unsafe.AsRef(in b.First), (nint)j * b.Column);
                T sum = x * y;
                for (int p = 1; p < k; p++)
                {
                    x = ref Unsafe.Add(ref x, a.Column);
                    y = ref Unsafe.Add(ref y, b.Row);
                    sum += x * y;
                }
                c0 = sum;
                c0 = ref Unsafe.Add(ref c0, 1);
            }
        }
    }

    /// <summary>A column times a row: what the gradient of a matrix is for one example.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Outer<T>(int m, int n, Strided<T> a, Strided<T> b, Span<T> c) where T : unmanaged, INumberBase<T>
    {
        int width = Vector256<T>.Count;
        ref T factor = ref Unsafe.AsRef(in a.First), row = ref Unsafe.AsRef(in b.First), to = ref MemoryMarshal.GetReference(c);
        for (int i = 0; i < m; i++)
        {
            int j = 0;
            for (var factors = Vector256.Create(factor); j <= n - width; j += width)
                (Vector256.LoadUnsafe(ref row, (nuint)j) * factors).StoreUnsafe(ref to, (nuint)j);
            for (; j < n; j++)
                Unsafe.Add(ref to, j) = Unsafe.Add(ref row, j) * factor;
            factor = ref Unsafe.Add(ref factor, a.Row);
            to = ref Unsafe.Add(ref to, n);
        }
    }

    /// <summary>B is narrower than a register: it is filled up with columns of zeros.</summary>
    private static void Narrow<T>(int m, int n, int k, Strided<T> a, Strided<T> b, Span<T> c) where T : unmanaged, INumberBase<T>
    {
        int width = Vector256<T>.Count;
        using var wideB = new Buffer<T>(k * width);
        using var wideC = new Buffer<T>(m * width);
        wideB.Span.Clear();
        for (int p = 0; p < k; p++)
            for (int j = 0; j < n; j++) wideB.Span[p * width + j] = b.Data[p * b.Row + j * b.Column];
        UnpackedGemm.Multiply<T, Register256<T>>(m, width, k, a, new(wideB.Span, width, 1), wideC.Span);
        for (int i = 0; i < m; i++) wideC.Span.Slice(i * width, n).CopyTo(c[(i * n)..]);
    }

    private static void Plain<E>(int m, int n, int k, Strided<E> a, Strided<E> b, Span<E> c) where E : struct, IElementary<E>
    {
        Check(m, n, k, a, b, c);
        c = c[..(m * n)];
        if (k == 0) c.Fill(E.Literal(0));
        for (int i = 0; i < m; i++)
        {
            Span<E> row = c.Slice(i * n, n);
            for (int p = 0; p < k; p++)
            {
                E factor = a.Data[i * a.Row + p * a.Column];
                int at = p * b.Row;
                for (int j = 0; j < row.Length; j++, at += b.Column)
                    row[j] = p == 0 ? factor * b.Data[at] : row[j] + factor * b.Data[at];
            }
        }
    }

    private static void Check<T>(int m, int n, int k, Strided<T> a, Strided<T> b, Span<T> c)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(m);
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        if (!a.Holds(m, k)) throw TooShort("A", m, k, a.Data.Length);
        if (!b.Holds(k, n)) throw TooShort("B", k, n, b.Data.Length);
        if ((long)m * n > c.Length) throw TooShort("C", m, n, c.Length);
    }

    private static ArgumentException TooShort(string matrix, int rows, int columns, int length) =>
        new($"Matrix {matrix} of {rows}×{columns} with its strides does not fit in {length} elements.");
}
