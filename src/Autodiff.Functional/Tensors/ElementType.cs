using System.Runtime.CompilerServices;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>Work on the elements of tensors, written once for every element type.</summary>
internal interface IKernel<out TResult>
{
    /// <summary>Does the work, with the elements seen as <typeparamref name="E"/>.</summary>
    TResult Run<E>() where E : unmanaged, IElementary<E>;
}

/// <summary>
/// How the elements of a tensor are stored and computed on. There is one for each <see cref="DType"/>; the graph's
/// evaluation over other numbers (dual numbers, as a witness) adds its own, whose dtype is still Float64.
/// </summary>
internal abstract class ElementType(DType dtype, int size)
{
    public static readonly ElementType Bool = new ElementType<bool, Bit>(DType.Bool);
    public static readonly ElementType Int32 = new ElementType<int, Integer<int>>(DType.Int32);
    public static readonly ElementType Int64 = new ElementType<long, Integer<long>>(DType.Int64);
    public static readonly ElementType Float32 = new ElementType<float, Real32>(DType.Float32);
    public static readonly ElementType Float64 = new ElementType<double, Real64>(DType.Float64);

    public DType DType { get; } = dtype;
    public int Size { get; } = size;

    public static ElementType Of(DType dtype) => dtype switch
    {
        DType.Float64 => Float64,
        DType.Float32 => Float32,
        DType.Int64 => Int64,
        DType.Int32 => Int32,
        DType.Bool => Bool,
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), $"DType: expected a member of the enumeration; got {dtype}. Write for instance DType.Float64."),
    };

    /// <summary>The one whose elements .NET stores as <typeparamref name="T"/>.</summary>
    public static ElementType Of<T>(string op)
    {
        if (typeof(T) == typeof(double)) return Float64;
        if (typeof(T) == typeof(float)) return Float32;
        if (typeof(T) == typeof(int)) return Int32;
        if (typeof(T) == typeof(long)) return Int64;
        if (typeof(T) == typeof(bool)) return Bool;
        throw new DTypeException(op, "elements of type bool, int, long, float or double", typeof(T).Name, "Convert them first.");
    }

    /// <summary>Runs a kernel on this element type. The dtypes' own are called directly; others through a virtual call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TResult Run<TKernel, TResult>(TKernel kernel) where TKernel : struct, IKernel<TResult> =>
        ReferenceEquals(this, Float64) ? kernel.Run<Real64>()
        : ReferenceEquals(this, Float32) ? kernel.Run<Real32>()
        : ReferenceEquals(this, Bool) ? kernel.Run<Bit>()
        : ReferenceEquals(this, Int64) ? kernel.Run<Integer<long>>()
        : ReferenceEquals(this, Int32) ? kernel.Run<Integer<int>>()
        : Dispatch<TKernel, TResult>(kernel);

    protected abstract TResult Dispatch<TKernel, TResult>(TKernel kernel) where TKernel : struct, IKernel<TResult>;

    /// <summary>Zeros of a shape, of which one is stored.</summary>
    public Tensor Zeros(Shape shape)
    {
        var one = Allocate(1);
        Array.Clear(one);
        return new Tensor(this, Shape.Ones(shape.Rank), one).Expand(shape);
    }

    /// <summary>Is it the dtype's own, not that of other numbers?</summary>
    public bool IsNative => ReferenceEquals(this, Of(DType));

    /// <summary>The cast of a tensor of other numbers than the dtype's own.</summary>
    public virtual Tensor Cast(Tensor x, DType to) => throw new NotSupportedException($"Cast: there is none from {this} to {to}.");

    /// <summary>A tensor of a dtype's own elements over these: other numbers take constants so.</summary>
    public virtual Tensor Convert(Tensor x) => x;

    public abstract Array Allocate(int length);
    public abstract bool Equal(Tensor left, Tensor right);
}

internal class ElementType<T, TElement>(DType dtype) : ElementType(dtype, Unsafe.SizeOf<T>())
    where T : unmanaged, IEquatable<T>
    where TElement : unmanaged, IElementary<TElement>
{
    protected override TResult Dispatch<TKernel, TResult>(TKernel kernel) => kernel.Run<TElement>();
    public override Array Allocate(int length) => Poison.Filled(GC.AllocateUninitializedArray<T>(length));

    /// <summary>Views are read in blocks: a broadcast one may be much larger than memory.</summary>
    public override bool Equal(Tensor left, Tensor right)
    {
        if (left.IsContiguous && right.IsContiguous)
            return left.Elements<T>().SequenceEqual(right.Elements<T>());
        const int Length = 1024;
        Span<T> lefts = new T[Math.Min(Length, left.Size)], rights = new T[lefts.Length];
        int size = left.IsUniform && right.IsUniform ? Math.Min(1, left.Size) : left.Size;
        for (int start = 0, count; start < size; start += count)
        {
            count = Math.Min(Length, size - start);
            left.Read(start, lefts[..count]);
            right.Read(start, rights[..count]);
            if (!lefts[..count].SequenceEqual(rights[..count]))
                return false;
        }
        return true;
    }
}
