using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties;

/// <summary>What the generators draw: a law is worth what it is tried on.</summary>
public sealed class DistributionTests(ITestOutputHelper output)
{
    private static List<Program> Drawn(int count, int depth, int steps) => [.. Enumerable.Range(0, count).Select(seed => Programs.Of(new Random(seed), depth, steps))];

    [Fact]
    public void Every_op_is_drawn()
    {
        var counts = Drawn(1500, 0, 12).SelectMany(p => p.Steps).CountBy(s => s.Op).ToDictionary();
        output.WriteLine(string.Join(", ", counts.OrderBy(c => c.Value).Select(c => $"{c.Key} {c.Value}")));
        Assert.All(Vocabulary.Kinds, kind => Assert.InRange(counts.GetValueOrDefault(kind.Op), 15, int.MaxValue));
    }

    [Fact]
    public void Programs_are_deep_and_share()
    {
        var programs = Drawn(500, 0, 12);
        double share = programs.Count(p => p.Shares) / 500.0, deep = programs.Count(p => p.Depth >= 5) / 500.0, several = programs.Count(p => p.Inputs.Length > 1) / 500.0;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"shared subterms {share:P0}, five deep or more {deep:P0}, several inputs {several:P0}"));
        Assert.InRange(share, 0.25, 1);
        Assert.InRange(deep, 0.25, 1);
        Assert.InRange(several, 0.5, 1);
        Assert.All(Enumerable.Range(0, 4), rank => Assert.InRange(programs.Count(p => Enumerable.Range(0, p.Count).Any(v => p.ShapeOf(v).Rank == rank)), 50, 500));
        Assert.All(programs, p => Assert.True(p.IsTame, $"{p}"));
    }

    [Fact]
    public void Transforms_nest_to_depth_three_in_all_mixes()
    {
        var programs = Drawn(2000, 3, 4);
        var nesting = programs.CountBy(p => p.Nesting).ToDictionary();
        var pairs = programs.SelectMany(p => p.AllSteps).Where(s => s.Inner is not null)
            .SelectMany(s => s.Inner!.Body.Steps.Where(i => i.Inner is not null).Select(i => (s.Inner.Mode, i.Inner!.Mode))).CountBy(m => m).ToDictionary();
        output.WriteLine($"nesting: {string.Join(", ", nesting.OrderBy(n => n.Key))}; mixes: {string.Join(", ", pairs.OrderBy(p => p.Key))}");
        Assert.All([1, 2, 3], depth => Assert.InRange(nesting.GetValueOrDefault(depth), 100, 2000));
        Assert.Equal(64, pairs.Count);
    }

    [Fact]
    public void A_printed_program_compiles_and_is_the_program()
    {
        var programs = Drawn(12, 0, 12).Concat(Drawn(24, 3, 4)).ToList();
        string source = $$"""
            using Autodiff.Functional;
            public static class Printed
            {
                public static Expr[] Results() => [{{string.Join(", ", programs.Select((_, i) => $"P{i}()"))}}];
            {{string.Join("\n", programs.Select((p, i) => $"static Expr P{i}()\n{{\n{p}\nreturn y;\n}}"))}}
            }
            """;
        string[] references = [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(path => !path.Contains("xunit", StringComparison.Ordinal))];
        var compilation = CSharpCompilation.Create("printed", [CSharpSyntaxTree.ParseText(source)],
            references.Select(path => MetadataReference.CreateFromFile(path)), new(OutputKind.DynamicallyLinkedLibrary));
        using var assembly = new MemoryStream();
        Assert.Empty(compilation.Emit(assembly).Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => $"{d}\n{source}"));
        var results = (Expr[])System.Reflection.Assembly.Load(assembly.ToArray()).GetType("Printed")!.GetMethod("Results")!.Invoke(null, null)!;
        Assert.Equal(programs.Select(p => p.Run(p.At).Value), results.Select(r => r.Value));
    }

    [Fact]
    public void A_counterexample_becomes_small()
    {
        // As a law would: "no program multiplies by itself".
        var program = Drawn(200, 0, 12).First(p => IsCounterexample(p) && p.Steps.Length > 5);
        var smaller = program;
        while (Programs.Smaller(smaller).FirstOrDefault(IsCounterexample) is { } next)
            smaller = next;
        output.WriteLine($"{smaller}");
        Assert.InRange(smaller.Steps.Length, 1, 2);

        static bool IsCounterexample(Program p) => p.Steps.Any(s => s.Op == "Multiply");
    }
}
