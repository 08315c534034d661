using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Autodiff.Functional;

/// <summary>
/// The list of all ops, read by the laws that every op must obey, by the docs and by exporters. An op is in it because its own type has a static
/// property of type <see cref="OpInfo"/> (or several of them: <c>IEnumerable&lt;OpInfo&gt;</c>), or the class that users call it by has: no list is kept anywhere. An op of yours, in your own
/// assembly, gets in the same way.
/// </summary>
/// <example><code>
/// foreach (var op in Catalogue.Of(typeof(Expr).Assembly))
///     Console.WriteLine($"{op.Signature} = {op.Formula}");
/// </code></example>
public static class Catalogue
{
    private const string Reflective = "The entries are found by reflection, and a trimmed program may have lost them.";

    /// <summary>The entries of the ops of an assembly, by name.</summary>
    [RequiresUnreferencedCode(Reflective)]
    public static ImmutableArray<OpInfo> Of(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        return [.. assembly.GetTypes().Where(type => !type.ContainsGenericParameters).SelectMany(In).OrderBy(entry => entry.Name, StringComparer.Ordinal)];
    }

    [RequiresUnreferencedCode(Reflective)]
    private static IEnumerable<OpInfo> In(Type type) => type
        .GetProperties(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        .Where(property => property.PropertyType == typeof(OpInfo) || property.PropertyType.IsAssignableTo(typeof(IEnumerable<OpInfo>)))
        .SelectMany(property => property.GetValue(null) is OpInfo one ? [one] : (IEnumerable<OpInfo>)property.GetValue(null)!);
}
