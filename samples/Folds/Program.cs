// How much more than the function does its gradient cost, or its Hessian times a vector? Counted, not timed: Cost.cs is a fold over the Kahn order in ten lines,
// written outside the library, as every transform inside it is.

using System.Globalization;
using Autodiff.Functional;
using Folds;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var keys = RandomKey.FromSeed(3).Split(4);
Expr features = keys[0].Normal(Shape.Of(200, 10)), labels = Expr.Where(keys[1].Normal(Shape.Of(200)) > 0.0, 1.0, -1.0);
Expr first = keys[2].Normal(Shape.Of(10, 16)), second = keys[3].Normal(Shape.Of(16));

(string Name, Func<Expr, Expr> F, Shape Shape)[] functions =
[
    ("Rosenbrock, 50 variables", x => Expr.Sum(100 * Expr.Square(x[1..] - Expr.Square(x[..^1])) + Expr.Square(1 - x[..^1])), Shape.Of(50)),
    ("log Σ exp, 1000 variables", x => Expr.Log(Expr.Sum(Expr.Exp(x - Expr.Max(x)))), Shape.Of(1000)),
    ("logistic regression, 200 × 10", w => Expr.Mean(Expr.Softplus(-labels * Expr.MatMul(features, w))), Shape.Of(10)),
    ("a network 10-16-1 in its input", x => Expr.Dot(Expr.Tanh(Expr.MatMul(x, first)), second), Shape.Of(10)),
    ("tanh(sin(x)·x + x/2), 20 times", x => Enumerable.Range(0, 20).Aggregate(x, (z, _) => Expr.Tanh(Expr.Sin(z) * x + 0.5 * x)), Shape.Scalar),
];

Console.WriteLine("                                       operations        times those of the function");
Console.WriteLine("                                  of the function   value and gradient   Hessian · vector");
foreach (var (name, f, shape) in functions)
{
    var (x, v) = (Expr.Variable("x", shape), Expr.Variable("v", shape));
    var (value, gradient) = Ad.ValueAndGrad(f, x);
    double function = Cost.Of(f(x)).Operations;
    Console.WriteLine($"{name,-32} {function,16:N0} {Cost.Of(value, gradient).Operations / function,20:F1} {Cost.Of(Ad.HessianVectorProduct(f, x, v)).Operations / function,18:F1}");
}

Console.WriteLine("\nThe network's gradient at each of a batch of inputs, by Vmap: as many nodes whatever the size of the batch.");
foreach (int size in (int[])[4, 64, 1024])
{
    var cost = Cost.Of(Ad.Vmap(Ad.Grad(functions[3].F), Expr.Variable("x", Shape.Of(size, 10))));
    Console.WriteLine($"  {size,4} inputs: {cost.Operations,9:N0} operations in {cost.Nodes} nodes, {cost.Depth} deep");
}
