using Xunit;

namespace Autodiff.Functional.Properties.Documentation;

/// <summary>The programs of docs/custom-rules.md compile, run and print what they say.</summary>
[Collection(nameof(ReadmeSnippets))]
public sealed class CustomRulesPage
{
    private static readonly string s_page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "custom-rules.md"));

    public static TheoryData<int> Lines { get; } = new(Snippet.In(s_page).Select(snippet => snippet.Line));

    [Theory, MemberData(nameof(Lines))]
    public async Task Prints_what_it_says(int line)
    {
        var snippet = Snippet.In(s_page).Single(snippet => snippet.Line == line);
        Assert.Equal(snippet.Prints, await snippet.Run());
    }

    [Fact]
    public void Shows_the_table_that_is_printed() => Assert.Equal(
        $"{Ad.CheckGradients(p => Expr.Sin(p.X) * p.Y, (X: Expr.Scalar(0.5), Y: Expr.Scalar(2.0)), name: "p")}".ReplaceLineEndings("\n").TrimEnd(),
        s_page.ReplaceLineEndings("\n").Split("```table\n")[1].Split("```")[0].TrimEnd());
}
