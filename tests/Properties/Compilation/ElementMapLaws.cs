using System.Collections.Immutable;
using Autodiff.Functional.Compilation;
using Autodiff.Functional.Properties.Compilation.Loops;
using Autodiff.Functional.Properties.Ops;
using Xunit;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>What is learnt of linear and bilinear ops from unit vectors is what they do to all others, alone and over rows.</summary>
public sealed class ElementMapLaws
{
    public static TheoryData<string> All => EachOp.Names(op => true);

    [Theory, MemberData(nameof(All))]
    public void The_terms_are_the_op(string name)
    {
        for (int index = 0; index < 6; index++)
            foreach (var node in LoopPrograms.Nodes(EachOp.Op(name), index, DType.Float64))
                if (node.Op is Linear or Bilinear && node.Inputs.Append(node).All(each => each.Shape.Size is > 0 and <= 64))
                {
                    Holds(node, 0);
                    if (node.Shape.Rank > 0)
                        Holds(node, node.Shape[0]);
                }
    }

    private static void Holds(Expr node, int batch)
    {
        ImmutableArray<(TensorType Type, Tensor? Value)> types = [.. node.Inputs.Select(input => (input.Type, input.DType.IsFloating() ? null : input.Value))];
        if (ElementMap.Of(node.Op, types, node.Type, batch) is not { } map)
            return;
        // Whole numbers, whose sums are exact.
        var random = new Random(1);
        ImmutableArray<Tensor> inputs = [.. node.Inputs.Select(input => !input.DType.IsFloating() ? input.Value
            : new Cast(input.DType).Evaluate([Tensor.Of([.. Enumerable.Range(0, input.Shape.Size).Select(_ => (double)random.Next(-9, 10))], input.Shape)]))];
        var expected = node.Op.Evaluate(inputs.AsSpan());
        int rows = IsBatched(node.Shape) ? batch : 1, count = expected.Size / rows;
        Assert.Equal(count, map.Length);
        for (int row = 0; row < rows; row++)
            for (int element = 0; element < count; element++)
                Assert.True(map[element].Sum(term => Element(term.Input, term.Left, row) * (term.Right < 0 ? 1 : Element(1, term.Right, row))) == expected.ElementAsDouble(row * count + element),
                    $"{node.Op} of {string.Join(", ", node.Inputs.Select(input => input.Type))}, batch {batch}, row {row}, element {element}: {string.Join(" + ", map[element])}");

        bool IsBatched(Shape shape) => batch > 0 && shape.Rank > 0 && shape[0] == batch;
        double Element(int input, int element, int row) => inputs[input].ElementAsDouble(IsBatched(inputs[input].Shape) ? row * (inputs[input].Size / batch) + element : element);
    }
}
