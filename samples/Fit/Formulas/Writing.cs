using System.Globalization;

namespace Fit;

/// <summary>A term as text, with the brackets that it needs and no others: reading it again gives the same term.</summary>
sealed class Writing : IAlgebra<(string Text, int Strength)>
{
    // What binds how strongly. A minus sign is weaker than a power and stronger than a product.
    const int Sum = 1, Product = 2, Sign = 3, Power = 4, Atom = 5;

    public static string Of(Term term) => term.Fold(new Writing()).Text;

    public (string Text, int Strength) Literal(double value) => (value.ToString("R", CultureInfo.InvariantCulture), Atom);

    public (string Text, int Strength) Name(string text) => (text, Atom);

    public (string Text, int Strength) Negation((string Text, int Strength) operand) => ($"-{Within(operand, Sign)}", Sign);

    public (string Text, int Strength) Operation(Operator @operator, (string Text, int Strength) left, (string Text, int Strength) right) => @operator switch
    {
        Operator.Add => ($"{Within(left, Sum)} + {Within(right, Product)}", Sum),
        Operator.Subtract => ($"{Within(left, Sum)} - {Within(right, Product)}", Sum),
        Operator.Multiply => ($"{Within(left, Product)} * {Within(right, Sign)}", Product),
        Operator.Divide => ($"{Within(left, Product)} / {Within(right, Sign)}", Product),
        Operator.Power => ($"{Within(left, Atom)}^{Within(right, Sign)}", Power),
        _ => throw new ArgumentOutOfRangeException(nameof(@operator), @operator, null),
    };

    public (string Text, int Strength) Call(string function, (string Text, int Strength) first, (string Text, int Strength) second) =>
        (second.Text is null ? $"{function}({first.Text})" : $"{function}({first.Text}, {second.Text})", Atom);

    static string Within((string Text, int Strength) part, int least) => part.Strength < least ? $"({part.Text})" : part.Text;
}
