using System.Text.Json.Serialization;
using Autodiff.Functional.Json;

namespace Autodiff.Functional;

/// <summary>One index from several, for axes that are flattened into one; each is checked against its own axis. No derivative.</summary>
internal sealed record FlatIndex(Shape Of) : Op
{
    public override string Attributes => $"{Of}";

    public override TensorType Infer(Inputs inputs)
    {
        foreach (var index in inputs)
        {
            if (!index.DType.IsInteger())
                throw new DTypeException("At", "indices of dtype Int32 or Int64", $"{index.DType}", "Cast them; select by a mask with Where.");
            if (index.Shape != inputs[0].Shape)
                throw new ShapeException("At", "indices of one shape", $"{inputs[0].Shape} and {index.Shape}", "Broadcast them first.");
        }
        return new(DType.Int64, inputs[0].Shape);
    }

    internal override bool MayThrow(Inputs inputs) => true;

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs)
    {
        var result = Tensor.New<long>(ElementType.Int64, inputs[0].Shape, out var flat);
        flat.Clear();
        for (int axis = 0; axis < Of.Rank; axis++)
        {
            int length = Of[axis];
            var indices = new Cast(DType.Int64).Evaluate(inputs.Slice(axis, 1)).Elements<long>();
            for (int i = 0; i < flat.Length; i++)
            {
                long index = indices[i] < 0 ? indices[i] + length : indices[i];
                if (index < 0 || index >= length)
                    throw new IndexException("At", $"indices in {-length} … {length - 1} at axis {axis}", $"{indices[i]}");
                flat[i] = flat[i] * length + index;
            }
        }
        return result;
    }

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => null;
    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => default;

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size)
    {
        var indices = new Expr[inputs.Count];
        for (int i = 0; i < indices.Length; i++)
            indices[i] = batched[i] ? inputs[i] : Batching.Repeat(inputs[i], size);
        return Expr.Apply(this, indices);
    }
}

/// <summary>
/// Places of a tensor, named by computed indices of its leading axes: what <c>x.At(i, j)</c> gives. Reading and updating are pure functions: an update
/// gives another tensor. As JAX's <c>x.at[i, j]</c>, but an index outside its axis is an error.
/// </summary>
/// <example><code>
/// var counts = Expr.Zeros(Shape.Of(10)).At(labels).Add(1);
/// </code></example>
[JsonConverter(typeof(NoJsonConverter))]
public sealed class Indexed
{
    private readonly Expr _x, _flat;
    private readonly int _axes;

    internal Indexed(Expr x, ReadOnlySpan<Expr> indices)
    {
        if (indices.IsEmpty || indices.Length > x.Rank)
            throw new AxisException("At", $"1 … {x.Rank} indices for the shape {x.Shape}", $"{indices.Length}");
        var all = new Expr[indices.Length];
        Shape shape = default;
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = Expr.Indices(indices[i]);
            shape = Shape.Broadcast(shape, all[i].Shape, "At");
        }
        (_x, _axes) = (x, indices.Length);
        _flat = Expr.Apply(new FlatIndex(x.Shape.Slice(0, _axes)), Array.ConvertAll(all, index => Expr.BroadcastTo(index, shape)));
    }

    internal static IEnumerable<OpInfo> Entries =>
    [
        Entry("At.Get", "the elements or sub-tensors at indices", (at, _) => at.Get(), "d at the indices; back, d added there", "An index that comes twice gives twice"),
        Entry("At.Set", "x with v at indices", (at, v) => at.Set(v), "dx with dv at the indices; back, d with 0 there, and d there", "Of an index that comes twice the last counts, and has the derivative"),
        Entry("At.Add", "x with v added at indices", (at, v) => at.Add(v), "dx with dv added at the indices; back, d, and d there", "An index that comes twice adds twice"),
        Entry("At.Multiply", "x multiplied by v at indices", (at, v) => at.Multiply(v), "Σ (Π of the others)·d", "An index that comes twice multiplies twice; derivatives of any order are right at 0") with { Cost = "O(n + k·log k)" },
        Entry("At.Max", "the larger of x and v at indices", (at, v) => at.Max(v), "d to the largest", "An index that comes twice counts twice; ties share, in pairs; NaN if one is") with { Cost = "O(n + k·log k)" },
        Entry("At.Min", "the smaller of x and v at indices", (at, v) => at.Min(v), "d to the smallest", "An index that comes twice counts twice; ties share, in pairs; NaN if one is") with { Cost = "O(n + k·log k)" },
    ];

    private static OpInfo Entry(string name, string formula, Func<Indexed, Expr, Expr> op, string derivative, string edges) => new(name, formula, random =>
    {
        var shape = random.NextShape(minRank: 1, minDimension: 1);
        int axes = random.Next(1, shape.Rank + 1);
        var of = random.NextShape(maxRank: 2);
        var indices = Enumerable.Range(0, axes).Select(axis => random.NextIndices(random.NextPartOf(of), shape[axis])).ToArray();
        var all = indices.Aggregate(Shape.Scalar, (all, index) => Shape.Broadcast(all, index.Shape));
        var values = random.NextPartOf([.. all, .. shape.Slice(axes, shape.Rank - axes)]);
        string arguments = string.Join(", ", indices.Select((_, i) => $"x{i + 2}"));
        return new([random.NextTensor(shape), random.NextTensor(values), .. indices], x => op(x[0].At(x.AsSpan()[2..]), x[1]), $"x0.At({arguments}).{name[3..]}({(name == "At.Get" ? "" : "x1")})");
    })
    {
        Signature = $"x.At(i, j …).{name[3..]}({(name == "At.Get" ? "" : "v")})",
        Derivative = derivative,
        Edges = $"{edges}. Negative indices count from the end; outside is an error.",
        Cost = "O(n + k), for k places",
        Source = "JAX, jax.numpy.ndarray.at",
    };

    /// <summary>The elements or sub-tensors there: the shape of the indices, then the axes that they do not name.</summary>
    public Expr Get() => Expr.Take(Rows, _flat);

    /// <summary>The tensor with a value there; it broadcasts. Of an index that comes twice the last counts, and only it has a gradient.</summary>
    /// <exception cref="ShapeException">The value does not broadcast to the places.</exception>
    public Expr Set(Expr value) => Whole(Expr.Apply(new ScatterSet(), Operands("At.Set", value)));

    /// <summary>The tensor with a value added there; it broadcasts. An index that comes twice adds twice.</summary>
    /// <exception cref="ShapeException">The value does not broadcast to the places.</exception>
    public Expr Add(Expr value) => Whole(Expr.Apply(new ScatterAdd(0), Operands("At.Add", value)));

    /// <summary>The tensor multiplied by a value there; it broadcasts. An index that comes twice multiplies twice.</summary>
    /// <exception cref="ShapeException">The value does not broadcast to the places.</exception>
    public Expr Multiply(Expr value) => Folded("At.Multiply", value, (x, y) => x * y);

    /// <summary>The tensor with the larger of its elements and a value there; it broadcasts.</summary>
    /// <exception cref="ShapeException">The value does not broadcast to the places.</exception>
    public Expr Max(Expr value) => Folded("At.Max", value, Expr.Maximum);

    /// <summary>The tensor with the smaller of its elements and a value there; it broadcasts.</summary>
    /// <exception cref="ShapeException">The value does not broadcast to the places.</exception>
    public Expr Min(Expr value) => Folded("At.Min", value, Expr.Minimum);

    /// <summary>The tensor with the indexed axes as one.</summary>
    private Expr Rows => Expr.Reshape(_x, Rest.Insert(0, _x.Shape.Slice(0, _axes).Size));

    private Shape Rest => _x.Shape.Slice(_axes, _x.Rank - _axes);

    private Expr Whole(Expr rows) => Expr.Reshape(rows, _x.Shape);

    /// <summary>Target, indices and values, which have the shape of the places and the target's dtype.</summary>
    private Expr[] Operands(string op, Expr value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var rows = Rows;
        if (rows.DType != DType.Bool || value.DType != DType.Bool)
            (rows, value) = Promotion.Numbers(op, rows, value, Domain.Numeric);
        var shape = Rest.After(_flat.Shape);
        return value.Shape.BroadcastsTo(shape)
            ? [rows, _flat, Expr.BroadcastTo(value, shape)]
            : throw new ShapeException(op, $"a value that broadcasts to {shape}: the indices' shape, then the axes that they do not name", $"{value.Shape}");
    }

    /// <summary>
    /// The tensor folded with the values at their places. In the order of places, values of one place are neighbours: they are folded by doubling
    /// (Hillis and Steele 1986, "Data parallel algorithms"), and what stands at the last of them is set.
    /// </summary>
    private Expr Folded(string op, Expr value, Func<Expr, Expr, Expr> fold)
    {
        var operands = Operands(op, value);
        var (rows, rest) = (operands[0], Rest);
        var order = Expr.ArgSort(Expr.Ravel(_flat));
        var places = Expr.Take(Expr.Ravel(_flat), order);
        int count = places.Shape[0];
        var values = Expr.Take(Expr.Reshape(operands[2], rest.Insert(0, count)), order);
        for (int distance = 1; distance < count; distance *= 2)
        {
            var same = Expr.Reshape(Expr.Equal(places[distance..], places[..^distance]), Shape.Ones(rest.Rank).Insert(0, count - distance));
            values = Expr.Concatenate([values[..distance], Expr.Where(same, fold(values[..^distance], values[distance..]), values[distance..])]);
        }
        return Whole(Expr.Apply(new ScatterSet(), rows, places, fold(Expr.Take(rows, places), values)));
    }
}

public sealed partial class Expr
{
    /// <summary>
    /// The places that computed indices of the leading axes name, to be read or updated: <c>x.At(i).Get()</c>, <c>x.At(i, j).Set(v)</c>, <c>.Add(v)</c>.
    /// The indices broadcast. Negative ones count from the end; one outside its axis is an error, here and when it runs.
    /// </summary>
    /// <exception cref="AxisException">There is no index, or there are more than axes.</exception>
    /// <exception cref="DTypeException">The indices are not integers.</exception>
    /// <exception cref="IndexException">An index is outside its axis.</exception>
    public Indexed At(params ReadOnlySpan<Expr> indices) => new(this, indices);

    /// <inheritdoc cref="At(ReadOnlySpan{Expr})"/>
    public Indexed At(params Expr[] indices) => new(this, indices);   // F# knows no span of parameters
}
