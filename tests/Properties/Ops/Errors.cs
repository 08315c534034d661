using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>What is wrong with a call is said by the op's name, what was expected, and what came.</summary>
public sealed class Errors
{
    private sealed record Wrong(Action Call, Type Exception, params string[] Says)
    {
        public static Wrong Shape(Func<object> call, params string[] says) => new(() => call(), typeof(ShapeException), says);
        public static Wrong DType(Func<object> call, params string[] says) => new(() => call(), typeof(DTypeException), says);
        public static Wrong Axis(Func<object> call, params string[] says) => new(() => call(), typeof(AxisException), says);
        public static Wrong Index(Func<object> call, params string[] says) => new(() => call(), typeof(IndexException), says);
    }

    private static readonly Expr s_vector = Expr.Variable("v", Tensor.Of([1.0, 2, 3])), s_matrix = Expr.Variable("m", Tensor.Of(new double[2, 4])),
        s_mask = Expr.Variable("b", Tensor.Of([true, false, true])), s_whole = Expr.Variable("i", Tensor.Of([0L, 1, 2])), s_single = Expr.Variable("s", Tensor.Of([1f, 2f, 3f]));

    private static readonly Dictionary<string, Wrong> s_table = new()
    {
        ["shapes that do not broadcast"] = Wrong.Shape(() => s_vector + s_matrix, "Add", "(3,)", "(2, 4)"),
        ["comparison"] = Wrong.Shape(() => s_vector < s_matrix, "Less", "(3,)", "(2, 4)"),
        ["where"] = Wrong.Shape(() => Expr.Where(s_mask, s_matrix, 0), "Where", "(3,)", "(2, 4)"),
        ["inner dimensions"] = Wrong.Shape(() => Expr.MatMul(s_matrix, s_vector), "MatMul", "k = 4", "k = 3"),
        ["product with a scalar"] = Wrong.Shape(() => Expr.MatMul(s_matrix, 2), "MatMul", "(2, 4)", "*"),
        ["dot of a batch"] = Wrong.Shape(() => Expr.Dot(Expr.Zeros([2, 2, 2]), s_vector), "Dot", "MatMul"),
        ["reshape"] = Wrong.Shape(() => Expr.Reshape(s_matrix, 3, -1), "Reshape", "8", "(3, -1)"),
        ["reshape to another size"] = Wrong.Shape(() => Expr.Reshape(s_matrix, 3, 3), "Reshape", "8", "9"),
        ["two open dimensions"] = Wrong.Shape(() => Expr.Reshape(s_matrix, -1, -1), "Reshape", "at most one", "(-1, -1)"),
        ["squeeze"] = Wrong.Shape(() => Expr.Squeeze(s_matrix, 0), "Squeeze", "length 1", "2"),
        ["broadcastTo"] = Wrong.Shape(() => Expr.BroadcastTo(s_vector, [2, 4]), "BroadcastTo", "(3,)", "(2, 4)"),
        ["concatenate"] = Wrong.Shape(() => Expr.Concatenate([s_matrix, Expr.Zeros([2, 5])]), "Concatenate", "(2, 4)", "(2, 5)"),
        ["concatenate nothing"] = Wrong.Shape(() => Expr.Concatenate([]), "Concatenate", "at least one"),
        ["stack"] = Wrong.Shape(() => Expr.Stack([s_vector, s_matrix]), "Stack", "(3,)", "(2, 4)"),
        ["pad"] = Wrong.Shape(() => Expr.Pad(s_matrix, [(1, 1)]), "Pad", "2 axes", "1"),
        ["pad by less than nothing"] = Wrong.Shape(() => Expr.Pad(s_vector, [(-1, 1)]), "Pad", "≥ 0", "-1"),
        ["scatter"] = Wrong.Shape(() => Expr.ScatterAdd(s_vector, s_whole, s_matrix), "ScatterAdd", "(3,)", "(2, 4)"),
        ["takeAlongAxis"] = Wrong.Shape(() => Expr.TakeAlongAxis(s_matrix, s_whole, 0), "TakeAlongAxis", "(2, 4)", "(3,)"),
        ["max of nothing"] = Wrong.Shape(() => Expr.Max(Expr.Zeros([2, 0]), 1), "Max", "at least one element", "(2, 0)"),

        ["two strong dtypes"] = Wrong.DType(() => s_vector * s_single, "Multiply", "Float64", "Float32", "Cast"),
        ["a mask in arithmetic"] = Wrong.DType(() => s_mask + s_mask, "Add", "Bool", "Cast"),
        ["a mask beside a number"] = Wrong.DType(() => s_mask * s_vector, "Multiply", "Bool"),
        ["a function of a mask"] = Wrong.DType(() => Expr.Exp(s_mask), "Exp", "Bool"),
        ["a number as a mask"] = Wrong.DType(() => Expr.And(s_mask, s_vector), "And", "Bool", "Float64"),
        ["not of a number"] = Wrong.DType(() => !s_vector, "Not", "Bool", "Float64"),
        ["a number as a condition"] = Wrong.DType(() => Expr.Where(s_vector, 1, 0), "Where", "Bool", "Float64"),
        ["sides of two dtypes"] = Wrong.DType(() => Expr.Where(s_mask, s_vector, s_single), "Where", "Float64", "Float32"),
        ["matrices of two dtypes"] = Wrong.DType(() => Expr.MatMul(s_vector, s_single), "MatMul", "Float64", "Float32"),
        ["any of numbers"] = Wrong.DType(() => Expr.Any(s_vector), "Any", "Bool", "Float64"),
        ["max of a mask"] = Wrong.DType(() => Expr.Max(s_mask), "Max", "Bool", "Any"),
        ["concatenate dtypes"] = Wrong.DType(() => Expr.Concatenate([s_vector, s_single]), "Concatenate", "Float64", "Float32"),
        ["fractions as indices"] = Wrong.DType(() => Expr.Take(s_vector, s_vector), "Take", "Int32 or Int64", "Float64"),
        ["comparison of dtypes"] = Wrong.DType(() => Expr.Equal(s_vector, s_single), "Equal", "Float64", "Float32"),

        ["an axis outside"] = Wrong.Axis(() => s_matrix.Sum(2), "Sum", "-2 … 1", "(2, 4)", "2"),
        ["an axis twice"] = Wrong.Axis(() => s_matrix.Mean([0, -2]), "Mean", "each axis once", "[0, -2]"),
        ["an axis of a scalar"] = Wrong.Axis(() => Expr.Max(Expr.Scalar(1.0), 0), "Max", "scalar", "0"),
        ["softmax"] = Wrong.Axis(() => Expr.Softmax(s_vector, 1), "Softmax", "(3,)", "1"),
        ["argmax"] = Wrong.Axis(() => Expr.ArgMax(s_vector, 1), "ArgMax", "(3,)", "1"),
        ["expandDims"] = Wrong.Axis(() => Expr.ExpandDims(s_vector, 3), "ExpandDims", "3"),
        ["stack axis"] = Wrong.Axis(() => Expr.Stack([s_vector], 2), "Stack", "2"),
        ["concatenate axis"] = Wrong.Axis(() => Expr.Concatenate([s_vector, s_vector], 1), "Concatenate", "(3,)", "1"),
        ["transpose"] = Wrong.Axis(() => Expr.Transpose(s_matrix, [0, 0]), "Transpose", "[0, 0]"),
        ["transpose of too few"] = Wrong.Axis(() => Expr.Transpose(s_matrix, [1]), "Transpose", "2 axes", "[1]"),
        ["slice axis"] = Wrong.Axis(() => Expr.Slice(s_vector, 1), "Slice", "(3,)", "1"),
        ["take axis"] = Wrong.Axis(() => Expr.Take(s_vector, s_whole, 1), "Take", "(3,)", "1"),
        ["too many indices"] = Wrong.Axis(() => s_vector[0, 0], "Expr[]", "at most 1", "2"),

        ["an index outside"] = Wrong.Index(() => s_vector[3], "below 3", "3"),
        ["a range outside"] = Wrong.Index(() => s_vector[1..4], "0..3", "1..4"),
        ["take outside"] = Wrong.Index(() => Expr.Take(s_vector, s_whole + 1).Value, "Take", "-3 … 2", "3"),
        ["take far before"] = Wrong.Index(() => Expr.Take(s_vector, s_whole - 4).Value, "Take", "-3 … 2", "-4"),
        ["takeAlongAxis outside"] = Wrong.Index(() => Expr.TakeAlongAxis(s_vector, s_whole + 1, 0).Value, "-3 … 2", "3"),
        ["scatter outside"] = Wrong.Index(() => Expr.ScatterAdd(s_vector, s_whole + 1, s_vector).Value, "ScatterAdd", "-3 … 2", "3"),
        ["take from nothing"] = Wrong.Index(() => Expr.Take(Expr.Zeros([0]), s_whole).Value, "Take", "0"),
    };

    public static TheoryData<string> Table => [.. s_table.Keys];

    [Theory, MemberData(nameof(Table))]
    public void An_error_says_what_was_expected_and_what_came(string name)
    {
        var (call, type, says) = s_table[name];
        var error = Assert.ThrowsAny<AutodiffException>(call);
        Assert.IsType(type, error);
        Assert.All(says, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.NotEmpty(error.Expected);
        Assert.NotEmpty(error.Got);
    }

    [Fact]
    public void A_step_of_zero_is_an_argument_out_of_range()
    {
        Assert.Throws<ArgumentOutOfRangeException>("step", () => Expr.Slice(s_vector, 0, step: 0));
        Assert.Throws<ArgumentOutOfRangeException>("step", () => Expr.Arange(0, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => Expr.Linspace(0, 1, -1));
    }

    [Fact]
    public void Degrees_of_freedom_are_taken_away_and_not_added()
    {
        Expr mask = Tensor.Of([true, true, true]);
        foreach (var (op, call) in new (string, Func<int, Expr>)[]
        {
            ("Variance", ddof => Expr.Variance(s_vector, ddof: ddof)), ("StandardDeviation", ddof => Expr.StandardDeviation(s_vector, ddof: ddof)),
            ("Variance", ddof => Expr.Variance(s_vector, where: mask, ddof: ddof)), ("StandardDeviation", ddof => Expr.StandardDeviation(s_vector, where: mask, ddof: ddof)),
        })
            foreach (int ddof in new[] { -1, -3, int.MinValue })
                Assert.StartsWith($"{op}: expected ddof ≥ 0; got {ddof}. ", Assert.Throws<ArgumentOutOfRangeException>("ddof", () => call(ddof)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Null_is_told_by_name()
    {
        Assert.Throws<ArgumentNullException>("x", () => Expr.Exp(null!));
        Assert.Throws<ArgumentNullException>("y", () => Expr.Add(s_vector, null!));
        Assert.Throws<ArgumentNullException>("x", () => Expr.Sum(null!));
    }
}
