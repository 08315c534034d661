namespace Fit;

/// <summary>What stands on one side of an equation, as it was written.</summary>
abstract record Term
{
    public sealed override string ToString() => Writing.Of(this);
}

/// <summary>A number, never negative: a minus sign is a <see cref="Negation"/>.</summary>
sealed record Literal(double Value) : Term;

/// <summary>A parameter, a column of the data, or a constant.</summary>
sealed record Name(string Text) : Term;

sealed record Negation(Term Operand) : Term;

sealed record Operation(Operator Operator, Term Left, Term Right) : Term;

/// <summary>A function of one or two arguments.</summary>
sealed record Call(string Function, Term First, Term? Second = null) : Term;

enum Operator { Add, Subtract, Multiply, Divide, Power }

/// <summary>An equation: what was observed, and what it should be.</summary>
sealed record Equation(Term Left, Term Right)
{
    public override string ToString() => $"{Left} = {Right}";
}

/// <summary>What a fold makes of each kind of term, from what it made of the parts.</summary>
interface IAlgebra<T>
{
    T Literal(double value);
    T Name(string text);
    T Negation(T operand);
    T Operation(Operator @operator, T left, T right);
    T Call(string function, T first, T? second);
}

static class Folding
{
    /// <summary>From the leaves to the whole. A chain a + b + c … leans to the left and is walked in a loop: the recursion is only as deep as brackets nest.</summary>
    public static T Fold<T>(this Term term, IAlgebra<T> algebra)
    {
        var chain = new Stack<Operation>();
        for (; term is Operation operation; term = operation.Left)
        {
            chain.Push(operation);
        }

        var folded = term switch
        {
            Literal literal => algebra.Literal(literal.Value),
            Name name => algebra.Name(name.Text),
            Negation negation => algebra.Negation(negation.Operand.Fold(algebra)),
            Call { Second: { } second } call => algebra.Call(call.Function, call.First.Fold(algebra), second.Fold(algebra)),
            Call call => algebra.Call(call.Function, call.First.Fold(algebra), default),
            _ => throw new ArgumentException($"a new kind of term: {term.GetType()}", nameof(term)),
        };
        return chain.Aggregate(folded, (left, operation) => algebra.Operation(operation.Operator, left, operation.Right.Fold(algebra)));
    }
}
