namespace Autodiff.Functional;

/// <summary>An op of one input, or the function of one (implement it beside <see cref="Op"/> or <see cref="IUnary"/>), that may know simpler ops that compute the same: equal up to rounding, with the same NaN, infinities and edges.</summary>
public interface ILowered
{
    /// <summary>The value by simpler ops, where there are elements; null if there are none.</summary>
    Func<Expr, Expr>? Lowered { get; }
}

/// <summary>An op of a value and a part, or the function of one: what lowering left of another op beside a part that functions of the value share.</summary>
internal interface IRest
{
    /// <summary>The op of the value that rest and part are together; null if it is no such op.</summary>
    Op? Whole { get; }
}
