namespace Autodiff.Functional;

/// <summary>How a fold takes elements together.</summary>
public enum FoldKind
{
    /// <summary>Their sum.</summary>
    Sum,
    /// <summary>The largest; NaN if one is.</summary>
    Max,
    /// <summary>The smallest; NaN if one is.</summary>
    Min,
}

/// <summary>An op of one input that folds the elements along some axes, which are dropped. Implement it beside <see cref="Op"/>, and compiled functions end fused loops with the fold; <see cref="Op.Evaluate"/> must compute the same.</summary>
public interface IFolding
{
    /// <summary>How it folds.</summary>
    FoldKind Kind { get; }

    /// <summary>The axes, as sorted numbers in 0 … rank − 1.</summary>
    Axes Axes { get; }

    /// <summary>The same over other axes.</summary>
    Op Over(Axes axes);
}
