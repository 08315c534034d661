using Xunit;

namespace Autodiff.Functional.Properties.Documentation;

/// <summary>The C# programs of docs/transforms.md that say what they print do print it. (What it shows in F# stands in tests/FSharp.)</summary>
[Collection(nameof(ReadmeSnippets))]
public sealed class TransformsPage
{
    private static readonly string s_page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "transforms.md"));

    private static IEnumerable<Snippet> Programs => Snippet.In(s_page).Where(snippet => snippet is { Language: "csharp", Prints.Count: > 0 });

    public static TheoryData<int> Lines { get; } = new(Programs.Select(snippet => snippet.Line));

    [Theory, MemberData(nameof(Lines))]
    public async Task Prints_what_it_says(int line)
    {
        var snippet = Programs.Single(snippet => snippet.Line == line);
        Assert.Equal(snippet.Prints, await snippet.Run());
    }

    [Fact]
    public void Shows_the_fold_of_the_sample() => Assert.All(
        s_page.Split("```text\n")[1].Split("```")[0].Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        line => Assert.Contains(line, File.ReadAllText(Path.Combine(Repository.Root, "samples", "Folds", "Cost.cs")), StringComparison.Ordinal));
}
