using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

/// <summary>How values of a type are taken apart into nodes and put together again with others.</summary>
internal abstract class Structure<P>
{
    /// <summary>The nodes of a value, in order.</summary>
    public abstract ImmutableArray<Expr> Flatten(P value);

    /// <summary>A value like a given one, with other nodes.</summary>
    public abstract P Rebuild(P like, ImmutableArray<Expr> nodes);
}

/// <summary>The structures that there are.</summary>
internal static class Structure
{
    /// <summary>Why the reflective path is not for trimmed programs.</summary>
    internal const string Reflective = "Parameter structures other than Expr are taken apart by reflection. In a trimmed or ahead-of-time compiled program, use functions of one Expr.";

    /// <summary>A node by itself.</summary>
    public static Structure<Expr> Node { get; } = new OneNode();

    /// <summary>Any structure, by reflection.</summary>
    /// <exception cref="StructureException">Values of the type can't be taken apart.</exception>
    [RequiresDynamicCode(Reflective), RequiresUnreferencedCode(Reflective)]
    public static Structure<P> Of<P>(string op) => Node as Structure<P> ?? new ByReflection<P>(Reflected.Of(typeof(P), op));

    private sealed class OneNode : Structure<Expr>
    {
        public override ImmutableArray<Expr> Flatten(Expr value)
        {
            ArgumentNullException.ThrowIfNull(value);
            return [value];
        }

        public override Expr Rebuild(Expr like, ImmutableArray<Expr> nodes) => nodes[0];
    }

    private sealed class ByReflection<P>(Reflected structure) : Structure<P>
    {
        public override ImmutableArray<Expr> Flatten(P value)
        {
            var nodes = ImmutableArray.CreateBuilder<Expr>();
            structure.Flatten(value, "the argument", nodes);
            return nodes.ToImmutable();
        }

        public override P Rebuild(P like, ImmutableArray<Expr> nodes)
        {
            var rest = nodes.AsSpan();
            return (P)structure.Rebuild(like!, ref rest);
        }
    }
}

/// <summary>
/// How a parameter structure of some type is taken apart into its nodes and put together again: a node itself, arrays, tuples and value tuples, nested.
/// One is made per type, and kept.
/// </summary>
internal abstract class Reflected
{
    private static readonly ConcurrentDictionary<Type, Reflected> s_known = new();

    /// <exception cref="StructureException">Values of the type can't be taken apart.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static Reflected Of(Type type, string op) => s_known.GetOrAdd(type, static (type, op) =>
        type == typeof(Expr) ? new Node()
        : type.IsSZArray ? new OfArray(type.GetElementType()!, Of(type.GetElementType()!, op))
        : type.IsAssignableTo(typeof(ITuple)) && type.IsGenericType ? new OfTuple(type, [.. type.GetGenericArguments().Select(item => Of(item, op))])
        : throw new StructureException(op, "parameters that are Expr, arrays or tuples of them, nested", Readable(type), "Pass the Exprs in a tuple or an array."), op);

    /// <summary>Adds the nodes of a value, in order.</summary>
    public abstract void Flatten(object? value, string path, ImmutableArray<Expr>.Builder nodes);

    /// <summary>A value like a given one, with other nodes, which are taken from the front.</summary>
    public abstract object Rebuild(object like, ref ReadOnlySpan<Expr> nodes);

    private static string Readable(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Readable))}>"
        : type.Name;

    private static StructureException Null(string path) => new("Structure", "a value", $"null at {path}");

    private sealed class Node : Reflected
    {
        public override void Flatten(object? value, string path, ImmutableArray<Expr>.Builder nodes) => nodes.Add(value as Expr ?? throw Null(path));

        public override object Rebuild(object like, ref ReadOnlySpan<Expr> nodes)
        {
            var node = nodes[0];
            nodes = nodes[1..];
            return node;
        }
    }

    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    private sealed class OfArray(Type element, Reflected items) : Reflected
    {
        public override void Flatten(object? value, string path, ImmutableArray<Expr>.Builder nodes)
        {
            var array = value as Array ?? throw Null(path);
            for (int i = 0; i < array.Length; i++)
                items.Flatten(array.GetValue(i), $"{path}[{i}]", nodes);
        }

        public override object Rebuild(object like, ref ReadOnlySpan<Expr> nodes)
        {
            var old = (Array)like;
            var array = Array.CreateInstance(element, old.Length);
            for (int i = 0; i < array.Length; i++)
                array.SetValue(items.Rebuild(old.GetValue(i)!, ref nodes), i);
            return array;
        }
    }

    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    private sealed class OfTuple([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type type, ImmutableArray<Reflected> items) : Reflected
    {
        private readonly ConstructorInfo _constructor = type.GetConstructors()[0];

        public override void Flatten(object? value, string path, ImmutableArray<Expr>.Builder nodes)
        {
            var tuple = value as ITuple ?? throw Null(path);
            for (int i = 0; i < items.Length; i++)
                items[i].Flatten(Item(tuple, i), $"{path}.Item{i + 1}", nodes);
        }

        public override object Rebuild(object like, ref ReadOnlySpan<Expr> nodes)
        {
            var tuple = (ITuple)like;
            var arguments = new object[items.Length];
            for (int i = 0; i < arguments.Length; i++)
                arguments[i] = items[i].Rebuild(Item(tuple, i)!, ref nodes);
            return _constructor.Invoke(arguments);
        }

        // The eighth item of a long tuple is a tuple of the rest, which ITuple hides.
        private object? Item(ITuple tuple, int i) => i < 7 ? tuple[i] : type.IsValueType ? type.GetField("Rest")!.GetValue(tuple) : type.GetProperty("Rest")!.GetValue(tuple);
    }
}

