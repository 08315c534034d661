using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>
/// An einsum as other ops: repeated subscripts become diagonals, those that are needed no more are summed, and the operands are multiplied two at a time,
/// as matrix products where something is summed.
/// </summary>
internal static class Einsum
{
    public static OpInfo Info => new("Einsum", "Σ over the subscripts that the output lacks", random =>
    {
        string[] all =
        [
            "ij,jk->ik", "ij,jk", "ii", "ii->i", "ij->ji", "ij->", "bij,bjk->bik", "i,j", "ij,ij->i", "ij,ij", "ij,kj,k->i", "ab,bc,cd,de->ae", "aab,bc->ca",
            "...i,...i", "...ij,jk->...ik", "i...,i...->...", "i,i,i", "ij,jk,ki", "ab,ab,ab->b", "ijk,jil->kl", "a,b,c->cab", "aij,aik->ajk",
        ];
        string subscripts = all[random.Next(all.Length)];
        var lengths = Enumerable.Range(0, 128).Select(_ => random.NextDimension()).ToArray();
        var batch = random.NextShape(maxRank: 2);
        var inputs = subscripts.Split("->")[0].Split(',').Select(term => random.NextTensor(Shape.Of([.. term.Replace("...", ".", StringComparison.Ordinal).SelectMany(c => c == '.' ? batch : (IEnumerable<int>)[lengths[c]])])));
        return new([.. inputs], x => Expr.Einsum(subscripts, x.AsSpan()), $"Expr.Einsum(\"{subscripts}\", x0, …)");
    })
    {
        Signature = "Einsum(subscripts, x, y …)",
        Derivative = "Σ over the operands, each replaced by its d; back, an einsum of d with the others",
        Edges = "Axes of length 1 stretch; the sum over nothing is 0.",
        Cost = "the least over all orders of products for up to 6 operands, above found greedily",
        Source = "NumPy, einsum; Smith and Gray 2018, opt_einsum",
    };

    /// <summary>A tensor whose axes have labels.</summary>
    private readonly record struct Term(Expr Node, ImmutableArray<int> Labels)
    {
        public Term Sum(Func<int, bool> isNeeded)
        {
            var (node, labels) = this;
            int[] gone = [.. Enumerable.Range(0, labels.Length).Where(axis => !isNeeded(labels[axis]))];
            return gone.Length == 0 ? this : new(Expr.Sum(node, gone), [.. labels.Where(isNeeded)]);
        }

        /// <summary>The axes in the order of labels, of which some may be missing: they get length 1.</summary>
        public Expr Aligned(IEnumerable<int> order)
        {
            var (node, labels) = this;
            int[] all = [.. order];
            var moved = Expr.Transpose(node, [.. all.Where(label => labels.Contains(label)).Select(label => labels.IndexOf(label))]);
            return Expr.Reshape(moved, Shape.Of([.. all.Select(label => labels.IndexOf(label) is var axis and >= 0 ? node.Shape[axis] : 1)]));
        }
    }

    public static Expr Of(string subscripts, ImmutableArray<Expr> operands)
    {
        var read = Subscripts.Read(subscripts, [.. operands.Select(operand => operand.Shape)]);
        List<Term> terms = [.. operands.Select((operand, i) => Prepared(new(operand, read.Operands[i]), read.Lengths))];
        for (int i = 0; i < terms.Count; i++)
            terms[i] = terms[i].Sum(Needed(terms, read.Output, i));
        foreach (var (left, right) in ContractionPath.Of([.. terms.Select(term => term.Labels)], read.Output, read.Lengths))
        {
            terms.Add(Product(terms[left], terms[right], Needed(terms, read.Output, left, right)));
            terms[left] = terms[right] = default;
        }
        return terms[^1].Aligned(read.Output);
    }

    /// <summary>Is a label in the output, or in a term besides these?</summary>
    private static Func<int, bool> Needed(List<Term> terms, ImmutableArray<int> output, params int[] besides)
    {
        HashSet<int> needed = [.. output, .. terms.Where((term, i) => term.Node is not null && !besides.Contains(i)).SelectMany(term => term.Labels)];
        return needed.Contains;
    }

    /// <summary>Each label once, and no axis of length 1 that stands for more.</summary>
    private static Term Prepared(Term term, ImmutableDictionary<int, int> lengths)
    {
        var (node, labels) = term;
        for (int axis = 0; axis < labels.Length; axis++)
            if (labels.LastIndexOf(labels[axis]) is var second && second != axis)
            {
                node = Expr.Diagonal(node, 0, axis, second);
                labels = labels.RemoveAt(second).RemoveAt(axis).Add(labels[axis]);
                axis = -1;
            }
        int[] stretched = [.. Enumerable.Range(0, labels.Length).Where(axis => node.Shape[axis] == 1 && lengths[labels[axis]] != 1)];
        return new(Expr.Squeeze(node, Axes.Of(stretched)), [.. labels.Where((_, axis) => !stretched.Contains(axis))]);
    }

    private static Term Product(Term left, Term right, Func<int, bool> isNeeded)
    {
        int[] shared = [.. left.Labels.Where(label => right.Labels.Contains(label))];
        int[] batch = [.. shared.Where(isNeeded)], rows = [.. left.Labels.Except(shared)], columns = [.. right.Labels.Except(shared)];
        // Summed in the order of the larger operand, so that it is the one that need not be copied.
        int[] summed = [.. (left.Node.Shape.Size >= right.Node.Shape.Size ? left : right).Labels.Where(label => shared.Contains(label) && !isNeeded(label))];
        ImmutableArray<int> labels = [.. batch, .. rows, .. columns];
        // Nothing is summed, or one number for each element of a batch: a product element by element.
        if (summed.Length == 0 || (rows.Length == 0 && columns.Length == 0 && batch.Length > 0))
            return new Term(left.Aligned([.. labels, .. summed]) * right.Aligned([.. labels, .. summed]), [.. labels, .. summed]).Sum(isNeeded);

        Expr x = left.Aligned([.. batch, .. rows, .. summed]), y = right.Aligned([.. batch, .. summed, .. columns]);
        Shape ofBatch = x.Shape.Slice(0, batch.Length), ofRows = x.Shape.Slice(batch.Length, rows.Length), ofColumns = y.Shape.Slice(batch.Length + summed.Length, columns.Length);
        int inner = x.Shape.Slice(batch.Length + rows.Length, summed.Length).Size;
        var product = Expr.MatMul(
            Expr.Reshape(x, Shape.Of(ofRows.Size, inner).After(Joined(ofBatch))),
            Expr.Reshape(y, Shape.Of(inner, ofColumns.Size).After(Joined(ofBatch))));
        return new(Expr.Reshape(product, ofColumns.After(ofRows).After(ofBatch)), labels);

        static Shape Joined(Shape batch) => batch.Rank == 0 ? batch : Shape.Of(batch.Size);
    }
}

public sealed partial class Expr
{
    /// <summary>
    /// The sum of products that subscripts describe, as in NumPy: a letter for each axis of each operand, <c>...</c> for axes that broadcast, and after
    /// <c>-></c> the axes of the result; the other subscripts are summed over. Without <c>-></c> the result has those that come once, in their alphabet's order. A letter that
    /// comes twice in an operand takes the diagonal. The operands are multiplied in the order that costs least.
    /// </summary>
    /// <exception cref="SubscriptException">The subscripts can't be read, or do not fit the operands.</exception>
    /// <exception cref="ShapeException">A subscript stands for two lengths.</exception>
    /// <exception cref="DTypeException">The dtypes differ, or one is Bool.</exception>
    /// <example><code>
    /// var attention = Expr.Einsum("bqhd, bkhd -> bhqk", queries, keys);
    /// </code></example>
    public static Expr Einsum(string subscripts, params ReadOnlySpan<Expr> operands)
    {
        ArgumentNullException.ThrowIfNull(subscripts);
        if (operands.IsEmpty)
            throw new SubscriptException("Einsum", "at least one operand", "none");
        var all = Alike("Einsum", operands.ToArray());
        return Functional.Einsum.Of(subscripts, [.. all.Select(operand =>
            operand.DType == all[0].DType ? Promotion.Number("Einsum", operand, Domain.Numeric) : throw Promotion.Differ("Einsum", all[0], operand))]);
    }

    /// <inheritdoc cref="Einsum(string, ReadOnlySpan{Expr})"/>
    public static Expr Einsum(string subscripts, params Expr[] operands) => Einsum(subscripts, (ReadOnlySpan<Expr>)operands);   // F# knows no span of parameters
}
