using Xunit;

namespace Autodiff.Functional.Properties.Documentation;

/// <summary>README.md, CONTRIBUTING.md and the packages' pages say only what is so: their programs compile, run and print what they say; commands are there.</summary>
[Collection(nameof(ReadmeSnippets))]
public sealed class ReadmeSnippets
{
    static readonly string Readme = Read("README.md");

    static string Read(string page) => File.ReadAllText(Path.Combine(Repository.Root, page));

    public static TheoryData<string, int> Programs()
    {
        var programs = new TheoryData<string, int>();
        string[] pages = ["README.md", "CONTRIBUTING.md", .. Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(folder => Path.Combine(folder, "README.md")).Order()];
        foreach (string page in pages)
            foreach (var snippet in Snippet.In(Read(page)))
                programs.Add(Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, page)), snippet.Line);
        return programs;
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Prints_what_it_says(string page, int line)
    {
        var snippet = Snippet.In(Read(page)).Single(snippet => snippet.Line == line);
        var printed = await snippet.Run();
        Assert.True(snippet.Prints.SequenceEqual(printed), $"""
            The {snippet.Language} block in line {line} of {page} says that it prints
            {string.Join('\n', snippet.Prints)}

            but it prints
            {string.Join('\n', printed)}

            {snippet.Code}
            """);
    }

    /// <summary>The op that the walkthrough shows stands in the sources like that, line by line.</summary>
    [Fact]
    public void Shows_an_op_as_it_is()
    {
        string[] shown = Read("CONTRIBUTING.md").ReplaceLineEndings("\n").Split("```text\n")[1].Split("```")[0].Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string[] there = Read("src/Autodiff.Functional/Ops/Elementwise/Activations.cs").ReplaceLineEndings("\n").Split('\n', StringSplitOptions.TrimEntries);
        Assert.True(shown.Length > 8, "the walkthrough shows no op");
        Assert.All(shown, line => Assert.Contains(line, there));
    }

    [Theory]
    [InlineData("csharp")]
    [InlineData("fsharp")]
    public void Has_a_program_in(string language) =>
        Assert.Contains(Snippet.In(Readme), snippet => snippet.Language == language);

    [Theory]
    [InlineData("dotnet run -c Release --project samples/Fit")]
    [InlineData("dotnet test Functional.sln")]
    public void Has_the_command(string command) =>
        Assert.Contains(command, Readme.ReplaceLineEndings("\n").Split('\n'));
}

/// <summary>Runs alone: a program's output is taken from <see cref="Console.Out"/>, which is the process's.</summary>
[CollectionDefinition(nameof(ReadmeSnippets), DisableParallelization = true)]
public sealed class ReadmeSnippetsRunAlone;
