using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace Autodiff.Functional.Properties.Documentation;

/// <summary>
/// The picture of the layers in docs/architecture.md is what the sources do: a folder uses only what its arrows lead to. A member of a class that has parts in several folders (an operator of Expr, say)
/// belongs to the folder of the class.
/// </summary>
public sealed partial class Layers
{
    private static readonly string s_sources = Path.Combine(Repository.Root, "src", "Autodiff.Functional");

    /// <summary>From a folder to those that it may use: the arrows, and where they lead on to.</summary>
    private static readonly Dictionary<string, HashSet<string>> s_allowed = Allowed();

    /// <summary>Where the sources go against the arrows, and why. The list may only get shorter: one that is no longer needed fails.</summary>
    private static readonly Dictionary<(string From, string To), string> s_known = new()
    {
        [("Graph", "Transforms")] = "the methods of Graph are where the folds are called: Graph.Vjp, Jvp, Batch",
        [("Graph", "Ops")] = "folding scalars asks an op for its function without tensors",
        [("Kernels", "Ops")] = "the triangular solvers run the elementwise struct Subtract",
    };

    [Fact]
    public void No_folder_uses_one_that_its_arrows_do_not_lead_to()
    {
        var against = Uses().Where(use => use.From != use.To && !s_allowed[use.From].Contains(use.To)).GroupBy(use => (use.From, use.To)).ToArray();
        string[] upward = [.. against.Where(group => !s_known.ContainsKey(group.Key)).Select(group => $"{group.Key.From} uses {group.Key.To}: {string.Join(", ", group.Select(use => $"{use.What} in {use.File}").Distinct().Take(5))}")];
        Assert.True(upward.Length == 0, string.Join('\n', upward));
        Assert.All(s_known.Keys, known => Assert.Contains(known, against.Select(group => group.Key)));
    }

    [Fact]
    public void Every_folder_is_in_the_picture() =>
        Assert.All(Directory.EnumerateDirectories(s_sources).Select(Path.GetFileName).Except(["bin", "obj"]), folder => Assert.Contains(folder!, s_allowed.Keys));

    [Fact]
    public void No_arrow_leads_back() => Assert.All(s_allowed, entry => Assert.DoesNotContain(entry.Key, entry.Value));

    private static Dictionary<string, HashSet<string>> Allowed()
    {
        string picture = File.ReadAllText(Path.Combine(Repository.Root, "docs", "architecture.md")).Split("```mermaid\n")[1].Split("```")[0];
        var direct = Node().Matches(picture).Select(match => match.Groups[1].Value).Distinct().ToDictionary(node => node, _ => new HashSet<string>());
        foreach (Match arrow in Arrow().Matches(picture))
            direct[arrow.Groups[1].Value].Add(arrow.Groups[2].Value);
        bool grown = true;
        while (grown)
            grown = direct.Values.Aggregate(false, (any, to) => to.ToArray().Aggregate(any, (any, next) => direct[next].Aggregate(any, (any, far) => to.Add(far) || any)));
        foreach (var to in direct.Where(entry => entry.Key != "Errors").Select(entry => entry.Value))
            to.Add("Errors");   // "Errors is used by all"
        return direct;
    }

    private static IEnumerable<(string From, string To, string What, string File)> Uses()
    {
        var trees = Directory.EnumerateFiles(s_sources, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Folder(file).StartsWith("obj", StringComparison.Ordinal) && !Folder(file).StartsWith("bin", StringComparison.Ordinal))
            .Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), new(LanguageVersion.Latest), file))
            .Append(CSharpSyntaxTree.ParseText("global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading; global using System.Threading.Tasks;"))
            .ToArray();
        var assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(path => Path.GetFileName(path).StartsWith("System", StringComparison.Ordinal));
        var compilation = CSharpCompilation.Create("Layers", trees, assemblies.Select(path => MetadataReference.CreateFromFile(path)), new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        foreach (var tree in trees.Where(tree => tree.FilePath.Length > 0))
        {
            var model = compilation.GetSemanticModel(tree);
            foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
                if (model.GetSymbolInfo(name).Symbol is { } symbol && Home(symbol) is { } home)
                    yield return (Folder(tree.FilePath), home, name.ToString(), Path.GetFileName(tree.FilePath));
        }
    }

    /// <summary>The folder of the outermost class that a symbol belongs to; where it has parts in several, that of the part whose file has its name.</summary>
    private static string? Home(ISymbol symbol)
    {
        var type = symbol as INamedTypeSymbol ?? (symbol is INamespaceSymbol or ITypeParameterSymbol or ILocalSymbol or IParameterSymbol ? null : symbol.ContainingType);
        while (type?.ContainingType is { } outer)
            type = outer;
        string[] files = [.. type?.OriginalDefinition.DeclaringSyntaxReferences.Select(reference => reference.SyntaxTree.FilePath) ?? []];
        return files.Length == 0 ? null : Folder(files.FirstOrDefault(file => Path.GetFileNameWithoutExtension(file) == type!.Name) ?? files[0]);
    }

    /// <summary>The innermost folder that has a place in the picture.</summary>
    private static string Folder(string file)
    {
        string[] folders = Path.GetRelativePath(s_sources, file).Split(Path.DirectorySeparatorChar)[..^1];
        return folders.LastOrDefault(s_allowed.ContainsKey) ?? folders.FirstOrDefault("");
    }

    [GeneratedRegex(@"\b(\w+)(?:\[""[^""]*""\])?(?= *(?:-->|$))", RegexOptions.Multiline)]
    private static partial Regex Node();

    [GeneratedRegex(@"^ *(\w+)(?:\[""[^""]*""\])? *--> *(\w+)", RegexOptions.Multiline)]
    private static partial Regex Arrow();
}
