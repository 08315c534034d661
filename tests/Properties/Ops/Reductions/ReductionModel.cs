using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>Reductions over any axes = a loop over the elements that share the other indices. 200 random shapes each.</summary>
public sealed class ReductionModel
{
    private static readonly Dictionary<string, (Func<Expr, Axes, bool, Expr> Op, Func<double[], double> Loop, bool OfNothing)> s_models = new()
    {
        ["Sum"] = (Expr.Sum, x => x.Sum(), true),
        ["Mean"] = (Expr.Mean, x => x.Average(), false),
        ["Product"] = (Expr.Product, x => x.Aggregate(1.0, (product, factor) => product * factor), true),
        ["Max"] = (Expr.Max, x => x.Max(), false),
        ["Min"] = (Expr.Min, x => x.Min(), false),
        ["LogSumExp"] = (Expr.LogSumExp, x => Math.Log(x.Sum(Math.Exp)), false),
        ["Norm"] = (Expr.Norm, x => Math.Sqrt(x.Sum(e => e * e)), true),
        ["Variance"] = ((x, axes, keep) => Expr.Variance(x, axes, keep), x => x.Average(e => (e - x.Average()) * (e - x.Average())), false),
        ["Any"] = ((x, axes, keep) => Expr.Cast(Expr.Any(x > 0, axes, keep), DType.Float64), x => x.Any(e => e > 0) ? 1 : 0, true),
        ["All"] = ((x, axes, keep) => Expr.Cast(Expr.All(x > 0, axes, keep), DType.Float64), x => x.All(e => e > 0) ? 1 : 0, true),
    };

    public static TheoryData<string> Names => [.. s_models.Keys];

    [Theory, MemberData(nameof(Names))]
    public void A_reduction_is_a_loop(string name) => Model.Holds(200, random =>
    {
        var (op, loop, ofNothing) = s_models[name];
        Expr x = random.NextTensor(random.NextShape(minDimension: ofNothing ? 0 : 1));
        var axes = random.NextAxes(x.Rank);
        bool keepDims = random.NextBool();
        bool[] reduced = [.. Enumerable.Range(0, x.Rank).Select(axis => axes.IsAll || axes.Contains(axis) || axes.Contains(axis - x.Rank))];
        Shape shape = [.. Enumerable.Range(0, x.Rank).Where(axis => keepDims || !reduced[axis]).Select(axis => reduced[axis] ? 1 : x.Shape[axis])];
        var expected = Model.Of(shape, index => loop([.. Model.Indices(x.Shape)
            .Where(at => Enumerable.Range(0, x.Rank).Where(axis => !reduced[axis]).Select(axis => at[axis])
                .SequenceEqual(keepDims ? index.Where((_, axis) => !reduced[axis]) : index))
            .Select(at => Model.At(x, at))]));
        return Near.Tensors($"{name} of {x.Shape} over {axes}, keepDims: {keepDims}", expected, op(x, axes, keepDims));
    });

    [Theory, InlineData(true), InlineData(false)]
    public void The_place_of_an_extremum_is_the_first_that_a_loop_finds(bool largest) => Model.Holds(200, random =>
    {
        // Whole numbers, so that there are ties.
        var x = Expr.Round(random.NextTensor(random.NextShape(minRank: 1, minDimension: 1)));
        int axis = random.NextAxis(x.Rank), along = x.Shape.Axis(axis);
        bool keepDims = random.NextBool();
        var expected = Model.Of(keepDims ? x.Shape.With(along, 1) : x.Shape.Without(along), index =>
        {
            double Element(int i) => Model.At(x, keepDims ? [.. index[..along], i, .. index[(along + 1)..]] : [.. index[..along], i, .. index[along..]]);
            int found = 0;
            for (int i = 1; i < x.Shape[along]; i++)
                found = (largest ? Element(i) > Element(found) : Element(i) < Element(found)) ? i : found;
            return found;
        });
        return Near.Tensors($"the place in {x.Value} along {axis}", Expr.Cast(expected, DType.Int64), largest ? x.ArgMax(axis, keepDims) : x.ArgMin(axis, keepDims));
    });

    [Theory, InlineData(true), InlineData(false)]
    public void A_softmax_is_a_loop(bool logarithm) => Model.Holds(100, random =>
    {
        Expr x = random.NextTensor(random.NextShape(minRank: 1, minDimension: 1));
        int axis = random.NextAxis(x.Rank), along = x.Shape.Axis(axis);
        var expected = Model.Of(x.Shape, index =>
        {
            double sum = Enumerable.Range(0, x.Shape[along]).Sum(i => Math.Exp(Model.At(x, [.. index[..along], i, .. index[(along + 1)..]])));
            return logarithm ? Model.At(x, index) - Math.Log(sum) : Math.Exp(Model.At(x, index)) / sum;
        });
        return Near.Tensors($"softmax of {x.Shape} along {axis}", expected, logarithm ? Expr.LogSoftmax(x, axis) : Expr.Softmax(x, axis));
    });
}
