namespace Autodiff.Functional.Kernels;

/// <summary>Several elements side by side in one SIMD register, as a number of its own.</summary>
/// <typeparam name="TSelf">The register.</typeparam>
/// <typeparam name="TElement">One element.</typeparam>
internal interface ILanes<TSelf, TElement> : IElementary<TSelf>
    where TSelf : struct, ILanes<TSelf, TElement>
    where TElement : struct
{
    /// <summary>How many elements.</summary>
    static abstract int Count { get; }

    /// <summary>The elements from <paramref name="source"/> on.</summary>
    static abstract TSelf Load(ref readonly TElement source);

    /// <summary>The same element in every lane.</summary>
    static abstract TSelf Splat(TElement value);

    /// <summary>Writes the elements from <paramref name="target"/> on.</summary>
    void Store(ref TElement target);

    /// <summary>Writes a bool per lane: whether its number is negative.</summary>
    void StoreSigns(ref bool target);
}
