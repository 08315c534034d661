using System.Reflection;
using Xunit;

namespace Autodiff.Functional.Properties.Documentation;

/// <summary>The public signatures of the F# package are those of its PublicAPI.txt. AUTODIFF_UPDATE=1 writes it anew (eng/public-api does that); otherwise a change that was not listed fails.</summary>
public sealed class FSharpApi
{
    private static readonly string s_path = Path.Combine(Repository.Root, "src", "Autodiff.Functional.FSharp", "PublicAPI.txt");

    [Fact]
    public void Is_listed()
    {
        string[] api = [.. Assembly.Load("Autodiff.Functional.FSharp").GetExportedTypes().SelectMany(Signatures).Order(StringComparer.Ordinal)];
        if (Environment.GetEnvironmentVariable("AUTODIFF_UPDATE") == "1")
            File.WriteAllLines(s_path, api);
        string[] listed = File.Exists(s_path) ? File.ReadAllLines(s_path) : [];
        Assert.True(api.SequenceEqual(listed), $"""
            The public API of F# is not the one listed: run eng/public-api and look at the change.
            new: {string.Join("\n     ", api.Except(listed))}
            gone: {string.Join("\n      ", listed.Except(api))}
            """);
    }

    private static IEnumerable<string> Signatures(Type type) =>
        type.GetMembers(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(member => member is not MethodInfo { IsSpecialName: true })
            .Select(member => $"{type.FullName}: {member}")
            .Prepend($"{type.FullName}");
}
