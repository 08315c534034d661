using System.Collections.Immutable;
using Autodiff.Functional.Properties.Ops;
using Xunit;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>vmap f = map f for every op, with the batch along any axes of any of its inputs; and for its gradient.</summary>
public sealed class VmapOfEachOp
{
    public static TheoryData<string> All => EachOp.Names(op => true);

    /// <summary>An op of one's own may leave its batching to the loop that is there for all.</summary>
    public static TheoryData<string> Library => [.. Catalogue.Of(typeof(Expr).Assembly).Select(op => op.Name)];

    /// <summary>A batch of calls: some inputs batched, each along some axis, the value along another.</summary>
    private sealed record Batch(ImmutableArray<ImmutableArray<Tensor>> Calls, int?[] InAxes, int OutAxis)
    {
        public static Batch Draw(Point point, int size)
        {
            var random = point.Random;
            var inputs = point.Case.Inputs;
            int always = random.Next(inputs.Length);
            int?[] axes = [.. inputs.Select((input, i) => i == always || random.NextBool() ? random.NextAxis(input.Rank + 1) : (int?)null)];
            return new([.. Enumerable.Range(0, size).Select(_ => (ImmutableArray<Tensor>)[.. point.Redrawn().Select((other, i) => axes[i] is null ? inputs[i] : other)])],
                axes, random.NextAxis(point.Value.Rank + 1));
        }

        public Expr[] Arguments => [.. InAxes.Select((axis, i) => axis is { } to ? Expr.Stack(Calls.Select(call => (Expr)call[i]), to) : Calls[0][i])];

        /// <summary>The results of the calls one by one.</summary>
        public Expr Loop(Func<Expr[], Expr> f) => Expr.Stack(Calls.Select(call => f([.. call.Select(Expr.Constant)])), OutAxis);

        public Expr Vmap(Func<Expr[], Expr> f) => Ad.Vmap(f, Arguments, BatchAxes.Of(InAxes), OutAxis);
    }

    [Theory, MemberData(nameof(All))]
    public void It_is_the_loop(string op) => EachOp.Holds(op, 5, point =>
    {
        if (point.Case.Inputs.IsEmpty)
            return null;
        var batch = Batch.Draw(point, 1 + point.Random.Next(3));
        Expr F(Expr[] x) => point.Case.Apply([.. x]);
        return Near.Tensors($"in axes {BatchAxes.Of(batch.InAxes)}, out axis {batch.OutAxis}", batch.Loop(F), batch.Vmap(F), point.Coarseness);
    });

    [Theory, MemberData(nameof(All))]
    public void Gradients_in_it_are_those_of_the_loop(string op) => EachOp.Holds(op, 5, point =>
    {
        if (!point.HasDerivative)
            return null;
        var batch = Batch.Draw(point, 2);
        int[] floating = [.. Enumerable.Range(0, point.Case.Inputs.Length).Where(i => point.Case.Inputs[i].DType.IsFloating())];
        int of = floating[point.Random.Next(floating.Length)];
        Expr Gradient(Expr[] x) => Expr.Ravel(Ad.Grad(at => Expr.Sum(point.W * point.Case.Apply([.. x[..of], at, .. x[(of + 1)..]])), x[of]));
        var last = batch with { OutAxis = -1 };
        return Near.Tensors($"the gradient in input {of}, in axes {BatchAxes.Of(batch.InAxes)}", last.Loop(Gradient), last.Vmap(Gradient), point.Coarseness);
    });

    [Theory, MemberData(nameof(Library))]
    public void Its_graph_does_not_grow_with_the_batch(string op) => EachOp.Holds(op, 2, point =>
    {
        int Nodes(int size) => KahnOrder.From(Ad.Vmap<Expr[], Expr>(x => point.Case.Apply([.. x]),
            [.. point.Case.Inputs.Select((input, i) => Expr.Variable($"x{i}", input.Shape.Insert(0, size), input.DType))])).Count;
        return point.Case.Inputs.IsEmpty || Nodes(2) == Nodes(17) ? null : $"{Nodes(2)} nodes for a batch of 2, {Nodes(17)} for one of 17";
    });
}
