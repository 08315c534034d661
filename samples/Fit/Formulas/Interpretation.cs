using Autodiff.Functional;

namespace Fit;

/// <summary>What a term means over some kind of number: over <c>double</c> it computes, over <see cref="Expr"/> it makes the graph that is differentiated.</summary>
sealed class Interpretation<T>(Func<string, T> names) : IAlgebra<T> where T : IElementary<T>
{
    public T Literal(double value) => T.Literal(value);

    public T Name(string text) => names(text);

    public T Negation(T operand) => -operand;

    public T Operation(Operator @operator, T left, T right) => @operator switch
    {
        Operator.Add => left + right,
        Operator.Subtract => left - right,
        Operator.Multiply => left * right,
        Operator.Divide => left / right,
        Operator.Power => T.Pow(left, right),
        _ => throw new ArgumentOutOfRangeException(nameof(@operator), @operator, null),
    };

    public T Call(string function, T first, T? second) => Functions.Apply(function, first, second);
}
