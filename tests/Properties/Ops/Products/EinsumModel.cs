using System.Collections.Immutable;
using System.Text;
using Xunit;
using static Autodiff.Functional.Properties.Ops.Loops;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>Einsum against a loop over all its subscripts, its order of products against all orders; the other products against loops.</summary>
public sealed class EinsumModel
{
    [Fact]
    public void Einsum_is_a_loop_over_its_subscripts() => Cases(600, random =>
    {
        string letters = "abcdXY";
        var lengths = letters.ToDictionary(letter => letter, _ => random.NextDimension());
        var batch = random.NextShape(maxRank: 2);
        bool hasEllipsis = random.Next(3) == 0;
        var terms = Enumerable.Range(0, random.Next(1, 6)).Select(_ => (Letters: Letters(random.Next(4)), Under: hasEllipsis && random.NextBool() ? random.NextPartOf(batch) : (Shape?)null, At: random.Next(4))).ToArray();
        var inputs = terms.Select(term =>
        {
            var at = Math.Min(term.At, term.Letters.Length);
            // An axis of length 1 stretches, unless it is in a diagonal.
            int[] dimensions = [.. term.Letters.Select(letter => term.Letters.Count(other => other == letter) == 1 && random.Next(8) == 0 ? 1 : lengths[letter])];
            return random.NextTensor([.. dimensions[..at], .. term.Under ?? [], .. dimensions[at..]]);
        }).ToArray();
        // Lengths are those that some operand has.
        foreach (char letter in letters)
            lengths[letter] = terms.Zip(inputs).SelectMany(pair => pair.First.Letters.Select((other, i) => (other, Length: pair.Second.Shape[i < Math.Min(pair.First.At, pair.First.Letters.Length) ? i : i + (pair.First.Under?.Rank ?? 0)])))
                .Where(item => item.other == letter).Select(item => item.Length).Aggregate(1, (known, length) => known == 1 ? length : known);
        batch = terms.Where(term => term.Under is not null).Aggregate(Shape.Scalar, (shape, term) => Shape.Broadcast(shape, term.Under!.Value));

        string used = new([.. terms.SelectMany(term => term.Letters).Distinct()]);
        bool isExplicit = random.NextBool();
        string output = new(isExplicit
            ? [.. used.Where(_ => random.NextBool()).OrderBy(_ => random.Next())]
            : [.. used.Where(letter => terms.Sum(term => term.Letters.Count(other => other == letter)) == 1).Order()]);
        int outputAt = isExplicit ? random.Next(output.Length + 1) : 0;
        string text = string.Join(",", terms.Select(term => Spaced(term.Letters, term.Under is null ? -1 : term.At)))
            + (isExplicit ? "->" + Spaced(output, batch.Rank > 0 || (hasEllipsis && random.NextBool()) ? outputAt : -1) : random.NextBool() ? " " : "");

        Shape shape = [.. output[..outputAt].Select(letter => lengths[letter]), .. batch, .. output[outputAt..].Select(letter => lengths[letter])];
        var expected = Written(shape, (elements, flat) =>
        {
            foreach (int[] values in Indices([.. batch, .. used.Select(letter => lengths[letter])]))
            {
                int Value(char letter) => values[batch.Rank + used.IndexOf(letter, StringComparison.Ordinal)];
                double product = 1;
                for (int i = 0; i < terms.Length; i++)
                {
                    var (own, under, at) = terms[i];
                    at = Math.Min(at, own.Length);
                    int[] index = [.. own[..at].Select(Value), .. under is null ? [] : values[(batch.Rank - under.Value.Rank)..batch.Rank], .. own[at..].Select(Value)];
                    product *= Get(inputs[i], [.. index.Select((k, axis) => inputs[i].Shape[axis] == 1 ? 0 : k)]);
                }
                elements[flat([.. output[..outputAt].Select(Value), .. values[..batch.Rank], .. output[outputAt..].Select(Value)])] += product;
            }
        });
        try
        {
            Same(expected, Expr.Einsum(text, [.. inputs.Select(input => (Expr)input)]));
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"\"{text}\" at {string.Join(", ", inputs.Select(input => input.Shape))}", exception);
        }

        string Letters(int count) => new([.. Enumerable.Range(0, count).Select(_ => letters[random.Next(letters.Length)])]);

        string Spaced(string of, int ellipsis)
        {
            var spaced = new StringBuilder();
            for (int i = 0; i <= of.Length; i++)
                spaced.Append(i == Math.Min(ellipsis, of.Length) && ellipsis >= 0 ? "..." : "").Append(random.Next(4) == 0 ? " " : "").Append(i < of.Length ? of[i] : "");
            return spaced.ToString();
        }
    });

    [Theory]
    [InlineData("ij,jk,kl->il", "2,30,30,2,2,30")]
    [InlineData("i,j,k->", "3,4,5")]
    [InlineData("ab,bc,cd,de,ea->", "2,9,9,3,3,8,8,2,2,2")]
    [InlineData("ijk,il,jm,kn->lmn", "4,5,6,4,2,5,3,6,2")]
    [InlineData("ab,bc,ca,ad,be->de", "3,4,4,5,5,3,3,9,4,2")]
    public void The_order_of_products_is_the_cheapest(string subscripts, string dimensions)
    {
        var all = new Queue<int>(dimensions.Split(',').Select(int.Parse));
        var read = Subscripts.Read(subscripts, [.. subscripts.Split("->")[0].Split(',').Select(term => Shape.Of([.. term.Select(_ => all.Dequeue())]))]);
        double cost = ContractionPath.Cost(ContractionPath.Of(read.Operands, read.Output, read.Lengths), read.Operands, read.Output, read.Lengths);
        Assert.Equal(Orders(read.Operands.Length).Min(order => ContractionPath.Cost(order, read.Operands, read.Output, read.Lengths)), cost);
    }

    /// <summary>Every sequence of pairs.</summary>
    private static IEnumerable<ImmutableArray<(int, int)>> Orders(int operands) => From([.. Enumerable.Range(0, operands)], operands);

    private static IEnumerable<ImmutableArray<(int, int)>> From(int[] left, int next)
    {
        if (left.Length == 1)
            yield return [];
        for (int j = 1; j < left.Length; j++)
            for (int i = 0; i < j; i++)
                foreach (var rest in From([.. left.Except([left[i], left[j]]), next], next + 1))
                    yield return [(left[i], left[j]), .. rest];
    }

    [Fact]
    public void Many_operands_are_multiplied_greedily()
    {
        // A chain of 40 matrices: by rows, not by outer products.
        string letters = string.Concat(Enumerable.Range('a', 26).Concat(Enumerable.Range('A', 26)).Select(c => (char)c));
        string text = string.Join(",", Enumerable.Range(0, 40).Select(i => letters.Substring(i, 2))) + "->ao".Replace('o', letters[40]);
        var random = new Random(1);
        Expr[] matrices = [.. Enumerable.Range(0, 40).Select(_ => (Expr)random.NextTensor(Shape.Of(3, 3), new(-1, 1)))];
        Same(matrices.Aggregate(Expr.MatMul).Value, Expr.Einsum(text, matrices));
    }

    [Fact]
    public void A_matrix_product_is_one_matmul()
    {
        Expr x = Expr.Variable("x", Expr.Ones(Shape.Of(5, 4)).Value), y = Expr.Variable("y", Expr.Ones(Shape.Of(5, 3)).Value);
        Assert.Single(KahnOrder.From(Expr.Einsum("ki,kj->ij", x, y)), visit => visit.Op.Name == "MatMul");
        Assert.DoesNotContain(KahnOrder.From(Expr.Einsum("ki,kj->ij", x, y)), visit => visit.Op.Name == "Multiply");
    }

    [Theory]
    [InlineData("ij,j1->i", "letters, \"...\", commas between operands, and \"->\" before the output; got \"ij,j»1«->i\" at position 4")]
    [InlineData("ij,jk->ik->", "one output, at the end, after one \"->\"; got \"ij,jk->ik»-«>\" at position 9")]
    [InlineData("ij,jk->i,k", "one output, at the end, after one \"->\"; got \"ij,jk->i»,«k\" at position 8")]
    [InlineData("ij,jk-ik", "\"ij,jk»-«ik\" at position 5")]
    [InlineData("i..,jk", "three dots for an ellipsis; got \"i».«.,jk\" at position 1")]
    [InlineData("...i...,jk", "at most one ellipsis for an operand; got \"...i»...«,jk\" at position 4")]
    [InlineData("ij", "subscripts for 2 operands, with commas between; got 1 in \"ij\"")]
    [InlineData("ij,jk,kl", "subscripts for 2 operands, with commas between; got 3 in \"ij,jk,kl\"")]
    [InlineData("ijk,jk", "2 subscripts for operand 0 of the shape (2, 3); got \"»ijk«,jk\" at position 0")]
    [InlineData("ij,j", "2 subscripts for operand 1 of the shape (3, 4); got \"ij,»j«\" at position 3")]
    [InlineData("...ijk,jk", "at most 2 subscripts for operand 0")]
    [InlineData("ij,jk->iz", "subscripts of operands in the output; got \"ij,jk->i»z«\" at position 8")]
    [InlineData("ij,jk->ii", "each subscript once in the output; got \"ij,jk->i»i«\" at position 8")]
    [InlineData("...j,jk->k", "an ellipsis in the output, as axes of operands are under one; got \"...j,jk->»k«\" at position 9")]
    public void Wrong_subscripts_are_shown(string subscripts, string message) =>
        Says<SubscriptException>(message, () => Expr.Einsum(subscripts, Expr.Ones(Shape.Of(2, 3)), Expr.Ones(Shape.Of(3, 4))));

    [Fact]
    public void Lengths_that_differ_are_shown()
    {
        Expr x = Expr.Ones(Shape.Of(2, 3)), y = Expr.Ones(Shape.Of(4, 5));
        Says<ShapeException>("one length for a subscript; got 3 and 4 at axis 0 of operand 1 of the shape (4, 5): \"ij, »j«k->ik\" at position 4", () => Expr.Einsum("ij, jk->ik", x, y));
        Says<ShapeException>("a diagonal of axes of one length; got 2 and 3 at axis 1 of operand 0 of the shape (2, 3): \"i»i«\" at position 1", () => Expr.Einsum("ii", x));
        Says<ShapeException>("axes under the ellipsis that broadcast; got 2 and 4 at axis 0 of operand 1 of the shape (4, 5): \"...i,»...«j\" at position 5", () => Expr.Einsum("...i,...j", x, y));
        Says<ShapeException>("\"...j,...»j«\" at position 8", () => Expr.Einsum("...j,...j", x, Expr.Ones(Shape.Of(2, 4))));
        Says<DTypeException>("Einsum: expected operands of one dtype; got Float64 and Float32", () => Expr.Einsum("ij,ij", x, Expr.Cast(x, DType.Float32)));
        Says<DTypeException>("Einsum: expected numbers; got Bool", () => Expr.Einsum("ij", x > 0));
        Says<SubscriptException>("at least one operand", () => Expr.Einsum("ij", Array.Empty<Expr>()));
        Assert.Equal(DType.Int64, Expr.Einsum("i,i", Ints(1, 2), Ints(3, 4)).DType);
    }

    [Fact]
    public void Products_over_axes() => Cases(150, random =>
    {
        int count = random.Next(3);
        Shape shared = random.NextShape(count, count), rows = random.NextShape(maxRank: 2), columns = random.NextShape(maxRank: 2);
        Tensor x = random.NextTensor([.. rows, .. shared]), y = random.NextTensor([.. shared, .. columns]);
        var expected = Fill([.. rows, .. columns], index => Indices(shared).Sum(k => Get(x, [.. index[..rows.Rank], .. k]) * Get(y, [.. k, .. index[rows.Rank..]])));
        Same(expected, Expr.TensorDot(x, y, count));
        int[] order = [.. Enumerable.Range(0, count)];
        random.Shuffle(order);
        Same(expected, Expr.TensorDot(x, y, order.Select(axis => axis - count).ToArray(), order));

        Tensor left = random.NextTensor([.. rows, 3]), right = random.NextTensor([.. random.NextPartOf(rows), 3]);
        Same(Fill([.. rows, .. right.Shape.Slice(0, right.Rank - 1)], index => Enumerable.Range(0, 3).Sum(k => Get(left, [.. index[..rows.Rank], k]) * Get(right, [.. index[rows.Rank..], k]))), Expr.Inner(left, right));
        var whole = Expr.BroadcastTo(right, left.Shape).Value;
        Same(Fill(left.Shape, index =>
        {
            double L(int i) => Get(left, With(index, rows.Rank, (index[^1] + i) % 3));
            double R(int i) => Get(whole, With(index, rows.Rank, (index[^1] + i) % 3));
            return L(1) * R(2) - L(2) * R(1);
        }), Expr.Cross(left, right));

        int rank = Math.Max(rows.Rank, columns.Rank);
        Tensor a = random.NextTensor(rows), b = random.NextTensor(columns);
        Shape outer = rows.After(Shape.Ones(rank - rows.Rank)), inner = columns.After(Shape.Ones(rank - columns.Rank));
        Same(Fill(Shape.Of([.. outer.Zip(inner, (m, n) => m * n)]), index =>
            Get(a, [.. index.Select((i, axis) => i / inner[axis]).Skip(rank - rows.Rank)]) * Get(b, [.. index.Select((i, axis) => i % inner[axis]).Skip(rank - columns.Rank)])), Expr.Kron(a, b));
    });

    [Fact]
    public void Errors_say_what_is_wrong()
    {
        Expr x = Expr.Ones(Shape.Of(2, 3));
        Says<AxisException>("TensorDot: expected a number of axes in 0 … 2 for (2, 3) and (2, 3); got 3", () => Expr.TensorDot(x, x, 3));
        Says<ShapeException>("pairs of axes of equal length; got 3 at axis 1 of (2, 3), 2 at axis 0 of (2, 3)", () => Expr.TensorDot(x, x, 1));
        Says<AxisException>("as many axes of the left as of the right; got [0, 1] and [0]", () => Expr.TensorDot(x, x, [0, 1], 0));
        Says<ShapeException>("vectors of length 3 along axis -1; got 3 and 2", () => Expr.Cross(x, x.SwapAxes(0, 1)));
        Says<AxisException>("Cross: expected an axis in -2 … 1", () => Expr.Cross(x, x, 2));
        Says<DTypeException>("Kron: expected operands of one dtype", () => Expr.Kron(x, Expr.Cast(x, DType.Float32)));
        Says<DTypeException>("Cross: expected numbers; got Bool", () => Expr.Cross(x > 0, x > 0));
    }
}
