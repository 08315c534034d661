using System.Text.Json.Serialization;
using Autodiff.Functional.Json;

namespace Autodiff.Functional;

/// <summary>
/// What the catalogue says about an op: for a reader, and for the laws that are tested on it. Give it as a static property in the op's own file.
/// </summary>
/// <param name="Name">The name of the method that a user calls.</param>
/// <param name="Formula">What it computes, in a line.</param>
/// <param name="Draw">
/// A random call at random inputs: in the op's domain, at shapes of all kinds, and (for the laws of derivatives, which are about smooth points) off its
/// kinks and poles with probability one.
/// </param>
/// <example><code>
/// public static OpInfo Info => OpInfo.Unary("Log", Expr.Log, "ln x", "d / x", new(0.1, 5));
/// </code></example>
[JsonConverter(typeof(NoJsonConverter))]
public sealed record OpInfo(string Name, string Formula, Func<Random, OpCase> Draw)
{
    /// <summary>The call, with its parameters.</summary>
    public string Signature { get; init; } = $"{Name}(x)";

    /// <summary>The differential, where d is the tangent or cotangent and y the value; empty if there is none.</summary>
    public string Derivative { get; init; } = "";

    /// <summary>What holds at edges: kinks, poles, ties, NaN, empty inputs.</summary>
    public string Edges { get; init; } = "";

    /// <summary>The number of operations, where n is the number of elements.</summary>
    public string Cost { get; init; } = "O(n)";

    /// <summary>The paper or the standard that it follows.</summary>
    public string Source { get; init; } = "";

    /// <summary>Is its derivative by intent not that of its value, as for <see cref="Expr.StopGradient"/>?</summary>
    public bool Detached { get; init; }

    /// <summary>
    /// Can it be evaluated over any number of .NET's generic math, so that dual numbers are a witness of its derivative? Not if it is a
    /// <see cref="ISpecial"/> function, or has a kernel for single dtypes.
    /// </summary>
    public bool HasWitness { get; init; } = true;

    /// <summary>An elementwise op of one argument, drawn on an interval.</summary>
    public static OpInfo Unary(string name, Func<Expr, Expr> op, string formula, string derivative, Interval? on = null) =>
        new(name, formula, random => OpCase.Of(random.NextTensor(random.NextShape(), on), op, $"Expr.{name}(x0)")) { Derivative = derivative };

    /// <summary>An elementwise op of two arguments that broadcast, each drawn on an interval.</summary>
    public static OpInfo Binary(string name, Func<Expr, Expr, Expr> op, string formula, string derivative, Interval? left = null, Interval? right = null) =>
        new(name, formula, random =>
        {
            var (x, y) = random.NextShapesThatBroadcast();
            return OpCase.Of(random.NextTensor(x, left), random.NextTensor(y, right), op, $"Expr.{name}(x0, x1)");
        })
        {
            Signature = $"{name}(x, y)",
            Derivative = derivative,
        };

    /// <summary>An elementwise op of three arguments that broadcast, each drawn on an interval.</summary>
    public static OpInfo Ternary(string name, Func<Expr, Expr, Expr, Expr> op, string formula, string derivative, Interval? first = null, Interval? second = null, Interval? third = null) =>
        new(name, formula, random =>
        {
            var (x, y) = random.NextShapesThatBroadcast();
            var z = random.NextPartOf(Shape.Broadcast(x, y));
            return new([random.NextTensor(x, first), random.NextTensor(y, second), random.NextTensor(z, third)], inputs => op(inputs[0], inputs[1], inputs[2]), $"Expr.{name}(x0, x1, x2)");
        })
        {
            Signature = $"{name}(x, y, z)",
            Derivative = derivative,
        };

    /// <summary>A reduction over any axes.</summary>
    /// <param name="name">The method.</param>
    /// <param name="op">The op at axes, which keeps them as axes of length 1 or drops them.</param>
    /// <param name="formula">What it computes.</param>
    /// <param name="derivative">The differential.</param>
    /// <param name="ofNothing">Has it a value over no elements?</param>
    /// <param name="on">Where it is drawn.</param>
    public static OpInfo Reduction(string name, Func<Expr, Axes, bool, Expr> op, string formula, string derivative, bool ofNothing = true, Interval? on = null) =>
        new(name, formula, random =>
        {
            var shape = random.NextShape(minDimension: ofNothing ? 0 : 1);
            var axes = random.NextAxes(shape.Rank);
            bool keepDims = random.NextBool();
            return OpCase.Of(random.NextTensor(shape, on), x => op(x, axes, keepDims),
                $"Expr.{name}(x0, {(axes.IsAll ? "Axes.All" : axes)}, keepDims: {(keepDims ? "true" : "false")})");
        })
        {
            Signature = $"{name}(x, axes = all, keepDims = false)",
            Derivative = derivative,
        };
}
