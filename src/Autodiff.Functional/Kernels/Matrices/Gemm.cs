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
        if (k == 0 || c.IsEmpty) c.Clear();
        else if (m == 1 && n == 1 && a.Column == 1 && b.Row == 1) c[0] = Dot(a.Data[..k], b.Data[..k]);
        else if (k > Depth(m, n)) Halves(m, n, k, a, b, c);
        else if ((b.Column != 1 || n == 1) && (long)m * n * k <= TinyProduct) Tiny(m, n, k, a, b, c);
        else if (k == 1 && b.Column == 1) Outer(m, n, a, b, c);
        else if (n == 1) Gemv.Multiply(m, k, a, b.Transposed, c);
        else if (m == 1) Gemv.Multiply(n, k, b.Transposed, a, c);
        else if (m <= FewRows && b.Column != 1)
            for (int i = 0; i < m; i++) Gemv.Multiply(n, k, b.Transposed, a.FromRow(i), c.Slice(i * n, n));
        else if (a.Row == 1 && 4 * n <= 3 * Vector512<T>.Count && m >= 2 * Vector512<T>.Count) Turned(m, n, k, a, b, c);
        else if (Vector512.IsHardwareAccelerated && n > Vector256<T>.Count) Blocked<T, Register512<T>>(m, n, k, a, b, c);
        else Blocked<T, Register256<T>>(m, n, k, a, b, c);
    }

    /// <summary>So many products are added up one after the other, by several of the same time in registers; of more, halves are added.</summary>
    private static int Depth(int m, int n) => m == 1 || n == 1 ? 1024 : m <= 24 ? 512 : 4096;

    /// <summary>The sum of two products of half the depth, and so on: the error grows with the logarithm of the depth.</summary>
    private static void Halves<T>(int m, int n, int k, Strided<T> a, Strided<T> b, Span<T> c) where T : unmanaged, INumberBase<T>
    {
        int half = Reductions.Half(k, 256);
        using var second = new Buffer<T>(m * n);
        Real(m, n, half, a, b, c);
        Real(m, n, k - half, a.FromColumn(half), b.FromRow(half), second.Span);
        AddTo(c, second.Span);
    }

    private static T Dot<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b) where T : unmanaged => typeof(T) == typeof(double)
        ? Unsafe.BitCast<Real64, T>(Reductions.Dot(Elements.As<T, Real64>(a), Elements.As<T, Real64>(b)))
        : Unsafe.BitCast<Real32, T>(Reductions.Dot(Elements.As<T, Real32>(a), Elements.As<T, Real32>(b)));

    private static void AddTo<T>(Span<T> c, ReadOnlySpan<T> second) where T : unmanaged
    {
        if (typeof(T) == typeof(double)) Loops.Binary<Add, Real64>(Elements.As<T, Real64>(c), Elements.As<T, Real64>(second), Elements.As<T, Real64>(c));
        else Loops.Binary<Add, Real32>(Elements.As<T, Real32>(c), Elements.As<T, Real32>(second), Elements.As<T, Real32>(c));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Blocked<T, V>(int m, int n, int k, Strided<T> a, Strided<T> b, Span<T> c) where T : unmanaged, INumberBase<T> where V : struct, IRegister<V, T>
    {
        if (b.Column == 1 && n <= V.MaxWidth * V.Count && m <= GemmKernel.MaxRows<T, V>(n <= V.Count ? 1 : V.MaxWidth))
            GemmKernel.Run<T, V>(m, n, k, ref Unsafe.AsRef(in a.First), a.Row, a.Column, ref Unsafe.AsRef(in b.First), b.Row, ref MemoryMarshal.GetReference(c), n, add: false);
        else if (UnpackedGemm.IsBest<T>(m, n, k, b.Column == 1)) UnpackedGemm.Multiply<T, V>(m, n, k, a, b, c, n);
        else PackedGemm.Multiply<T, V>(m, n, k, a, b, c, n);
    }

    /// <summary>Can blocks of C be computed apart, without copying B for each again where it is copied as a whole?</summary>
    public static bool HasBlocks<E>(int m, int n, int k, bool byRows) where E : struct =>
        m > 24 && n > 24 && k > 1 && (typeof(E) == typeof(Real64) ? byRows || !UnpackedGemm.IsBest<double>(m, n, k, byRows)
            : typeof(E) == typeof(Real32) && (byRows || !UnpackedGemm.IsBest<float>(m, n, k, byRows)));

    /// <summary>A block of C, of a product that <see cref="HasBlocks"/>. How it is computed depends on the whole product, and so its bits are those of the whole.</summary>
    public static void MultiplyBlock<E>(int m, int n, int k, ReadOnlySpan<E> a, int aRow, int aColumn, ReadOnlySpan<E> b, int bRow, int bColumn, Span<E> c, Range rows, Range columns)
        where E : struct, IElementary<E>
    {
        if (typeof(E) == typeof(Real64))
            Block<double>(m, n, k, new(Elements.As<E, double>(a), aRow, aColumn), new(Elements.As<E, double>(b), bRow, bColumn), Elements.As<E, double>(c), rows, columns);
        else
            Block<float>(m, n, k, new(Elements.As<E, float>(a), aRow, aColumn), new(Elements.As<E, float>(b), bRow, bColumn), Elements.As<E, float>(c), rows, columns);
    }

    private static void Block<T>(int m, int n, int k, Strided<T> a, Strided<T> b, Span<T> c, Range rows, Range columns) where T : unmanaged, INumberBase<T>
    {
        Check(m, n, k, a, b, c);
        var ((i, height), (j, width)) = (rows.GetOffsetAndLength(m), columns.GetOffsetAndLength(n));
        bool isPacked = !UnpackedGemm.IsBest<T>(m, n, k, b.Column == 1);
        int depth = Depth(m, n);
        if (Vector512.IsHardwareAccelerated) Block<T, Register512<T>>(isPacked, depth, height, width, k, a.FromRow(i), b.FromColumn(j), c[(i * n + j)..], n);
        else Block<T, Register256<T>>(isPacked, depth, height, width, k, a.FromRow(i), b.FromColumn(j), c[(i * n + j)..], n);
    }

    private static void Block<T, V>(bool isPacked, int depth, int m, int n, int k, Strided<T> a, Strided<T> b, Span<T> c, int cRow) where T : unmanaged, INumberBase<T> where V : struct, IRegister<V, T>
    {
        if (k > depth)
        {
            int half = Reductions.Half(k, 256);
            using var second = new Buffer<T>(m * n);
            Block<T, V>(isPacked, depth, m, n, half, a, b, c, cRow);
            Block<T, V>(isPacked, depth, m, n, k - half, a.FromColumn(half), b.FromRow(half), second.Span, n);
            for (int i = 0; i < m; i++) AddTo<T>(c.Slice(i * cRow, n), second.Span.Slice(i * n, n));
        }
        else if (isPacked) PackedGemm.Multiply<T, V>(m, n, k, a, b, c, cRow);
        else UnpackedGemm.Multiply<T, V>(m, n, k, a, b, c, cRow);
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
                // Fused, and from 0, as in registers: the same bits.
                T sum = T.MultiplyAddEstimate(x, y, T.Zero);
                for (int p = 1; p < k; p++)
                {
                    x = ref Unsafe.Add(ref x, a.Column);
                    y = ref Unsafe.Add(ref y, b.Row);
                    sum = T.MultiplyAddEstimate(x, y, sum);
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
        ref T row = ref Unsafe.AsRef(in b.First);
        for (int i = 0; i < m; i++)
        {
            T factor = Unsafe.Add(ref Unsafe.AsRef(in a.First), (nint)i * a.Row);
            ref T to = ref Unsafe.Add(ref MemoryMarshal.GetReference(c), (nint)i * n);
            int j = 0;
            for (; j <= n - Vector256<T>.Count; j += Vector256<T>.Count)
                Register256<T>.MultiplyAdd(Vector256.LoadUnsafe(ref row, (nuint)j), Vector256.Create(factor), default).StoreUnsafe(ref to, (nuint)j);
            for (; j < n; j++)
                Unsafe.Add(ref to, j) = T.MultiplyAddEstimate(Unsafe.Add(ref row, j), factor, T.Zero);
        }
    }

    /// <summary>Cᵀ = Bᵀ·Aᵀ: C is narrow, and registers are filled along its columns, as A has them in memory.</summary>
    private static void Turned<T>(int m, int n, int k, Strided<T> a, Strided<T> b, Span<T> c) where T : unmanaged, INumberBase<T>
    {
        using var turned = new Buffer<T>(n * m);
        Real(n, m, k, b.Transposed, a.Transposed, turned.Span);
        Transpose.Copy(n, m, new Strided<T>(turned.Span, m, 1), c);
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
