using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Autodiff.Functional;

/// <summary>What a transform requires of a value: nodes to work on, and that nothing beside them takes part.</summary>
internal static class Required
{
    /// <summary>
    /// The nodes of a value. A value that has none, but numbers or tensors, is an error: they would pass through, and look like their own derivatives. Where there is nothing
    /// (an empty list, None, a case with a name only), the derivative is nothing as well.
    /// </summary>
    public static ImmutableArray<Expr> Nodes<P>(string op, string what, Structure<P> structure, P value)
    {
        Type(op, what, structure);
        var nodes = structure.Flatten(value, op);
        if (nodes.IsEmpty && Others(structure, value, op) is { } others && !others.TrueForAll(IsLabel))
            throw Missing(op, what, value?.GetType() ?? typeof(P), others);
        return nodes;
    }

    /// <summary>The type of a value declares nodes, or leaves open whether there are any.</summary>
    public static void Type<P>(string op, string what, Structure<P> structure)
    {
        if (!structure.HoldsNodes)
            throw Missing(op, what, typeof(P), []);
    }

    /// <summary>All that is no node is the same in two values: it is not computed step by step or case by case, so the second one's would be lost.</summary>
    public static void SameBesideNodes<P>(string op, string what, Structure<P> structure, P value, P like)
    {
        if (structure is OneNode)
            return;
        List<object?> wanted = Others(structure, like, op) ?? [], got = Others(structure, value, op) ?? [];
        for (int i = 0; i < Math.Min(wanted.Count, got.Count); i++)
            if (!StructuralComparisons.StructuralEqualityComparer.Equals(wanted[i], got[i]))
                throw new StructureException(op, $"{what} that differs in its nodes only: {wanted[i] ?? "null"} as before", $"{got[i] ?? "null"}", $"Declare {Named(typeof(P), [wanted[i]])} as Expr if it changes; all else passes through as it is.");
    }

    private static bool IsLabel(object? other) => other is null or string or bool or char or Enum or Delegate or System.Type;

    private static List<object?>? Others<P>(Structure<P> structure, P value, string op)
    {
        var walk = new Walk();
        walk.NoteOthers(null);
        structure.Take(value, walk, op);
        return walk.Others;
    }

    private static StructureException Missing(string op, string what, Type type, List<object?> others) =>
        new(op, $"{what} with an Expr", $"{Names.Of(type)}, which has none", $"All else passes through as it is. Declare {Named(type, others)} as Expr.");

    /// <summary>What should be nodes: members that are numbers or tensors, of the type, of its items, or of what was found in it.</summary>
    private static string Named(Type type, List<object?> others)
    {
        var types = others.OfType<object>().Select(other => other.GetType()).Prepend(type).SelectMany(found => (IEnumerable<Type?>)[found, found.GetElementType(), .. found.GetGenericArguments()]);
        string[] members = [.. types.OfType<Type>().Distinct().SelectMany(Members).Distinct().Take(3)];
        return members.Length > 0 ? string.Join(", ", members) : "what is a number or a tensor now, in a record, a tuple, an array or an immutable collection,";
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Only words of an error: members that were trimmed are not named.")]
    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsArray || type.Assembly == typeof(Expr).Assembly || type.Namespace?.Split('.')[0] is "System" or "Microsoft")
            return [];
        var given = type.GetConstructors().SelectMany(constructor => constructor.GetParameters()).Select(parameter => parameter.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return from property in type.GetProperties()
               where (property.SetMethod is not null || given.Contains(property.Name))
                   && (property.PropertyType == typeof(Tensor) || (property.PropertyType.IsPrimitive && property.PropertyType != typeof(bool)))
               select $"{property.Name} ({Names.Of(property.PropertyType)})";
    }
}
