using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Autodiff.Functional.Json;

namespace Autodiff.Functional;

/// <summary>
/// An immutable n-dimensional array of numbers: a value, compared by dtype, shape and elements (NaN equals NaN, as in .NET's
/// <c>Equals</c>). Of any rank, also 0; dimensions may be 0. Elements are in row-major order; slices, transposes and
/// broadcasts are views that copy nothing.
/// </summary>
/// <example><code>
/// var matrix = Tensor.Of(new double[,] { { 1, 2 }, { 3, 4 } });
/// double corner = (double)matrix[^1, ^1];        // 4
/// </code></example>
[JsonConverter(typeof(TensorConverter))]
[DebuggerDisplay("{Size == 1 ? ToString() : Type.ToString(),nq}")]
public sealed partial class Tensor : IEquatable<Tensor>
{
    private readonly Array? _data;     // null: one element, kept in _scalar
    private readonly int[]? _strides;  // null: row-major without gaps
    private readonly int _offset;
    private long _scalar;              // written by the constructor only; not readonly because a span over it is made

    internal Tensor(ElementType element, Shape shape, Array? data, int offset = 0, int[]? strides = null)
    {
        Element = element;
        Shape = shape;
        _data = data;
        _offset = offset;
        _strides = strides is not null && Strided.IsContiguous(shape.Dimensions, strides) ? null : strides;
    }

    /// <summary>The dimensions.</summary>
    public Shape Shape { get; }

    /// <summary>The type of the elements.</summary>
    public DType DType => Element.DType;

    /// <summary>The dtype and the shape.</summary>
    public TensorType Type => new(DType, Shape);

    /// <summary>The number of axes.</summary>
    public int Rank => Shape.Rank;

    /// <summary>The number of elements.</summary>
    public int Size => Shape.Size;

    internal ElementType Element { get; }
    internal bool IsContiguous => _strides is null;
    /// <summary>One value, stretched over the shape by strides of 0.</summary>
    internal bool IsUniform
    {
        get
        {
            if (_strides is null)
                return false;
            for (int axis = 0; axis < _strides.Length; axis++)
                if (_strides[axis] != 0 && Shape[axis] != 1)
                    return false;
            return true;
        }
    }
    internal ReadOnlySpan<int> Strides => _strides ?? Shape.Strides();

    // ---- making ----

    /// <summary>A scalar of dtype Float64.</summary>
    public static Tensor Scalar(double value) => Single(ElementType.Float64, value);
    /// <summary>A scalar of dtype Float32.</summary>
    public static Tensor Scalar(float value) => Single(ElementType.Float32, value);
    /// <summary>A scalar of dtype Int64.</summary>
    public static Tensor Scalar(long value) => Single(ElementType.Int64, value);
    /// <summary>A scalar of dtype Int32.</summary>
    public static Tensor Scalar(int value) => Single(ElementType.Int32, value);
    /// <summary>A scalar of dtype Bool.</summary>
    public static Tensor Scalar(bool value) => Single(ElementType.Bool, value);

    internal static Tensor Single<T>(ElementType element, T value) where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() > sizeof(long))
            return Single(element, Shape.Scalar, value);
        var tensor = new Tensor(element, default, null);
        Unsafe.As<long, T>(ref tensor._scalar) = value;
        return tensor;
    }

    private static Tensor Single<T>(ElementType element, Shape shape, T value) where T : unmanaged
    {
        var tensor = New<T>(element, shape, out var elements);
        elements[0] = value;
        return tensor;
    }

    /// <summary>The elements of an array of any rank, or of a jagged one, copied: its rank and lengths are the shape.</summary>
    /// <exception cref="ShapeException">The rows of a jagged array differ in length.</exception>
    /// <exception cref="DTypeException">The elements are not bool, int, long, float or double.</exception>
    [OverloadResolutionPriority(-1)]
    public static Tensor Of(Array array) => Arrays.Read(array);

    /// <summary>Rows of equal length, copied, as a matrix: <c>Tensor.Of([[1.0, 2.0], [3.0, 4.0]])</c>.</summary>
    /// <exception cref="ShapeException">The rows differ in length, or there are none.</exception>
    /// <exception cref="DTypeException">The elements are not bool, int, long, float or double.</exception>
    public static Tensor Of<T>(T[][] rows) where T : unmanaged => Arrays.Read(rows);

    /// <summary>Nested rows of equal length, copied, as a tensor of rank 3.</summary>
    /// <exception cref="ShapeException">The rows differ in length, or there are none.</exception>
    /// <exception cref="DTypeException">The elements are not bool, int, long, float or double.</exception>
    public static Tensor Of<T>(T[][][] rows) where T : unmanaged => Arrays.Read(rows);

    /// <summary>The elements of a span, copied, as a vector.</summary>
    /// <exception cref="DTypeException">The elements are not bool, int, long, float or double.</exception>
    [OverloadResolutionPriority(1)]
    public static Tensor Of<T>(ReadOnlySpan<T> elements) where T : unmanaged => Of(elements, Shape.Of(elements.Length));

    /// <summary>The elements of an array, copied, as a vector.</summary>
    /// <exception cref="DTypeException">The elements are not bool, int, long, float or double.</exception>
    [OverloadResolutionPriority(1)]
    public static Tensor Of<T>(T[] elements) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(elements);
        return Of((ReadOnlySpan<T>)elements);
    }

    /// <summary>The elements of a span, copied, in row-major order of a shape.</summary>
    /// <exception cref="ShapeException">The shape has another number of elements.</exception>
    /// <exception cref="DTypeException">The elements are not bool, int, long, float or double.</exception>
    [OverloadResolutionPriority(1)]
    public static Tensor Of<T>(ReadOnlySpan<T> elements, Shape shape) where T : unmanaged
    {
        var element = ElementType.Of<T>("Tensor.Of");
        if (elements.Length != shape.Size)
            throw new ShapeException("Tensor.Of", $"{shape.Size} elements for the shape {shape}", $"{elements.Length}");
        return new Tensor(element, shape, elements.ToArray());
    }

    /// <summary>The elements of an array, copied, in row-major order of a shape.</summary>
    /// <exception cref="ShapeException">The shape has another number of elements.</exception>
    /// <exception cref="DTypeException">The elements are not bool, int, long, float or double.</exception>
    [OverloadResolutionPriority(1)]
    public static Tensor Of<T>(T[] elements, Shape shape) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(elements);
        return Of((ReadOnlySpan<T>)elements, shape);
    }

    /// <summary>The elements of an immutable array as a vector; nothing is copied.</summary>
    /// <exception cref="DTypeException">The elements are not bool, int, long, float or double.</exception>
    public static Tensor Of<T>(ImmutableArray<T> elements) where T : unmanaged
    {
        var array = ImmutableCollectionsMarshal.AsArray(elements);
        ArgumentNullException.ThrowIfNull(array, nameof(elements));
        return new(ElementType.Of<T>("Tensor.Of"), Shape.Of(array.Length), array);
    }

    /// <summary>The elements of a sequence as a vector.</summary>
    /// <exception cref="DTypeException">The elements are not bool, int, long, float or double.</exception>
    public static Tensor Of<T>(IEnumerable<T> elements) where T : unmanaged => elements switch
    {
        T[] array => Of((ReadOnlySpan<T>)array),
        ImmutableArray<T> array => Of(array),
        _ => Of(elements.ToImmutableArray()),
    };

    /// <summary>The same value everywhere; nothing but the one value is stored.</summary>
    public static Tensor Full<T>(Shape shape, T value) where T : unmanaged =>
        Single(ElementType.Of<T>("Tensor.Full"), value).Reshape(Shape.Ones(shape.Rank)).Expand(shape);

    /// <summary>A new tensor and its elements, which the caller fills before anybody else sees it.</summary>
    internal static Tensor New<T>(ElementType element, Shape shape, out Span<T> elements) where T : unmanaged
    {
        var data = element.Allocate(shape.Size);
        elements = MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(data)), data.Length);
        return new Tensor(element, shape, data);
    }

    /// <summary>Several tensors as one value: what an op with several outputs computes. Seen only through <c>Project</c>.</summary>
    internal static Tensor Bundle(params Tensor[] parts) => new(ElementType.Bool, Shape.Of(parts.Length), parts);

    internal Tensor Part(int index) => ((Tensor[])_data!)[index];

    internal bool IsBundle => _data is Tensor[];

    /// <summary>A copy of the list of a bundle's tensors; of any other tensor, itself.</summary>
    internal Tensor[] Parts => _data is Tensor[] parts ? [.. parts] : [this];

    // ---- reading ----

    /// <summary>The elements in row-major order; a view that is not dense is copied first.</summary>
    internal ReadOnlySpan<T> Elements<T>() where T : unmanaged
    {
        if (_strides is not null)
            return Dense().Elements<T>();
        return _data is null
            ? MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<long, T>(ref _scalar), 1)
            : MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(_data)), _offset), Size);
    }

    /// <summary>The whole buffer that this view lies in.</summary>
    internal ReadOnlySpan<T> Buffer<T>() where T : unmanaged => _data is null
        ? MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<long, T>(ref _scalar), 1)
        : MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(_data)), _data.Length);

    /// <summary>The array that this view lies in; a new one if it is a single element.</summary>
    internal Array Array => Storage();

    /// <summary>The place of the first element in <see cref="Buffer"/>.</summary>
    internal int Offset => _offset;

    /// <summary>The elements from <paramref name="start"/> on, in row-major order, copied.</summary>
    internal void Read<T>(int start, Span<T> destination) where T : unmanaged
    {
        if (_strides is null)
            Elements<T>().Slice(start, destination.Length).CopyTo(destination);
        else
            Strided.Read(Buffer<T>(), _offset, Shape.Dimensions, _strides, start, destination);
    }

    /// <summary>This tensor with its elements in row-major order without gaps: itself if they are.</summary>
    internal Tensor Dense() => _strides is null ? this : Copy();

    /// <summary>A tensor of the same elements in memory of its own, which nobody else sees yet.</summary>
    internal Tensor Copy() => Element.Run<CopyKernel, Tensor>(new(this));

    private readonly struct CopyKernel(Tensor tensor) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var dense = New<E>(tensor.Element, tensor.Shape, out var elements);
            tensor.Read(0, elements);
            return dense;
        }
    }

    /// <summary>The first few elements, as a vector.</summary>
    internal Tensor First(int count) => Element.Run<FirstKernel, Tensor>(new(this, Math.Min(count, Size)));

    private readonly struct FirstKernel(Tensor tensor, int count) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var first = New<E>(tensor.Element, Shape.Of(count), out var elements);
            tensor.Read(0, elements);
            return first;
        }
    }

    /// <summary>The elements in row-major order, without a copy where they lie dense in memory.</summary>
    /// <exception cref="DTypeException">The elements are not of type <typeparamref name="T"/>.</exception>
    public ReadOnlySpan<T> AsSpan<T>() where T : unmanaged
    {
        Check<T>("Tensor.AsSpan");
        return Elements<T>();
    }

    /// <summary>A copy of the elements in row-major order.</summary>
    /// <exception cref="DTypeException">The elements are not of type <typeparamref name="T"/>.</exception>
    public T[] ToArray<T>() where T : unmanaged
    {
        Check<T>("Tensor.ToArray");
        var array = GC.AllocateUninitializedArray<T>(Size);
        Read(0, array);
        return array;
    }

    /// <summary>A copy of a matrix as a two-dimensional array.</summary>
    /// <exception cref="DTypeException">The elements are not of type <typeparamref name="T"/>.</exception>
    /// <exception cref="ShapeException">There are not two axes.</exception>
    public T[,] ToArray2D<T>() where T : unmanaged
    {
        Check<T>("Tensor.ToArray2D");
        return Rank == 2 ? (T[,])Arrays.Write(this) : throw new ShapeException("Tensor.ToArray2D", "two axes", $"the shape {Shape}", "Use ToMultidimensionalArray.");
    }

    /// <summary>The elements in row-major order.</summary>
    /// <exception cref="DTypeException">The elements are not of type <typeparamref name="T"/>.</exception>
    public ImmutableArray<T> ToImmutableArray<T>() where T : unmanaged => ImmutableCollectionsMarshal.AsImmutableArray(ToArray<T>());

    /// <summary>A copy as an array of this tensor's rank: <c>(double[,])tensor.ToMultidimensionalArray()</c> for a matrix.</summary>
    /// <exception cref="ShapeException">The tensor is a scalar.</exception>
    public Array ToMultidimensionalArray() => Arrays.Write(this);

    /// <summary>A copy as nested arrays: <c>(double[][])tensor.ToJaggedArray()</c> for a matrix.</summary>
    /// <exception cref="ShapeException">The tensor is a scalar.</exception>
    public Array ToJaggedArray() => Arrays.WriteJagged(this);

    /// <summary>The element of a scalar, or of any tensor with one element.</summary>
    /// <exception cref="DTypeException">The element is not of type <typeparamref name="T"/>.</exception>
    /// <exception cref="ShapeException">There is not exactly one element.</exception>
    public T ToScalar<T>() where T : unmanaged
    {
        Check<T>("Tensor.ToScalar");
        return Size == 1 ? Elements<T>()[0] : throw new ShapeException("Tensor.ToScalar", "one element", $"the shape {Shape}", "Index it first, or use ToArray.");
    }

    /// <summary>The one element as a double, whatever the dtype (true is 1).</summary>
    /// <exception cref="ShapeException">There is not exactly one element.</exception>
    public static explicit operator double(Tensor tensor) =>
        tensor.Size == 1 ? tensor.ElementAsDouble(0) : throw new ShapeException("(double)", "one element", $"the shape {tensor.Shape}", "Index it first, or use ToArray.");

    /// <summary>The one element as a bool.</summary>
    /// <exception cref="DTypeException">The dtype is not Bool.</exception>
    /// <exception cref="ShapeException">There is not exactly one element.</exception>
    public static explicit operator bool(Tensor tensor) => tensor.ToScalar<bool>();

    /// <summary>The element at a place in row-major order, whatever the dtype; nothing is copied.</summary>
    internal double ElementAsDouble(int index) => DType switch
    {
        DType.Float64 => Buffer<double>()[Locate(index)],
        DType.Float32 => Buffer<float>()[Locate(index)],
        DType.Int64 => Buffer<long>()[Locate(index)],
        DType.Int32 => Buffer<int>()[Locate(index)],
        _ => Buffer<bool>()[Locate(index)] ? 1 : 0,
    };

    /// <summary>Where in the buffer the element at a place in row-major order lies.</summary>
    private int Locate(int index)
    {
        if (_strides is null)
            return _offset + index;
        int offset = _offset;
        for (int axis = Rank - 1; axis >= 0; axis--)
        {
            (index, int position) = Math.DivRem(index, Shape[axis]);
            offset += position * _strides[axis];
        }
        return offset;
    }

    private void Check<T>(string op)
    {
        if (!ReferenceEquals(ElementType.Of<T>(op), Element))
            throw new DTypeException(op, $"{typeof(T).Name} elements as asked for", $"{DType}", "Ask for the tensor's own element type, or Cast.");
    }

    /// <summary>A scalar of dtype Float64.</summary>
    public static implicit operator Tensor(double value) => Scalar(value);
    /// <summary>A scalar of dtype Float32.</summary>
    public static implicit operator Tensor(float value) => Scalar(value);
    /// <summary>A scalar of dtype Int64.</summary>
    public static implicit operator Tensor(long value) => Scalar(value);
    /// <summary>A scalar of dtype Int32.</summary>
    public static implicit operator Tensor(int value) => Scalar(value);
    /// <summary>A scalar of dtype Bool.</summary>
    public static implicit operator Tensor(bool value) => Scalar(value);
    /// <summary>A vector of dtype Float64; the elements are copied.</summary>
    public static implicit operator Tensor(double[] elements) => Of(elements);
    /// <summary>A vector of dtype Float32; the elements are copied.</summary>
    public static implicit operator Tensor(float[] elements) => Of(elements);
    /// <summary>A matrix of dtype Float64; the elements are copied.</summary>
    public static implicit operator Tensor(double[,] elements) => Of(elements);
    /// <summary>A matrix of dtype Float32; the elements are copied.</summary>
    public static implicit operator Tensor(float[,] elements) => Of(elements);

    // ---- views ----

    /// <summary>
    /// A part along the leading axes, as in <c>tensor[^1, 1..3]</c>: an index drops its axis, a range keeps it. A view, which copies nothing.
    /// </summary>
    /// <exception cref="IndexException">A subscript is outside its axis.</exception>
    /// <exception cref="AxisException">There are more subscripts than axes.</exception>
    public Tensor this[params ReadOnlySpan<Subscript> subscripts]
    {
        get
        {
            if (subscripts.Length > Rank)
                throw new AxisException("Tensor[]", $"at most {Rank} subscripts for the shape {Shape}", $"{subscripts.Length}");
            if (subscripts.IsEmpty)
                return this;
            int offset = _offset, kept = 0;
            var old = Strides;
            Span<int> dimensions = stackalloc int[Rank], strides = stackalloc int[Rank];
            for (int axis = 0; axis < Rank; axis++)
            {
                var (start, count) = axis < subscripts.Length ? subscripts[axis].Along(Shape, axis, "Tensor[]") : (0, Shape[axis]);
                offset += start * old[axis];
                if (axis < subscripts.Length && subscripts[axis].IsIndex)
                    continue;
                (dimensions[kept], strides[kept]) = (count, old[axis]);
                kept++;
            }
            return View(Shape.Of(dimensions[..kept]), offset, strides[..kept].ToArray());
        }
    }

    /// <summary>An element or a sub-tensor: one index per leading axis, counted from 0.</summary>
    /// <exception cref="IndexException">An index is outside its axis.</exception>
    /// <exception cref="AxisException">There are more indices than axes.</exception>
    public Tensor this[params int[] indices] => this[Array.ConvertAll(indices ?? throw new ArgumentNullException(nameof(indices)), index => (Subscript)index)];

    internal Tensor View(Shape shape, int offset, int[] strides) => new(Element, shape, Storage(), shape.Size == 0 ? 0 : offset, strides);

    private Array Storage()
    {
        if (_data is not null)
            return _data;
        var data = Element.Allocate(1);
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<long, byte>(ref _scalar), Element.Size)
            .CopyTo(MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(data), Element.Size));
        return data;
    }

    internal Tensor Slice(ReadOnlySpan<int> starts, ReadOnlySpan<int> counts, ReadOnlySpan<int> steps)
    {
        int offset = _offset;
        var old = Strides;
        var strides = new int[Rank];
        for (int i = 0; i < Rank; i++)
        {
            offset += starts[i] * old[i];
            strides[i] = steps[i] * old[i];
        }
        return View(Shape.Of(counts), offset, strides);
    }

    internal Tensor Permute(Axes order)
    {
        var old = Strides;
        int[] dimensions = new int[Rank], strides = new int[Rank];
        for (int i = 0; i < Rank; i++)
            (dimensions[i], strides[i]) = (Shape[order[i]], old[order[i]]);
        return View(Shape.Of(dimensions), _offset, strides);
    }

    /// <summary>Axes of length 1 stretched to the same rank's shape, by strides of 0.</summary>
    internal Tensor Expand(Shape shape)
    {
        int[] strides = [.. Strides];
        for (int i = 0; i < Rank; i++)
            if (Shape[i] != shape[i])
                strides[i] = 0;
        return View(shape, _offset, strides);
    }

    internal Tensor Reshape(Shape shape)
    {
        if (_strides is null)
            return _data is null && shape.IsScalar ? this : new Tensor(Element, shape, Storage(), _offset);
        Span<int> strides = stackalloc int[shape.Rank];
        return Size > 0 && Strided.TryReshape(Shape.Dimensions, _strides, shape.Dimensions, strides)
            ? View(shape, _offset, strides.ToArray())
            : Dense().Reshape(shape);
    }

    // ---- value ----

    /// <summary>The same dtype, shape and elements.</summary>
    public bool Equals([NotNullWhen(true)] Tensor? other) =>
        ReferenceEquals(this, other) || (other is not null && ReferenceEquals(Element, other.Element) && Shape == other.Shape && Element.Equal(this, other));
    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Tensor);
    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(DType);
        hash.Add(Shape);
        int sample = Math.Min(Size, 16);
        for (int i = 0; i < sample; i++)
            hash.Add(ElementAsDouble((int)((long)Size * i / sample)));
        return hash.ToHashCode();
    }

    /// <summary>The elements as NumPy prints them: aligned, elided in the middle when there are many.</summary>
    public override string ToString() => TensorPrinter.Print(this);
}
