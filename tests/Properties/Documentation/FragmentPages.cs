using Xunit;

namespace Autodiff.Functional.Properties.Documentation;

/// <summary>What docs/structures.md, docs/control-flow.md and docs/compilation.md show in C# compiles and runs where the functions and values that it takes as given stand beside it, and prints what it says.</summary>
[Collection(nameof(ReadmeSnippets))]
public sealed class FragmentPages
{
    // What each block of a page takes as given, in order.
    private static readonly Dictionary<string, string[]> s_given = new()
    {
        ["structures.md"] =
        [
            """
            static partial class Given
            {
                public static Model model { get; } = new([new(Expr.Ones(Shape.Of(2, 3)), Expr.Ones(Shape.Of(3)))], "small");
                public static Expr Loss(Model m) => m.Layers.Aggregate((Expr)0.0, (sum, layer) => sum + Expr.Sum(Expr.Tanh(layer.Weight) * layer.Bias));
            }
            """,
            """
            record Layer(Expr Weight, Expr Bias);
            record Model(ImmutableArray<Layer> Layers, Expr Scale);
            static partial class Given
            {
                public static Model model { get; } = new([new(Expr.Ones(Shape.Of(2, 3)), Expr.Ones(Shape.Of(3)))], 2.0);
                public static Expr images { get; } = Expr.Ones(Shape.Of(4, 2));
                public static Expr labels { get; } = Expr.Cast(Expr.Zeros(Shape.Of(4, 3)), DType.Int32);
                public static Expr Loss(Model m) => m.Scale * Expr.Sum(Expr.Tanh(m.Layers[0].Weight));
                public static Expr Loss((Model model, Expr images, Expr labels) p) => Expr.Sum(Expr.MatMul(p.images, p.model.Layers[0].Weight) - Expr.Cast(p.labels, DType.Float64));
                public static Expr Statistics(Model m) => Expr.Mean(m.Layers[0].Bias);
            }
            """,
            """
            record Model(Expr Weight, Expr Bias, string Name);
            static partial class Given
            {
                public static Model model { get; } = new(Tensor.Of([1.0, double.NaN]), 2.0, "small");
            }
            """,
            """
            record Line(Expr Slope, Expr Offset);
            static partial class Given
            {
                public static Line model { get; } = new(1.0, 2.0);
                public static Expr Loss(Line m) => Expr.Square(m.Slope) + m.Offset;
            }
            """,
        ],
        ["control-flow.md"] =
        [
            """
            static partial class Given
            {
                public static Expr kind { get; } = 1;
                public static Expr x { get; } = 0.5;
            }
            """,
            """
            record State(Expr Position, Expr Speed);
            static partial class Given
            {
                public static Expr xs { get; } = Expr.Linspace(0, 1, 5);
                public static Expr controls { get; } = Expr.Linspace(0, 1, 5);
                public static State start { get; } = new(0.0, 1.0);
                public static State Step(State s, Expr u) => new(s.Position + 0.1 * s.Speed, s.Speed + 0.1 * u);
            }
            """,
            "static partial class Given { public static Expr a { get; } = 2.0; }",
            "static partial class Given { public static Expr limit { get; } = 100.0; }",
            "static partial class Given;",
        ],
        ["compilation.md"] =
        [
            """
            record Model(Expr Weight, Expr Bias);
            static partial class Given
            {
                public static Model model { get; } = new(Expr.Ones(Shape.Of(2, 3)), Expr.Ones(Shape.Of(3)));
                public static Expr Loss(Model m) => Expr.Sum(Expr.Tanh(m.Weight) * m.Bias);
            }
            """,
            """
            static partial class Given
            {
                public static Expr x { get; } = Expr.Linspace(0, 1, 1000);
                public static Compiled<Expr, (Expr, Expr)> step { get; } = Ad.Compile(Ad.ValueAndGrad((Expr v) => Expr.Sum(Expr.Sin(v))));
            }
            """,
            """
            static partial class Given
            {
                public static Expr x { get; } = Expr.Linspace(0, 1, 1000);
                public static Compiled<Expr, (Expr, Expr)> step { get; } = Ad.Compile(Ad.ValueAndGrad((Expr v) => Expr.Sum(Expr.Sin(v))));
                public static CancellationToken cancellation { get; } = CancellationToken.None;
                public static double[] value { get; } = new double[1];
                public static double[] gradient { get; } = new double[1000];
            }
            """,
            "static partial class Given { public static Expr f(Expr x) => Expr.Sqrt(x); }",
        ],
    };

    private const string Usings = """
        global using System.Collections.Immutable;
        global using static Given;

        """;

    private static Snippet[] In(string page) => [.. Snippet.In(File.ReadAllText(Path.Combine(Repository.Root, "docs", page))).Where(snippet => snippet.Language == "csharp")];

    public static TheoryData<string, int> Blocks()
    {
        var blocks = new TheoryData<string, int>();
        foreach (var (page, given) in s_given)
            for (int block = 0; block < given.Length; block++)
                blocks.Add(page, block);
        return blocks;
    }

    [Theory, MemberData(nameof(Blocks))]
    public async Task Print_what_they_say(string page, int block)
    {
        var snippet = In(page)[block];
        Assert.Equal(snippet.Prints, await snippet.Run(Usings + s_given[page][block]));
    }

    [Fact]
    public void Are_all_run() => Assert.All(s_given, page => Assert.Equal(page.Value.Length, In(page.Key).Length));
}
