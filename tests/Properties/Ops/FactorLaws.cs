using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>What elementwise ops say of themselves for structural zeros: which arguments are factors, and whether slopes can be infinite.</summary>
public sealed class FactorLaws
{
    private static readonly double[] s_numbers = [0, -0.0, 0.5, -0.5, 1, -1, 2, -3, 0.1, 1e-3, -20, 1e-100];

    public static TheoryData<string> Elementwise => EachOp.Names(op => Find(op.Name) is not null);

    /// <summary>An argument is a factor if and only if a 0 there makes the value 0, or NaN, whatever the other is. (Ops that select say where by themselves, and the slope of CopySign in the other is 0 anyway.)</summary>
    [Theory]
    [MemberData(nameof(Elementwise))]
    public void A_factor_that_is_0_makes_the_value_0(string name)
    {
        var op = Find(name)!;
        double[] others = [.. s_numbers, double.PositiveInfinity, double.NegativeInfinity, double.NaN];
        bool Annuls(int factor)
        {
            double[] values = [.. others.Select(other => (double)op.Evaluate(factor == 0 ? [Tensor.Scalar(0.0), Tensor.Scalar(other)] : [Tensor.Scalar(other), Tensor.Scalar(0.0)]))];
            return values.All(value => value == 0 || double.IsNaN(value)) && values.Contains(0);
        }
        if (op is not IScalarFunction { Slope: not Slope.Selecting } || Arity(op) != 2 || name == "CopySign")
            Assert.Equal(Factors.None, op.Factors);
        else
            Assert.Equal(Annuls(1) ? Factors.Both : Annuls(0) ? Factors.First : Factors.None, op.Factors);
    }

    /// <summary>An op that says that it has no poles has finite slopes, wherever its inputs and its value are finite.</summary>
    [Theory]
    [MemberData(nameof(Elementwise))]
    public void Without_poles_slopes_are_finite(string name)
    {
        var op = Find(name)!;
        if (op.HasPoles)
            return;
        int arity = Arity(op);
        foreach (var point in Enumerable.Range(0, (int)Math.Pow(s_numbers.Length, arity)).Select(n => Enumerable.Range(0, arity).Select(i => s_numbers[n / (int)Math.Pow(s_numbers.Length, i) % s_numbers.Length]).ToArray()))
        {
            Inputs inputs = Inputs.Of([.. point.Select(Expr.Scalar)]);
            var output = Expr.Apply(op, [.. inputs]);
            if (!double.IsFinite((double)output))
                continue;
            for (int i = 0; i < arity; i++)
            {
                var tangents = new Expr?[arity];
                tangents[i] = 1.0;
                if (op.Jvp(inputs, output, tangents) is { } slope)
                    Assert.True(double.IsFinite((double)slope), $"the slope of {name}({string.Join(", ", point)}) in argument {i} is {(double)slope}");
            }
        }
    }

    /// <summary>The op that a random call of the catalogue makes, if it is elementwise, of numbers.</summary>
    private static Elementwise? Find(string name) => Traced(Point.Draw(EachOp.Op(name), 0)).Order.Select(visit => visit.Op).OfType<Elementwise>().FirstOrDefault(op => op.Name == name);

    private static Graph Traced(Point point) => point.At.Length == 0 ? Graph.Of([], []) : point.Trace(point.F);

    private static int Arity(Elementwise op) => op.GetType().Name[0] switch { 'U' => 1, 'B' => 2, _ => 3 };
}
