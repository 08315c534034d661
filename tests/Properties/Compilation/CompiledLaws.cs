using System.Collections.Immutable;
using Autodiff.Functional.Properties.Ops;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>
/// Compiled = interpreted, for each op and its gradient, and for random programs with nested transforms; with 1, 2 and 3 threads, with and without generated code, to the same bits.
/// </summary>
public sealed class CompiledLaws(ITestOutputHelper output)
{
    public static TheoryData<string> All => EachOp.Names(op => true);

    [Theory, MemberData(nameof(All))]
    public void An_op_compiled_is_the_op(string op) => EachOp.Holds(op, 5, point =>
        Same.Results(Graph.Trace(x => [point.Case.Apply(x)], [.. point.Case.Inputs.Select(input => input.Type)]), point.Case.Inputs, point.Coarseness));

    [Theory, MemberData(nameof(All))]
    public void A_gradient_compiled_is_the_gradient(string op) => EachOp.Holds(op, 3, point => !point.HasDerivative ? null
        : Same.Results(Graph.Trace(x => [.. point.Gradient([.. x])], [.. point.Types]), [.. point.At.Select(x => x.Value)], point.Coarseness));

    [Fact]
    public void A_program_compiled_is_the_program() => Law.Holds(output, 100, Programs.Plain, p => Same.Results(p.Traced(), p.Inputs));

    [Fact]
    public void The_gradient_of_a_program_compiled_is_its_gradient() => Law.Holds(output, 60, Programs.Plain, p => !p.IsTame ? "" : Same.Results(Gradient(p), p.Inputs));

    [Fact]
    public void Nested_transforms_compiled_are_what_they_are() => Law.Holds(output, 60, Programs.Nested, p => Same.Results(p.Traced(), p.Inputs, 1e3));

    // ---- within 8 ulp of the condition-scaled value ----

    [Theory, InlineData(DType.Float64), InlineData(DType.Float32)]
    public void A_program_compiled_is_within_eight_ulp(DType dtype) => Law.Holds(output, 150, Programs.Plain, p => Within(p, dtype, p.Run));

    [Theory, InlineData(DType.Float64), InlineData(DType.Float32)]
    public void A_gradient_compiled_is_within_eight_ulp(DType dtype) => Law.Holds(output, 100, Programs.Plain, p => Within(p, dtype, x => Ad.Grad<Expr[]>(p.Loss, x)), atMost: 0.4);

    [Theory, InlineData(DType.Float64), InlineData(DType.Float32)]
    public void Nested_transforms_compiled_are_within_eight_ulp(DType dtype) => Law.Holds(output, 100, Programs.Nested, p => Within(p, dtype, p.Run));

    [Fact]
    public void A_batch_compiled_is_within_eight_ulp() => Law.Holds(output, 60, Programs.Small, p => Within(p.OverRows(70), DType.Float64, x => Ad.Vmap<Expr[], Expr[]>(y => [p.Run(y), .. Ad.Grad<Expr[]>(p.Loss, y)])(x)), atMost: 0.4);

    private static string? Within(Program p, DType dtype, Func<Expr[], Expr> f) => Within(p, dtype, x => [f(x)]);

    private static string? Within(Program p, DType dtype, Func<Expr[], Expr[]> f)
    {
        ImmutableArray<Tensor> inputs = [.. p.Inputs.Select(input => Expr.Cast(input, dtype).Value)];
        Graph graph;
        try
        {
            graph = Graph.Trace(x => [.. f([.. x])], [.. inputs.Select(input => input.Type)]);
        }
        catch (DTypeException) when (dtype != DType.Float64)
        {
            return "";      // a constant in it is of double precision
        }
        return Conditioned.Differ(graph, inputs);
    }

    [Fact]
    public void A_compiled_function_nests_in_all_transforms() => Law.Holds(output, 40, Programs.Small, p =>
    {
        if (!p.IsTame)
            return "";
        var compiled = Ad.Compile<Expr[], Expr>(p.Run);
        var loss = Ad.Compile<Expr[], Expr>(x => Program.Scalar(compiled.Run(x)));
        var gradient = Ad.Compile<Expr[], Expr[]>(x => Ad.Grad<Expr[]>(loss.Run, x));
        Expr[] expected = Ad.Grad<Expr[]>(p.Loss, p.At), actual = gradient.Run(p.At), outside = Ad.Grad<Expr[]>(loss.Run, p.At);
        return Enumerable.Range(0, expected.Length).Select(i => Near.Tensors($"compile of grad of compile in {i}", expected[i], actual[i], 1e2) ?? Near.Tensors($"grad of compile in {i}", expected[i], outside[i], 1e2)).FirstOrDefault(wrong => wrong is not null);
    });

    private static Graph Gradient(Program p) => Graph.Trace(x => [.. Ad.Grad<Expr[]>(p.Loss, [.. x])], [.. p.Inputs.Select(input => input.Type)]);
}
