using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace Autodiff.Functional.Properties.Documentation;

/// <summary>A fenced block of a Markdown file that is a program, with the lines that it says it prints.</summary>
/// <param name="Language">csharp or fsharp.</param>
/// <param name="Line">Where its code begins in the file.</param>
/// <param name="Code">Its text.</param>
/// <param name="Prints">Its comments "// prints: …", or the block of text that follows it.</param>
sealed record Snippet(string Language, int Line, string Code, IReadOnlyList<string> Prints)
{
    const string Fence = "```", PrintsComment = "// prints: ";

    /// <summary>All blocks of the file in the languages that can be run.</summary>
    public static IEnumerable<Snippet> In(string markdown)
    {
        var blocks = Blocks(markdown.ReplaceLineEndings("\n").Split('\n')).ToArray();
        return
            from pair in blocks.Zip([.. blocks.Skip(1), new Block("", 0, [])])
            let block = pair.First
            where block.Language is "csharp" or "fsharp"
            select new Snippet(block.Language, block.Line, string.Join('\n', block.Content), pair.Second.Language == "text"
                ? pair.Second.Content
                : [.. block.Content.Where(line => line.Contains(PrintsComment, StringComparison.Ordinal))
                    .Select(line => line[(line.IndexOf(PrintsComment, StringComparison.Ordinal) + PrintsComment.Length)..].TrimEnd())]);
    }

    /// <summary>Compiles and runs it; the lines that it printed.</summary>
    /// <param name="given">C# that it takes as given, in a file of its own.</param>
    /// <exception cref="InvalidOperationException">It does not compile, or it failed.</exception>
    public async Task<IReadOnlyList<string>> Run(string given = "") =>
        Lines(Language == "csharp" ? RunCSharp(given) : await RunFSharp());

    sealed record Block(string Language, int Line, string[] Content);

    static IEnumerable<Block> Blocks(string[] lines)
    {
        for (var start = 0; start < lines.Length; start++)
        {
            if (lines[start].StartsWith(Fence, StringComparison.Ordinal))
            {
                var end = Array.IndexOf(lines, Fence, start + 1);
                yield return end >= 0
                    ? new(lines[start][Fence.Length..].Trim(), start + 2, lines[(start + 1)..end])
                    : throw new InvalidOperationException($"The block that begins in line {start + 1} has no end.");
                start = end;
            }
        }
    }

    string RunCSharp(string given)
    {
        using var image = new MemoryStream(Compile(given));
        var context = new AssemblyLoadContext($"line {Line}", isCollectible: true);
        var (console, output) = (Console.Out, new StringWriter(CultureInfo.InvariantCulture));
        try
        {
            Console.SetOut(output);
            var main = context.LoadFromStream(image).EntryPoint!;
            main.Invoke(null, main.GetParameters().Length == 0 ? [] : [Array.Empty<string>()]);
        }
        catch (TargetInvocationException failed)
        {
            throw Broken($"{failed.InnerException}");
        }
        finally
        {
            Console.SetOut(console);
            context.Unload();
        }
        return output.ToString();
    }

    byte[] Compile(string given)
    {
        var assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var compilation = CSharpCompilation.Create(
            $"Line{Line}",
            [CSharpSyntaxTree.ParseText(GlobalUsings, options), CSharpSyntaxTree.ParseText(given, options), CSharpSyntaxTree.ParseText(Code, options)],
            assemblies.Select(path => MetadataReference.CreateFromFile(path)),
            new(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));

        using var image = new MemoryStream();
        EmitResult result = compilation.Emit(image);
        var problems = result.Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning).ToArray();
        return problems is [] ? image.ToArray() : throw Broken(string.Join('\n', problems.AsEnumerable()));
    }

    // What a console project has that says ImplicitUsings, and the library.
    const string GlobalUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Autodiff.Functional;
        """;

    async Task<string> RunFSharp()
    {
        var folder = Directory.CreateTempSubdirectory("snippet");
        try
        {
            var script = Path.Combine(folder.FullName, "snippet.fsx");
            await File.WriteAllTextAsync(script, $"""
                #r "{Path.Combine(AppContext.BaseDirectory, "Autodiff.Functional.dll")}"
                #r "{Path.Combine(AppContext.BaseDirectory, "Autodiff.Functional.FSharp.dll")}"
                #line {Line} "README.md"
                {Code}
                """);

            using var interactive = Process.Start(new ProcessStartInfo(
                Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
                ["fsi", "--quiet", "--nologo", "--warnaserror+", "--exec", script])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var output = interactive.StandardOutput.ReadToEndAsync();
            var errors = interactive.StandardError.ReadToEndAsync();
            await interactive.WaitForExitAsync();
            return interactive.ExitCode == 0 ? await output : throw Broken(await errors + await output);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    InvalidOperationException Broken(string why) => new($"The {Language} block in line {Line} is broken:\n{Code}\n\n{why}");

    static string[] Lines(string output) => output.Length == 0 ? [] : output.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
}
