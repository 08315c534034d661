using System.Globalization;
using System.Text.Json.Serialization;
using Autodiff.Functional.Json;

namespace Autodiff.Functional;

/// <summary>A node in a Kahn order: it knows its position and those of its inputs, so that the step of a fold looks nothing up.</summary>
[JsonConverter(typeof(NoJsonConverter))]
public readonly struct Visit
{
    private readonly KahnOrder _order;

    internal Visit(KahnOrder order, int position) => (_order, Position) = (order, position);

    /// <summary>The place in the order; inputs have smaller ones.</summary>
    public int Position { get; }

    /// <summary>The node.</summary>
    public Expr Node => _order.Node(Position);

    /// <summary>What the node computes.</summary>
    public Op Op => Traced.Op;

    /// <summary>The node's inputs.</summary>
    public Inputs Inputs => _order.InputsOf(Position);

    /// <summary>The node as it was traced: <see cref="Node"/> may be what became of it at other arguments, a constant perhaps.</summary>
    internal Expr Traced => _order.Traced(Position);

    /// <summary>The inputs' positions, −1 for an input that is outside the order.</summary>
    public ReadOnlySpan<int> InputPositions => _order.InputPositions(Position);

    /// <summary>Which inputs are in the order.</summary>
    public Wanted Wanted => new(InputPositions);

    /// <summary>The position, the op and the inputs' positions, for instance <c>3: Multiply(1, 2)</c>; · for an input outside the order.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Position}: {Op}{(Inputs.Count == 0 ? "" : $"({string.Join(", ", InputPositions.ToArray().Select(position => position < 0 ? "·" : position.ToString(CultureInfo.InvariantCulture)))})")}");
}

