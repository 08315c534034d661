namespace Autodiff.Functional.Kernels;

/// <summary>An associative operation that a reduction folds with. A partial result folds into another.</summary>
internal interface IFold
{
    static abstract T Apply<T>(T x, T y) where T : IElementary<T>;
}

internal readonly struct Plus : IFold
{
    public static T Apply<T>(T x, T y) where T : IElementary<T> => x + y;
}

internal readonly struct Larger : IFold
{
    public static T Apply<T>(T x, T y) where T : IElementary<T> => T.Maximum(x, y);
}

internal readonly struct Smaller : IFold
{
    public static T Apply<T>(T x, T y) where T : IElementary<T> => T.Minimum(x, y);
}
