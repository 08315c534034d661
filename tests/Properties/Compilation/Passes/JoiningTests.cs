using System.Reflection;
using Autodiff.Functional.Compilation;
using Xunit;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>What lowering takes apart is shared, or one op again.</summary>
public sealed class JoiningTests
{
    private static readonly TensorType s_type = new(DType.Float64, Shape.Of(5));

    public static TheoryData<string> Lowered => [.. typeof(Expr).Assembly.GetTypes().Where(type => type.IsValueType && type.IsAssignableTo(typeof(IUnary)) && type.IsAssignableTo(typeof(ILowered))).Select(type => type.Name)];

    /// <summary>Of functions by series there are no more than the op itself has.</summary>
    [Theory, MemberData(nameof(Lowered))]
    public void An_op_by_itself_costs_no_more_functions(string name)
    {
        var type = typeof(Unary<>).MakeGenericType(typeof(Expr).Assembly.GetTypes().Single(type => type.Name == name && type.IsValueType));
        var of = type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.NonPublic).First(method => method.Name == "Of" && method.GetParameters().Length == 1);
        var before = Program(x => (Expr)of.Invoke(null, [x])!);
        Assert.InRange(Functions(Passed(before)), 0, Functions(before));
    }

    [Fact]
    public void A_function_and_its_slope_share_their_part() =>
        Assert.Equal(1, Passed(Program(x => Expr.Tanh(x) + Ad.Grad(z => Expr.Sum(Expr.Tanh(z)), x))).Instructions.Count(instruction => instruction.Op.Name == "TanhTail"));

    [Fact]
    public void A_part_that_is_returned_stays()
    {
        var program = Passed(Program(x => Expr.Tanh(x)), until: "joining");
        int tail = Enumerable.Range(0, program.Count).Single(value => program[value].Op.Name == "TanhTail");
        var returned = Joining.Apply(new(program.Instructions, program.Parameters, [.. program.Outputs, tail]));
        Assert.Equal(["TanhFrom", "TanhTail"], returned.Kinds.Where(op => op is not Leaf).Select(op => op.Name).Order());
    }

    private static Functional.Compilation.Program Program(Func<Expr, Expr> f) => Functional.Compilation.Program.Of(Graph.Trace(x => [f(x[0])], [s_type])).Program;

    private static Functional.Compilation.Program Passed(Functional.Compilation.Program program, string until = "parts") =>
        Pipeline.Of(new()).TakeWhile(pass => pass.Name != until).Aggregate(program, (current, pass) => pass.Apply(current));

    private static int Functions(Functional.Compilation.Program program) => program.Instructions.Sum(instruction => instruction.Op is IPointwise { Function.Cost: { IsFunction: true } cost } ? cost.Additions / ((IPointwise)Expr.Exp(Expr.Variable("x", Shape.Scalar)).Op).Function.Cost.Additions : 0);
}
