using System.Collections.Immutable;
using System.Text;

namespace Autodiff.Functional;

/// <summary>
/// Walks that know where they are, for <see cref="Structure.Leaves"/> and for errors: slower, and with a stack of their own, so that no depth is too deep.
/// </summary>
internal static class Paths
{
    /// <summary>A way from the root, kept as a chain until somebody reads it.</summary>
    private sealed record Trail(Trail? Before, string Step)
    {
        public override string ToString()
        {
            var steps = new Stack<string>();
            for (Trail? trail = this; trail is not null; trail = trail.Before)
                steps.Push(trail.Step);
            return steps.Count <= 64 ? string.Concat(steps) : string.Concat(steps.Take(32)) + " … " + string.Concat(steps.Skip(steps.Count - 8));
        }
    }

    private readonly record struct Visited(Trail Trail, Child Child, object? Leaving = null);

    public static ImmutableArray<(string Path, Expr Node)> Leaves<P>(Structure<P> structure, P value, string op, string name) =>
        [.. Tokens(structure, value, op, name).Where(token => token.Node is not null).Select(token => (token.Trail.ToString(), token.Node!))];

    /// <summary>The error that a walk ran into.</summary>
    public static StructureException Diagnose<P>(Structure<P> structure, P value, string op)
    {
        try
        {
            foreach (var _ in Tokens(structure, value, op, "the argument"))
                ;
        }
        catch (StructureException error)
        {
            return error;
        }
        return new(op, "a structure that can be walked", Names.Of(typeof(P)));
    }

    /// <summary>The error that two structures differ, with the first place where they do.</summary>
    public static StructureException Differ<P>(Structure<P> structure, P value, P like, string op, string what)
    {
        ImmutableArray<string> wanted = [.. All(like)], got = [.. All(value)];
        int leavesWanted = structure.Flatten(like, op).Length, leavesGot = structure.Flatten(value, op).Length;
        int i = 0;
        while (i < wanted.Length && i < got.Length && wanted[i] == got[i])
            i++;
        string Place(ImmutableArray<string> places) => i < places.Length ? places[i] : "its end";
        return new(op, $"{what} with {leavesWanted} nodes, like what it belongs to", $"{leavesGot}: the first difference is {Place(wanted)} against {Place(got)}",
            "Lengths, keys and cases must be the same.");

        IEnumerable<string> All(P p) => Tokens(structure, p, op, "").Select(token => $"'{token.Trail}'{(token.Note is null ? "" : $" ({token.Note})")}");
    }

    /// <summary>Every node, and every place where structures of one type may differ.</summary>
    private static IEnumerable<(Trail Trail, Expr? Node, string? Note)> Tokens<P>(Structure<P> structure, P value, string op, string name)
    {
        var ancestors = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var rest = new Stack<Visited>([new(new(null, name), new("", structure, value))]);
        while (rest.TryPop(out var visited))
        {
            if (visited.Leaving is { } left)
            {
                ancestors.Remove(left);
                continue;
            }
            var (trail, child) = (visited.Trail, visited.Child with { Structure = visited.Child.Structure.For(visited.Child.Value) });
            if (child.Structure.Flaw is { } flaw && (child.Value is not null || trail.Before is null))
                throw new StructureException(op, flaw.Expected, $"{flaw.Got} (at {trail})", flaw.Remedy);
            if (child.Structure is OneNode)
            {
                if (child.Value is null && !child.MayBeMissing)
                    throw new StructureException(op, "a value", $"null at {trail}", "Make the member nullable (Expr?) if it may be missing.");
                yield return (trail, child.Value as Expr, child.Value is null ? "null" : null);
                continue;
            }
            if (child.Value is null && trail.Before is null && !child.Structure.NullIsValue)
                throw new StructureException(op, "a value", $"null at {trail}");
            if (child.Value is { } parent && !parent.GetType().IsValueType)
            {
                if (!ancestors.Add(parent))
                    throw new StructureException(op, "a structure that ends", $"{Names.Of(parent.GetType())} at {trail}, which holds itself: a cycle", "Break the cycle; what refers to another part can do so by its key or index.");
                rest.Push(new(trail, default, parent));
            }
            Child[] children = [.. child.Structure.Children(child.Value)];
            if (child.Structure.HoldsNodes && children.Length == 0)
                yield return (trail, null, child.Value is null ? "null" : "empty or without nodes");
            for (int i = children.Length - 1; i >= 0; i--)
                rest.Push(new(new(trail, children[i].Step), children[i]));
        }
    }
}

/// <summary>Types as a C# programmer writes them.</summary>
internal static class Names
{
    public static string Of(Type type)
    {
        if (type.IsArray)
            return $"{Of(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        string name = type.DeclaringType is { } outer && !type.IsGenericParameter && !type.Name.StartsWith('<') ? $"{Bare(outer.Name)}.{Bare(type.Name)}" : Bare(type.Name);
        return type.IsGenericType ? new StringBuilder(name).Append('<').AppendJoin(", ", type.GetGenericArguments().Select(Of)).Append('>').ToString() : name;
    }

    private static string Bare(string name) => name.IndexOf('`', StringComparison.Ordinal) is var tick and >= 0 ? name[..tick] : name;
}
