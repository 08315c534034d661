namespace Autodiff.Functional.Benchmarks.Models;

/// <summary>W3: sum(exp(−x²)·sin x + log(1 + x²)).</summary>
public static class Elementwise
{
    public static Model<Expr> Of(int size)
    {
        var x = Expr.Linspace(-3, 3, size);
        return new("W3", Function, x, () => Data.Elements(x).Sum(v => Math.Exp(-v * v) * Math.Sin(v) + Math.Log(1 + v * v)));
    }

    public static Expr Function(Expr x) => Expr.Sum(Expr.Exp(-Expr.Square(x)) * Expr.Sin(x) + Expr.Log(1 + Expr.Square(x)));
}
