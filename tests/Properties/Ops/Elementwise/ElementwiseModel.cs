using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>Elementwise ops = .NET's function of each element, after broadcasting. 50 random calls each.</summary>
public sealed class ElementwiseModel
{
    private static readonly Dictionary<string, Func<double, double>> s_unary = new()
    {
        ["Exp"] = Math.Exp, ["Exp2"] = double.Exp2, ["Expm1"] = x => Math.Exp(x) - 1, ["Log"] = Math.Log, ["Log2"] = Math.Log2, ["Log10"] = Math.Log10,
        ["Log1p"] = x => Math.Log(1 + x), ["Sqrt"] = Math.Sqrt, ["Cbrt"] = Math.Cbrt, ["Sin"] = Math.Sin, ["Cos"] = Math.Cos, ["Tan"] = Math.Tan, ["Asin"] = Math.Asin,
        ["Acos"] = Math.Acos, ["Atan"] = Math.Atan, ["Sinh"] = Math.Sinh, ["Cosh"] = Math.Cosh, ["Tanh"] = Math.Tanh, ["Asinh"] = Math.Asinh, ["Acosh"] = Math.Acosh,
        ["Atanh"] = Math.Atanh, ["Sigmoid"] = x => 1 / (1 + Math.Exp(-x)), ["Softplus"] = x => Math.Log(1 + Math.Exp(x)), ["Relu"] = x => Math.Max(x, 0), ["Negate"] = x => -x,
        ["Square"] = x => x * x, ["Reciprocal"] = x => 1 / x, ["Abs"] = Math.Abs, ["Sign"] = x => Math.Sign(x), ["Floor"] = Math.Floor, ["Ceiling"] = Math.Ceiling,
        ["Round"] = Math.Round, ["Truncate"] = Math.Truncate, ["StopGradient"] = x => x, ["ZerosLike"] = _ => 0, ["OnesLike"] = _ => 1, ["Cube"] = x => x * x * x,
    };

    private static readonly Dictionary<string, Func<double, double, double>> s_binary = new()
    {
        ["Add"] = (x, y) => x + y, ["Subtract"] = (x, y) => x - y, ["Multiply"] = (x, y) => x * y, ["Divide"] = (x, y) => x / y, ["FMod"] = (x, y) => x % y,
        ["Power"] = Math.Pow, ["CopySign"] = Math.CopySign, ["Atan2"] = Math.Atan2, ["Maximum"] = Math.Max, ["Minimum"] = Math.Min,
        ["Less"] = (x, y) => x < y ? 1 : 0, ["LessEqual"] = (x, y) => x <= y ? 1 : 0, ["Greater"] = (x, y) => x > y ? 1 : 0, ["GreaterEqual"] = (x, y) => x >= y ? 1 : 0,
        ["Equal"] = (x, y) => x == y ? 1 : 0, ["NotEqual"] = (x, y) => x != y ? 1 : 0, ["And"] = (x, y) => x * y, ["Or"] = Math.Max,
    };

    public static TheoryData<string> Unary => [.. s_unary.Keys];
    public static TheoryData<string> Binary => [.. s_binary.Keys];

    [Theory, MemberData(nameof(Unary))]
    public void A_function_of_one_argument_is_that_of_each_element(string name) => EachOp.Holds(name, 50, point =>
    {
        Expr x = point.Case.Inputs[0];
        return Near.Tensors(name, Model.Of(x.Shape, index => s_unary[name](Model.At(x, index))), point.Value);
    });

    [Theory, MemberData(nameof(Binary))]
    public void A_function_of_two_arguments_is_that_of_each_pair_after_broadcasting(string name) => EachOp.Holds(name, 50, point =>
    {
        Expr x = point.Case.Inputs[0], y = point.Case.Inputs[1];
        var expected = Model.Of(Shape.Broadcast(x.Shape, y.Shape), index => s_binary[name](Model.Broadcast(x, index), Model.Broadcast(y, index)));
        return Near.Tensors(name, Expr.Cast(expected, point.Value.DType), point.Value);
    });

    [Fact]
    public void Where_takes_from_the_side_that_the_condition_names() => EachOp.Holds("Where", 100, point =>
    {
        Expr condition = point.Case.Inputs[0], yes = point.Case.Inputs[1], no = point.Case.Inputs[2];
        return Near.Tensors("Where", Model.Of(Shape.Broadcast(Shape.Broadcast(condition.Shape, yes.Shape), no.Shape), index =>
            Model.Broadcast(condition, index) != 0 ? Model.Broadcast(yes, index) : Model.Broadcast(no, index)), point.Value);
    });
}
