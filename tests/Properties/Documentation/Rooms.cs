using Xunit;

namespace Autodiff.Functional.Properties.Documentation;

/// <summary>The sources lie in folders that a person can overlook, and docs/architecture.md has a sentence for each.</summary>
public sealed class Rooms
{
    private const int MostFiles = 16;

    private static readonly string s_sources = Path.Combine(Repository.Root, "src", "Autodiff.Functional");

    [Fact]
    public void A_folder_holds_few_files() =>
        Assert.All(Folders(), folder => Assert.InRange(Directory.GetFiles(folder, "*.cs").Length, 0, MostFiles));

    [Fact]
    public void A_folder_has_a_sentence_in_the_page_on_architecture()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "architecture.md"));
        Assert.All(Folders(), folder => Assert.Contains($"| `{Path.GetRelativePath(Repository.Root, folder).Replace('\\', '/')}` | ", page, StringComparison.Ordinal));
    }

    [Fact]
    public void A_sentence_in_the_page_on_architecture_has_a_folder_or_a_file()
    {
        var rows = File.ReadLines(Path.Combine(Repository.Root, "docs", "architecture.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1]);
        Assert.All(rows, row => Assert.True(Path.Exists(Path.Combine(Repository.Root, row)), row));
    }

    /// <summary>All folders below the sources that hold a file, save what the build makes.</summary>
    private static IEnumerable<string> Folders() => Directory.EnumerateDirectories(s_sources, "*", SearchOption.AllDirectories)
        .Where(folder => Path.GetRelativePath(s_sources, folder).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj") && Directory.EnumerateFiles(folder, "*.cs").Any());
}
