using Xunit;

namespace Autodiff.Functional.Properties.Documentation;

/// <summary>README.md says only what is so: its programs compile, run and print what they say; its commands are there.</summary>
[Collection(nameof(ReadmeSnippets))]
public sealed class ReadmeSnippets
{
    static readonly string Readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    public static TheoryData<int> Lines { get; } = new(Snippet.In(Readme).Select(snippet => snippet.Line));

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Prints_what_it_says(int line)
    {
        var snippet = Snippet.In(Readme).Single(snippet => snippet.Line == line);
        var printed = await snippet.Run();
        Assert.True(snippet.Prints.SequenceEqual(printed), $"""
            The {snippet.Language} block in line {line} of README.md says that it prints
            {string.Join('\n', snippet.Prints)}

            but it prints
            {string.Join('\n', printed)}

            {snippet.Code}
            """);
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
