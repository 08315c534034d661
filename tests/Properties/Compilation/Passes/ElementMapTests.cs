using System.Collections.Immutable;
using Autodiff.Functional.Compilation;
using Autodiff.Functional.Properties.Ops;
using Xunit;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>What is learnt of an op's elements is what the op does, also to each row of a batch.</summary>
public sealed class ElementMapTests
{
    private const int Batch = 5, Few = 24;

    public static TheoryData<string> All => EachOp.Names(op => true);

    [Theory, MemberData(nameof(All))]
    public void The_terms_of_an_op_give_what_the_op_gives(string name) => Nodes(name, x => x, (f, x) => f(x)).ForEach(node => Check(node, 0));

    [Theory, MemberData(nameof(All))]
    public void So_they_do_for_each_row_of_a_batch(string name) =>
        Nodes(name, x => Expr.Constant(Expr.Stack([.. Enumerable.Range(0, Batch).Select(row => x.DType.IsFloating() ? x * (1 + row / 8.0) : x)]).Value), Vmap).ForEach(node => Check(node, Batch));

    private static Expr Vmap(Func<ImmutableArray<Expr>, Expr> f, ImmutableArray<Expr> x) => Ad.Vmap<Expr[], Expr>(rows => f([.. rows]), [.. x]);

    /// <summary>The linear and bilinear nodes of a few elements that a call of an op, in a setting, is made of.</summary>
    private static List<Expr> Nodes(string name, Func<Expr, Expr> input, Func<Func<ImmutableArray<Expr>, Expr>, ImmutableArray<Expr>, Expr> apply)
    {
        var nodes = new List<Expr>();
        for (int index = 0; index < 4; index++)
        {
            var point = Point.Draw(EachOp.Op(name), index);
            ImmutableArray<Expr> inputs = [.. point.Case.Inputs.Select(x => Expr.Variable("x", input(Expr.Constant(x)).Value))];
            if (inputs.IsEmpty)
                continue;
            Expr call;
            try
            {
                call = apply(x => point.Case.Apply(x), inputs);
            }
            catch (AutodiffException)
            {
                continue;       // not under Vmap
            }
            nodes.AddRange(KahnOrder.From([call]).Select(visit => visit.Node)
                .Where(node => node.Op is Linear or Bilinear && node.Shape.Size > 0 && Enumerable.Range(0, node.Inputs.Count).All(i => node.Inputs[i].Shape.Size is > 0 and <= Few * Batch)));
        }
        return nodes;
    }

    private static void Check(Expr node, int batch)
    {
        ImmutableArray<Tensor> inputs = [.. Enumerable.Range(0, node.Inputs.Count).Select(i => node.Inputs[i].Value)];
        var map = ElementMap.Of(node.Op, [.. inputs.Select(input => (new TensorType(input.DType, input.Shape), inputs.Length == 1 || input.DType.IsFloating() ? null : input))!], node.Type, batch);
        if (map is null)
            return;
        var value = node.Op.Evaluate(inputs.AsSpan()).Dense();
        int rows = IsBatched(value.Shape) ? batch : 1;
        Assert.Equal(value.Size / rows, map.Length);
        for (int row = 0; row < rows; row++)
            for (int i = 0; i < map.Length; i++)
            {
                double sum = map[i].Sum(term => Element(term.Input, row, term.Left) * (term.Right < 0 ? 1 : Element(1, row, term.Right)));
                double scale = map[i].Sum(term => Math.Abs(Element(term.Input, row, term.Left) * (term.Right < 0 ? 1 : Element(1, row, term.Right))));
                Assert.Null(Near.Numbers($"{node.Op}, row {row}, element {i}", value.ElementAsDouble(row * map.Length + i), sum, 1e-14 * scale));
            }

        bool IsBatched(Shape shape) => batch > 0 && shape.Rank > 0 && shape[0] == batch;
        double Element(int k, int row, int element) => inputs[k].Dense() is var input && IsBatched(input.Shape) ? input.ElementAsDouble(row * (input.Size / batch) + element) : inputs[k].Dense().ElementAsDouble(element);
    }

    [Fact]
    public void A_product_is_sums_of_products()
    {
        Expr left = Expr.Variable("x", Shape.Of(2, 3)), right = Expr.Variable("y", Shape.Of(3, 2));
        var node = Expr.MatMul(left, right);
        var map = ElementMap.Of(node.Op, [(left.Type, null), (right.Type, null)], node.Type, 0)!;
        Assert.Equal<ElementMap.Term>([new(0, 3, 1), new(0, 4, 3), new(0, 5, 5)], [.. map[3]]);
    }

    [Fact]
    public void What_mixes_the_rows_of_a_batch_has_no_map()
    {
        var x = Expr.Variable("x", Shape.Of(Batch, 3));
        foreach (var node in (Expr[])[Expr.Sum(x, 0), Expr.CumSum(x, 0), Expr.Flip(x, 0)])
            Assert.Null(ElementMap.Of(node.Op, [(x.Type, null)], node.Type, Batch));
        Assert.NotNull(ElementMap.Of(Expr.CumSum(x, 1).Op, [(x.Type, null)], x.Type, Batch));
    }
}
