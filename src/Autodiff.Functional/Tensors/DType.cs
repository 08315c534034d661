using System.Text.Json.Serialization;
using Autodiff.Functional.Json;

namespace Autodiff.Functional;

/// <summary>The type of a tensor's elements.</summary>
[JsonConverter(typeof(DTypeConverter))]
public enum DType
{
    /// <summary>True or false; a mask, never a number: arithmetic on it is an error.</summary>
    Bool,
    /// <summary>32-bit signed integers; overflow wraps.</summary>
    Int32,
    /// <summary>64-bit signed integers; overflow wraps.</summary>
    Int64,
    /// <summary>IEEE single precision.</summary>
    Float32,
    /// <summary>IEEE double precision, the default.</summary>
    Float64,
}

/// <summary>Questions about a <see cref="DType"/>.</summary>
public static class DTypes
{
    /// <summary>Float32 or Float64: what can be differentiated.</summary>
    public static bool IsFloating(this DType dtype) => dtype >= DType.Float32;

    /// <summary>Int32 or Int64.</summary>
    public static bool IsInteger(this DType dtype) => dtype is DType.Int32 or DType.Int64;
}

/// <summary>What a node's value looks like: its dtype and its shape.</summary>
/// <param name="DType">The element type.</param>
/// <param name="Shape">The dimensions.</param>
public readonly record struct TensorType(DType DType, Shape Shape)
{
    /// <summary>How much memory its elements take.</summary>
    internal long Bytes => (long)Shape.Size * ElementType.Of(DType).Size;

    /// <summary>For instance <c>Float64(2, 3)</c>.</summary>
    public override string ToString() => $"{DType}{Shape}";
}
