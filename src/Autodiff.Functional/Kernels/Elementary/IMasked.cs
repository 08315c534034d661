namespace Autodiff.Functional.Kernels;

/// <summary>A number, or several side by side, with the truth values that go with it: what generated code computes on.</summary>
/// <typeparam name="TSelf">The number.</typeparam>
/// <typeparam name="TMask">A truth value for each number; it is such a number itself.</typeparam>
internal interface IMasked<TSelf, TMask> : IElementary<TSelf>
    where TSelf : unmanaged, IMasked<TSelf, TMask>
    where TMask : unmanaged, IMasked<TMask, TMask>
{
    /// <summary><paramref name="yes"/> where the mask says so, else <paramref name="no"/>: only bits move.</summary>
    static abstract TSelf Choose(TMask mask, TSelf yes, TSelf no);

    /// <summary>Where a question is answered by yes.</summary>
    static abstract TMask Holds<TQuestion>(TSelf x, TSelf y) where TQuestion : struct, IPredicate;
}

/// <summary>Lanes that an array of truth values can be read to and written from.</summary>
internal interface IMaskedLanes<TSelf, TElement, TMask> : ILanes<TSelf, TElement>, IMasked<TSelf, TMask>
    where TSelf : unmanaged, IMaskedLanes<TSelf, TElement, TMask>
    where TElement : unmanaged
    where TMask : unmanaged, IMasked<TMask, TMask>
{
    /// <summary>The truth values from <paramref name="source"/> on.</summary>
    static abstract TMask LoadMask(ref readonly bool source);

    /// <summary>Writes a truth value for each lane from <paramref name="target"/> on.</summary>
    static abstract void StoreMask(TMask mask, ref bool target);

    /// <summary>Are there instructions that read and write the first lanes alone?</summary>
    static abstract bool HasFirst { get; }

    /// <summary>The first lanes, or all if there are no more.</summary>
    static abstract TMask First(nint count);

    /// <summary>The elements at an address for the first lanes, 1 for the others.</summary>
    static abstract TSelf LoadFirst(nint source, TMask lanes);

    /// <summary>Writes the first lanes.</summary>
    static abstract void StoreFirst(TSelf x, nint target, TMask lanes);
}
