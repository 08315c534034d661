using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>A way to a graph's outputs at a point, and to the gradients of the first of them; null if it does not lead there. All ways lead to the same bits.</summary>
/// <param name="graph">The graph, whose first output is a scalar.</param>
/// <param name="at">The point.</param>
internal delegate (ImmutableArray<Expr> Outputs, ImmutableArray<Expr> Gradients)? GradientRoute(Graph graph, ImmutableArray<Expr> at);
