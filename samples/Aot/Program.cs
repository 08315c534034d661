// A line through points, fitted by a program without a runtime that could make code: published with PublishAot, it starts in milliseconds.
// The record of parameters is registered by one call; nothing is found by reflection, and no trimming warning is left.

using System.Globalization;
using Autodiff.Functional;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var line = Structure.Register<Line>(m => [m.Slope, m.Offset], (m, leaves) => m with { Slope = leaves[0], Offset = leaves[1] });

Expr x = Tensor.Of([0.0, 1, 2, 3, 4]), y = Tensor.Of([1.1, 2.9, 5.2, 7.1, 8.8]);
Expr Loss(Line m) => Expr.Mean(Expr.Square(m.Slope * x + m.Offset - y));

var fitted = Enumerable.Range(0, 500).Aggregate(new Line(Expr.Scalar(0.0), Expr.Scalar(0.0), "a line"), (model, _) =>
    line.Zip(model, Ad.Grad(Loss, model, line), (p, g) => p - 0.1 * g));

Console.WriteLine($"{fitted.Name}: y = {(double)fitted.Slope:F4} x + {(double)fitted.Offset:F4}, mean square {(double)Loss(fitted):F5}");

// The gradient of each point, in one pass; the Hessian; a path of steepest descent as one node.
var pair = Structure.Tuple(Structure.Node, Structure.Node);
var perPoint = Ad.Vmap(p => Ad.Grad(m => Expr.Square(m.Slope * p.Item1 + m.Offset - p.Item2), new Line(2.0, 1.0, "a guess"), line), (x, y), pair, line);
var hessian = Ad.Hessian(Loss, fitted, line);
var (_, losses) = Ad.Scan(m => (line.Zip(m, Ad.Grad(Loss, m, line), (p, g) => p - 0.1 * g), Loss(m)), new Line(0.0, 0.0, "a path"), 3, line, Structure.Node);
Console.WriteLine($"by point {perPoint.Offset}, mixed second derivative {hessian[m => m.Slope].Offset}, losses {losses}");

// Compiled, loops run tile by tile where no code can be generated.
var compiled = Ad.Compile(m => Ad.Grad(Loss, m, line), line, line).Run(new Line(2.0, 1.0, "compiled"));
var uncompiled = Ad.Grad(Loss, new Line(2.0, 1.0, "uncompiled"), line);
Console.WriteLine($"{compiled.Name} {(double)compiled.Slope:F6}, {uncompiled.Name} {(double)uncompiled.Slope:F6}");

// Tuples and arrays of structures are put together from their parts.
var both = Structure.Tuple(line, Structure.Array(Structure.Node));
var (gradient, rest) = Ad.Grad(p => Loss(p.Item1) * p.Item2[0], (fitted, new Expr[] { 2.0 }), both);
Console.WriteLine($"{string.Join(", ", both.Leaves((gradient, rest), "gradient").Select(leaf => $"{leaf.Path} = {(double)leaf.Node:F5}"))}");
Console.WriteLine(System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported ? "with a just-in-time compiler" : "without a just-in-time compiler");

internal sealed record Line(Expr Slope, Expr Offset, string Name);
