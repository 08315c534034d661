namespace Autodiff.Functional.Properties.ControlFlow;

/// <summary>
/// A random program as the body of a loop: its first input is the carry, every second of the others a row of an input, the rest is closed over. It runs as a scan, and as a loop of the
/// host language that builds every step: each law says that the two are the same.
/// </summary>
internal sealed record Looped(Program Body, int Length, bool Reverse)
{
    public static Looped Of(Program body) => new(body, body.Count % 4, body.Steps.Length % 2 == 0);

    /// <summary>The last carry and the stacked outputs.</summary>
    public Expr[] Scan(Expr[] x)
    {
        var (carry, outputs) = Ad.Scan<Expr, Expr[], Expr>((c, rows) => Step(x, c, rows), x[0], [.. Rows(x), Expr.Zeros([Length])], Reverse);
        return [carry, outputs];
    }

    /// <summary>The same, step by step.</summary>
    public Expr[] Unroll(Expr[] x)
    {
        var carry = x[0];
        var outputs = new Expr[Length];
        Expr[] rows = [.. Rows(x)];
        for (int i = 0; i < Length; i++)
        {
            int row = Reverse ? Length - 1 - i : i;
            (carry, outputs[row]) = Step(x, carry, [.. rows.Select(input => input[row])]);
        }
        return [carry, Length == 0 ? Expr.Zeros(Body.Shape.Insert(0, 0)) : Expr.Stack(outputs)];
    }

    public static Expr Loss(Expr[] results) => results.Select(Program.Scalar).Aggregate((a, b) => a + 2 * b);

    private static bool IsRow(int input) => input % 2 == 1;

    private IEnumerable<Expr> Rows(Expr[] x) => x.Where((_, i) => IsRow(i)).Select(input =>
        input * Expr.Reshape(Expr.Linspace(1, 0.7, Length), Shape.Ones(input.Rank + 1).With(0, Length)));

    private (Expr, Expr) Step(Expr[] x, Expr carry, Expr[] rows)
    {
        int next = 0;
        var output = Body.Run([carry, .. x.Skip(1).Select((closedOver, i) => IsRow(i + 1) ? rows[next++] : closedOver)]);
        return (Body.Count % 2 == 0 && Body.Shape == carry.Shape ? output : 0.5 * carry + 0.5 * Expr.Sin(Expr.Sum(output)), output);
    }

    public override string ToString() => $"{Length} times{(Reverse ? ", backwards" : "")}:\n{Body}";
}
