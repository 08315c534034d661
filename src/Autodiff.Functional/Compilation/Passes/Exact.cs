using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>The rules for passes if each value must have the same bits as op by op (<see cref="CompileOptions.Exact"/>).</summary>
internal static class Exact
{
    /// <summary>
    /// Does an op give the same bits for an element by itself as it does on a whole tensor? Functions of a Float64 scalar are computed alone anyway; of more, in lanes, whose
    /// functions round differently: then only what adds or selects is the same.
    /// </summary>
    public static bool IsSameAlone(Op op, TensorType type) =>
        op is Where or Guard or WhereVarying || type.DType == DType.Bool || (op is IScalarFunction function && (function.Slope is Slope.Constant or Slope.Selecting || type is { DType: DType.Float64, Shape.IsScalar: true }));

    /// <summary>Does it only move elements? What adds them up does so in an order of its own.</summary>
    public static bool Moves(ImmutableArray<ElementMap.Term>[] map) => Array.TrueForAll(map, terms => terms.Length == 0 || terms is [{ Right: < 0 }]);
}
