using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace Autodiff.Functional.Properties.Documentation;

/// <summary>A function fits on a screen: from its signature to its last brace it takes at most 60 lines.</summary>
public sealed class FunctionSizes
{
    private const int MostLines = 60;

    /// <summary>The functions that may be longer, and why. One that got shorter fails, so that it leaves the list.</summary>
    private static readonly Dictionary<string, string> s_longer = new()
    {
        ["GemmKernel.Block"] = "the kernel of matrix products has each of its accumulators in a local variable, so that the JIT keeps it in a register",
    };

    [Fact]
    public void A_function_fits_on_a_screen()
    {
        var longer = Functions().Where(function => function.Lines > MostLines).OrderByDescending(function => function.Lines).ToArray();
        string[] wrong = [.. longer.Where(function => !s_longer.ContainsKey(function.Name)).Select(function => $"{function.Lines} lines: {function.Name} in {function.File}")];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
        Assert.All(s_longer.Keys, known => Assert.Contains(known, longer.Select(function => function.Name)));
    }

    private static IEnumerable<(string File, string Name, int Lines)> Functions() =>
        from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
        where !Path.GetRelativePath(Repository.Root, file).Split(Path.DirectorySeparatorChar).Intersect(["bin", "obj"]).Any()
        from member in CSharpSyntaxTree.ParseText(File.ReadAllText(file), new(LanguageVersion.Latest)).GetRoot().DescendantNodes()
        where member is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or PropertyDeclarationSyntax or FieldDeclarationSyntax
        let span = member.SyntaxTree.GetLineSpan(member.Span)       // without the summary above it
        select (Path.GetFileName(file), Name(member), span.EndLinePosition.Line - span.StartLinePosition.Line + 1);

    private static string Name(SyntaxNode member) => member switch
    {
        MethodDeclarationSyntax method => $"{(method.Parent as TypeDeclarationSyntax)?.Identifier.Text}.{method.Identifier.Text}",
        ConstructorDeclarationSyntax constructor => $"the constructor of {constructor.Identifier.Text}",
        _ => member.ToString().Split('\n')[0].Trim(),
    };
}
