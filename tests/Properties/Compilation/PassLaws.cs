using System.Collections.Immutable;
using Autodiff.Functional.Compilation;
using Autodiff.Functional.Properties.Ops;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>Each pass alone, and each beginning of the pipeline, preserves what a program computes.</summary>
public sealed class PassLaws(ITestOutputHelper output)
{
    private static readonly ImmutableArray<Pass> s_passes = Pipeline.Of(new());

    public static TheoryData<string> Names => [.. s_passes.Select(pass => pass.Name)];

    [Theory, MemberData(nameof(Names))]
    public void A_pass_preserves_meaning(string name) => Law.Holds(output, 60, Programs.Plain, p =>
    {
        if (!p.IsTame)
            return "";
        var graph = Graph.Trace(x => [p.Run([.. x]), .. Ad.Grad<Expr[]>(p.Loss, [.. x])], [.. p.Inputs.Select(input => input.Type)]);
        var before = Functional.Compilation.Program.Of(graph).Program;
        var expected = before.Evaluate(p.Inputs.AsSpan());
        foreach (var pass in s_passes)
        {
            // Alone where it can stand alone, and after those before it.
            if (pass.Name == name)
                return Compare(before, pass) ?? Compare(s_passes.TakeWhile(other => other.Name != name).Aggregate(before, (program, other) => other.Apply(program)), pass);
        }
        return "no such pass";

        string? Compare(Functional.Compilation.Program program, Pass pass)
        {
            if (pass.Name == "fusion" && program == before)
                program = Views.Apply(program);
            var after = pass.Apply(program);
            var actual = after.Evaluate(p.Inputs.AsSpan());
            return Enumerable.Range(0, expected.Length).Select(i => Near.Tensors($"output {i}", expected[i], actual[i])).FirstOrDefault(wrong => wrong is not null) is { } wrong
                ? $"{wrong}\nbefore\n{program}\nafter\n{after}" : null;
        }
    });
}
