namespace Autodiff.Functional;

/// <summary>An op that takes of its first input the sub-tensors at indices along an axis, which are the second. The output has the indices' axes in place of that axis.</summary>
public interface IIndexedRead
{
    /// <summary>The axis, as a number in 0 … rank − 1.</summary>
    int Axis { get; }

    /// <summary>How many of the first axes data and indices share: they are walked through together along them.</summary>
    int Leading { get; }
}

/// <summary>An op that adds to a copy of its first input, at indices along an axis, which are the second, the sub-tensors of the third. An index that comes twice adds twice.</summary>
public interface IIndexedAdd
{
    /// <summary>The axis, as a number in 0 … rank − 1.</summary>
    int Axis { get; }

    /// <summary>How many of the first axes target and indices share: they are walked through together along them.</summary>
    int Leading { get; }
}
