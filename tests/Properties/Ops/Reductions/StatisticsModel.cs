using Xunit;
using static Autodiff.Functional.Properties.Ops.Loops;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>Cumulative ops, statistics and masked reductions, against loops.</summary>
public sealed class StatisticsModel
{
    [Fact]
    public void Cumulative_ops_say_what_has_come_so_far() => Cases(150, random =>
    {
        var x = random.NextTensor(random.NextShape());
        bool reverse = random.NextBool();
        int? axis = x.Rank == 0 || random.Next(4) == 0 ? null : random.NextAxis(x.Rank);
        Check(Expr.CumSum(x, axis, reverse), (sum, element) => sum + element);
        Check(Expr.CumProd(x, axis, reverse), (product, element) => product * element);
        Check(Expr.CumLogSumExp(x, axis, reverse), (sum, element) => Math.Log(Math.Exp(sum) + Math.Exp(element)));

        void Check(Expr got, Func<double, double, double> fold)
        {
            var of = axis is null ? Expr.Ravel(x).Value : x;
            int along = axis is { } a ? x.Shape.Axis(a) : 0;
            Same(Fill(of.Shape, index => (reverse ? Line(of, index, along)[index[along]..].Reverse() : Line(of, index, along)[..(index[along] + 1)]).Aggregate(fold)), got);
        }
    });

    [Fact]
    public void A_linear_recurrence_is_its_loop() => Cases(100, random =>
    {
        var shape = random.NextShape(minRank: 1);
        int along = random.Next(shape.Rank);
        bool reverse = random.NextBool();
        Tensor a = random.NextTensor(shape), b = random.NextTensor(shape);
        Same(Fill(shape, index =>
        {
            double y = double.NaN;
            int n = shape[along];
            for (int k = 0; k < n; k++)
            {
                int[] at = With(index, along, reverse ? n - 1 - k : k);
                y = k == 0 ? Get(b, at) : Get(a, at) * y + Get(b, at);
                if (at[along] == index[along])
                    break;
            }
            return y;
        }), Expr.LinearRecurrence(a, b, along - shape.Rank, reverse));
    });

    [Fact]
    public void Cumulative_products_have_derivatives_of_any_order_at_zeros()
    {
        // f(a, b, c) = a + a·b + a·b·c
        Func<Expr, Expr> f = x => Expr.Sum(Expr.CumProd(x));
        foreach (double[] at in new double[][] { [0, 0, 0], [2, 0, 3], [0, 5, 0], [2, 3, 4] })
        {
            var (a, b, c) = (at[0], at[1], at[2]);
            Assert.Equal([1 + b + b * c, a + a * c, a * b], Elements(Ad.Grad(f, Vector(at))));
            Assert.Equal([0, 1 + c, b, 1 + c, 0, a, b, a, 0], Elements(Ad.Hessian(f, Vector(at))));
        }
        Assert.Equal([1, 2, 0, 0], Gradient(x => Expr.CumProd(x)[1], Vector(2, 1, double.PositiveInfinity, double.NaN)));
        Assert.True(double.IsNegative(Elements(Expr.CumProd(Vector(-1, 0)))[1]));
    }

    [Fact]
    public void Cumulative_ops_at_edges()
    {
        double infinity = double.PositiveInfinity, nan = double.NaN;
        Assert.Equal([-infinity, -infinity, 1, 1 + Math.Log(2)], Elements(Expr.CumLogSumExp(Vector(-infinity, -infinity, 1, 1))));
        Same(Tensor.Of(new[] { 0, 0, 1.5, 0.5 }), Ad.Grad(x => Expr.Sum(Expr.CumLogSumExp(x)), Vector(-infinity, -infinity, 1, 1)));
        Assert.Equal([1000, 1000 + Math.Log(2), infinity, nan], Elements(Expr.CumLogSumExp(Vector(1000, 1000, infinity, nan))));
        Assert.Equal([1, 0, 0], Gradient(x => Expr.CumLogSumExp(x)[0], Vector(1, infinity, nan)));
        Assert.Equal([1, 1, 0], Gradient(x => Expr.CumSum(x)[1], Vector(1, nan, infinity)));
        foreach (var got in new[] { Expr.CumSum(Expr.Constant(Tensor.Of(new[] { true, true, false }))), Expr.CumProd(Expr.Constant(Tensor.Of(new[] { 2, 3, 4 }))) })
            Assert.Equal(DType.Int64, got.DType);
        Assert.Equal([1, 2, 2], Elements(Expr.CumSum(Expr.Constant(Tensor.Of(new[] { true, true, false })))));
        Assert.Equal([2, 6, 24], Elements(Expr.CumProd(Expr.Constant(Tensor.Of(new[] { 2, 3, 4 })))));
        Assert.Equal(Shape.Of(0), Expr.CumProd(Expr.Zeros(Shape.Of(2, 0))).Shape);
        Assert.Equal([7], Elements(Expr.CumSum(7.0)));
    }

    [Fact]
    public void Statistics() => Cases(150, random =>
    {
        var x = random.NextTensor(random.NextShape(minDimension: 1));
        var axes = x.Shape.Normalize(random.NextAxes(x.Rank));
        int ddof = random.Next(3);
        // The mask may have fewer axes.
        var mask = random.NextMask(random.NextPartOf(x.Shape));
        var whole = Expr.BroadcastTo(mask, x.Shape).Value;
        Check(Expr.Median(x, axes), all => all.Length % 2 == 1 ? all.Order().ElementAt(all.Length / 2) : (all.Order().ElementAt(all.Length / 2 - 1) + all.Order().ElementAt(all.Length / 2)) / 2);
        Check(Expr.StandardDeviation(x, axes, ddof: ddof), all => Deviation(all, ddof));
        var rounded = Expr.Round(x).Value;
        Check(Expr.CountNonZero(rounded, axes), all => all.Count(element => Math.Round(element) != 0));
        Assert.Equal(x.Shape.WithOnes(axes), Expr.Median(x, axes, keepDims: true).Shape);

        Masked(Expr.Sum(x, axes, where: mask), all => all.Sum());
        Masked(Expr.Product(x, axes, where: mask), all => all.Aggregate(1.0, (product, element) => product * element));
        Masked(Expr.Mean(x, axes, where: mask), all => all.Length == 0 ? double.NaN : all.Average());
        Masked(Expr.Max(x, axes, where: mask, initial: 0.5), all => all.Append(0.5).Max());
        Masked(Expr.Min(x, axes, where: mask, initial: 0.5), all => all.Append(0.5).Min());
        Masked(Expr.Variance(x, axes, where: mask, ddof: ddof), all => Math.Pow(Deviation(all, ddof), 2));
        Masked(Expr.StandardDeviation(x, axes, where: mask, ddof: ddof), all => Deviation(all, ddof));
        Masked(Expr.Any((Expr)x > 0.0, axes, where: mask), all => all.Any(element => element > 0) ? 1 : 0);
        Masked(Expr.All((Expr)x > 0.0, axes, where: mask), all => all.All(element => element > 0) ? 1 : 0);

        void Check(Expr got, Func<double[], double> of) => Same(Over((_, all) => of(all)), got);
        void Masked(Expr got, Func<double[], double> of) => Same(Over((selected, all) => of([.. all.Where((_, i) => selected[i])])), got);

        Tensor Over(Func<bool[], double[], double> of)
        {
            return Fill(x.Shape.Without(axes), index =>
            {
                var at = new Queue<int>(index);
                int[] fixedAt = [.. Enumerable.Range(0, x.Rank).Select(axis => axes.Contains(axis) ? -1 : at.Dequeue())];
                int[][] all = [.. Indices(x.Shape).Where(place => place.Zip(fixedAt, (i, wanted) => wanted < 0 || i == wanted).All(same => same))];
                return of([.. all.Select(place => Get(whole, place) != 0)], [.. all.Select(place => Get(x, place))]);
            });
        }

        static double Deviation(double[] all, int ddof)
        {
            double squares = all.Sum(element => Math.Pow(element - all.Average(), 2));
            // A rounding error over 0 degrees of freedom is infinite; nothing over nothing is NaN, as in NumPy.
            return all.Length == 1 ? (ddof == 0 ? 0 : double.NaN) : Math.Sqrt(squares / Math.Max(0, all.Length - ddof));
        }
    });

    [Fact]
    public void Statistics_at_edges()
    {
        double infinity = double.PositiveInfinity, nan = double.NaN;
        Assert.Equal(nan, Elements(Expr.Median(Vector(1, nan, 3)))[0]);
        Assert.Equal(2.5, Elements(Expr.Median(Vector(4, 1, 3, 2)))[0]);
        Assert.Equal(infinity, Elements(Expr.Median(Vector(infinity, infinity, 3, 2, infinity)))[0]);
        Assert.Equal(2.5, Elements(Expr.Median(Ints(2, 3)))[0]);
        Assert.Equal([0, 0.5, 0.5, 0], Gradient(x => Expr.Median(x), Vector(4, 3, 2, 1)));
        Assert.Equal([0, 0, 0], Gradient(x => Expr.StandardDeviation(x), Vector(2, 2, 2)));
        Assert.Equal([0, 0, 0], Gradient(x => Expr.StandardDeviation(x, where: Vector(1, 1, 0) > 0), Vector(2, 2, nan)));
        Assert.Equal(1e200, Elements(Expr.StandardDeviation(Vector(1e200, -1e200)))[0], 1e185);
        foreach (var whole in new[] { Ints(1, 3, 2, 4), Expr.Cast(Ints(1, 3, 2, 4), DType.Int32) })
            Assert.Equal([Math.Sqrt(1.25), 2.5, 1, 1], new[] { whole.StandardDeviation(), whole.Median(), whole.StandardDeviation(where: whole < 4 & whole > 1) * 2.0, whole.Variance(where: whole < 4 & whole > 1) * 4.0 }.SelectMany(Elements));
        Assert.Equal(DType.Float32, Expr.Cast(Ints(1, 2), DType.Float32).StandardDeviation().DType);
        Assert.Equal(infinity, Elements(Expr.Variance(Vector(1, 2), ddof: 3))[0]);
        Assert.Equal(2, Elements(Expr.CountNonZero(Vector(0, -0.0, nan, 3)))[0]);
        Assert.Equal(3, Elements(Expr.CountNonZero(Vector(0, -0.0, nan, 3) > -1.0))[0]);
    }

    [Fact]
    public void What_a_mask_leaves_out_has_no_influence()
    {
        double infinity = double.PositiveInfinity, nan = double.NaN;
        Expr x = Vector(nan, 4, 0, 9), mask = Vector(0, 1, 0, 1) > 0.0;
        Assert.Equal([0, 0.25, 0, 1 / 6.0], Gradient(y => Expr.Sqrt(y).Sum(where: mask), x));
        Assert.Equal([0, 0.125, 0, 1 / 12.0], Gradient(y => Expr.Sqrt(y).Mean(where: mask), x));
        Assert.Equal([0, 0.75, 0, 2 / 6.0], Gradient(y => Expr.Sqrt(y).Product(where: mask), x));
        Assert.Equal([0, 0, 0, 1 / 6.0], Gradient(y => Expr.Sqrt(y).Max(where: mask, initial: -infinity), x));
        Assert.Equal([0, 0.25, 0, 0], Gradient(y => Expr.Sqrt(y).Min(where: mask, initial: infinity), x));
        // (√9 − √4)²/4, and its root
        Assert.Equal(0.25, Elements(Expr.Sqrt(x).Variance(where: mask))[0]);
        Assert.Equal([0, -0.125, 0, 1 / 12.0], Gradient(y => Expr.Sqrt(y).Variance(where: mask), x));
        Same(Tensor.Of(new[] { 0, -0.125, 0, 1 / 12.0 }), Ad.Grad(y => Expr.Sqrt(y).StandardDeviation(where: mask), x));

        Expr none = Vector(0, 0, 0, 0) > 0.0;
        Assert.Equal([0, 1, -infinity, 5, nan, nan, nan, 0, 1], new[] { x.Sum(where: none), x.Product(where: none), x.Max(where: none, initial: -infinity), x.Min(where: none, initial: 5),
            x.Mean(where: none), x.Variance(where: none), x.StandardDeviation(where: none), (x > 0).Any(where: none), (x > 0).All(where: none) }.SelectMany(Elements));
        Assert.Equal(long.MinValue, Expr.Max(Ints(1, 2), where: none[..2], initial: (Expr)Tensor.Scalar(long.MinValue)).Value.ToScalar<long>());
        Assert.Equal(DType.Int64, Ints(1, 2).Sum(where: none[..2]).DType);
        Assert.Equal([3, 3], Elements(Expr.Zeros(Shape.Of(2, 0)).Max(1, where: Expr.Constant(Tensor.Scalar(true)), initial: 3)));
        Assert.Equal(Shape.Of(1), x.Sum(keepDims: true, where: mask).Shape);
    }

    [Fact]
    public void Errors_say_what_is_wrong()
    {
        Expr x = Expr.Ones(Shape.Of(4, 3)), mask = x > 0;
        Says<DTypeException>("Sum: expected a Bool as where; got Float64. Compare it with something first.", () => x.Sum(where: x));
        Says<ShapeException>("Mean: expected a mask that broadcasts to (4, 3); got (2, 4, 3)", () => x.Mean(where: Expr.Stack([mask, mask])));
        Says<ShapeException>("Product: expected a mask that broadcasts to (4, 3); got (2, 3)", () => x.Product(where: mask[..2]));
        Says<DTypeException>("Bool", () => mask.Max(where: mask, initial: 0));
        Says<ShapeException>("Median: expected at least one element to reduce over", () => Expr.Zeros(Shape.Of(0)).Median());
        Says<ShapeException>("StandardDeviation: expected at least one element", () => Expr.Zeros(Shape.Of(0)).StandardDeviation());
        Says<DTypeException>("Median: expected numbers; got Bool", () => mask.Median());
        Says<AxisException>("CumSum: expected an axis in -2 … 1", () => x.CumSum(2));
        Says<DTypeException>("LinearRecurrence: expected operands of one dtype", () => Expr.LinearRecurrence(x, Expr.Cast(x, DType.Float32)));
        Says<ShapeException>("LinearRecurrence: expected shapes that broadcast", () => Expr.LinearRecurrence(x, Expr.Ones(Shape.Of(2))));
    }
}
