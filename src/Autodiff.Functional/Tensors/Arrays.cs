using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Autodiff.Functional;

/// <summary>Tensors from and to .NET's arrays: of any rank, and nested ones.</summary>
internal static class Arrays
{
    public static Tensor Read(Array array)
    {
        ArgumentNullException.ThrowIfNull(array);
        return array.GetType().GetElementType()! switch
        {
            var type when type == typeof(double) => Read<double>(array),
            var type when type == typeof(float) => Read<float>(array),
            var type when type == typeof(int) => Read<int>(array),
            var type when type == typeof(long) => Read<long>(array),
            var type when type == typeof(bool) => Read<bool>(array),
            var type when type.IsArray || type == typeof(Array) => ReadJagged(array),
            var type => throw new DTypeException("Tensor.Of", "an array of bool, int, long, float or double, or nested arrays of them", $"an array of {type.Name}", "Convert the elements first."),
        };
    }

    private static Tensor Read<T>(Array array) where T : unmanaged
    {
        var dimensions = new int[array.Rank];
        for (int axis = 0; axis < dimensions.Length; axis++)
            dimensions[axis] = array.GetLength(axis);
        var elements = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(array)), array.Length);
        return Tensor.Of(elements, Shape.Of(dimensions));
    }

    private static Tensor ReadJagged(Array rows)
    {
        var parts = new Tensor[rows.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = Read(rows.GetValue(i) as Array ?? throw new ShapeException("Tensor.Of", "rows that are arrays", $"null at row {i}"));
            if (parts[i].Shape != parts[0].Shape)
                throw new ShapeException("Tensor.Of", "rows of one shape", $"{parts[0].Shape} at row 0 and {parts[i].Shape} at row {i}", "Pad them, or keep them apart.");
        }
        if (parts.Length == 0)
            throw new ShapeException("Tensor.Of", "a nested array with at least one row (it says the shape of the rest)", "none", "Use Tensor.Of(elements, shape) for empty dimensions.");
        return Stack(parts);
    }

    private static Tensor Stack(Tensor[] parts) => parts[0].Element.Run<StackKernel, Tensor>(new(parts));

    private readonly struct StackKernel(Tensor[] parts) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var result = Tensor.New<E>(parts[0].Element, parts[0].Shape.Insert(0, parts.Length), out var elements);
            for (int i = 0; i < parts.Length; i++)
                parts[i].Elements<E>().CopyTo(elements[(i * parts[0].Size)..]);
            return result;
        }
    }

    public static Array Write(Tensor tensor)
    {
        if (tensor.Rank == 0)
            throw new ShapeException("Tensor.ToMultidimensionalArray", "at least one axis", "a scalar", "Use ToScalar.");
        return tensor.DType switch
        {
            DType.Float64 => Write<double>(tensor),
            DType.Float32 => Write<float>(tensor),
            DType.Int64 => Write<long>(tensor),
            DType.Int32 => Write<int>(tensor),
            _ => Write<bool>(tensor),
        };
    }

    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Arrays of the five primitive types; only the rank varies, and the runtime has those of primitives.")]
    private static Array Write<T>(Tensor tensor) where T : unmanaged
    {
        var array = Array.CreateInstance(typeof(T), tensor.Shape.Dimensions.ToArray());
        var target = MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(array)), array.Length);
        tensor.Elements<T>().CopyTo(target);
        return array;
    }

    public static Array WriteJagged(Tensor tensor) => tensor.Rank switch
    {
        0 => throw new ShapeException("Tensor.ToJaggedArray", "at least one axis", "a scalar", "Use ToScalar."),
        1 => Write(tensor),
        _ => WriteRows(tensor),
    };

    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Arrays of arrays are of reference type, which share one representation.")]
    private static Array WriteRows(Tensor tensor)
    {
        var type = tensor.DType switch
        {
            DType.Float64 => typeof(double),
            DType.Float32 => typeof(float),
            DType.Int64 => typeof(long),
            DType.Int32 => typeof(int),
            _ => typeof(bool),
        };
        for (int axis = 1; axis < tensor.Rank; axis++)
            type = type.MakeArrayType();
        var rows = Array.CreateInstance(type, tensor.Shape[0]);
        for (int i = 0; i < rows.Length; i++)
            rows.SetValue(WriteJagged(tensor[[i]]), i);
        return rows;
    }
}
