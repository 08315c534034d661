using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Autodiff.Functional;

/// <summary>How values of a type are taken apart into nodes and put together again with others. See <see cref="Structure"/>.</summary>
/// <typeparam name="P">The type.</typeparam>
public abstract class Structure<P> : IStructure
{
    private protected Structure() { }

    // ---- what each kind of structure gives ----

    /// <summary>False: no value has a node in it, and all pass through untouched.</summary>
    internal virtual bool HoldsNodes => true;

    /// <summary>Null is a value like others (an F# option), not something that is missing.</summary>
    internal virtual bool NullIsValue => default(P) is not null;

    /// <summary>Why values can't be taken apart, if they can't.</summary>
    internal virtual Flaw? Flaw => null;

    /// <summary>Tells values of one declared type apart that are of several; 0 for rows of items, which are alike whatever holds them.</summary>
    internal virtual int Kind => RuntimeHelpers.GetHashCode(this);

    /// <summary>How this very value is taken apart, where the type leaves it open.</summary>
    internal virtual IStructure For(object? value) => this;

    /// <summary>Adds the nodes of a value, in order.</summary>
    internal abstract void Collect(P value, Walk walk);

    /// <summary>A value like a given one with other nodes, which are taken from the walk.</summary>
    internal abstract P Replace(P like, Walk walk);

    /// <summary>The children of a value that may hold nodes, in order. Paths and errors are made from them.</summary>
    internal abstract IEnumerable<Child> Children(P value);

    bool IStructure.HoldsNodes => HoldsNodes;
    bool IStructure.NullIsValue => NullIsValue;
    Flaw? IStructure.Flaw => Flaw;
    int IStructure.Kind => Kind;
    IStructure IStructure.For(object? value) => For(value);
    void IStructure.Collect(object value, Walk walk) => Collect((P)value, walk);
    object IStructure.Replace(object like, Walk walk) => Replace((P)like, walk)!;
    IEnumerable<Child> IStructure.Children(object? value) => value is null && default(P) is not null ? [] : Children((P)value!);

    // ---- what all give ----

    /// <inheritdoc cref="Structure.Leaves"/>
    public ImmutableArray<(string Path, Expr Node)> Leaves(P value, [CallerArgumentExpression(nameof(value))] string name = "value") =>
        Paths.Leaves(this, value, "Structure.Leaves", name);

    /// <inheritdoc cref="Structure.Map"/>
    public P Map(P value, Func<Expr, Expr> f)
    {
        ArgumentNullException.ThrowIfNull(f);
        return Rebuild(value, ImmutableArray.CreateRange(Flatten(value, "Structure.Map"), f));
    }

    /// <inheritdoc cref="Structure.Zip{P}(P, P, Func{Expr, Expr, Expr})"/>
    public P Zip(P first, P second, Func<Expr, Expr, Expr> f)
    {
        ArgumentNullException.ThrowIfNull(f);
        var (a, b) = (Flatten(first, "Structure.Zip"), FlattenLike(second, first, "Structure.Zip", "a second value"));
        var nodes = new Expr[a.Length];
        for (int i = 0; i < nodes.Length; i++)
            nodes[i] = f(a[i], b[i]);
        return Rebuild(first, ImmutableCollectionsMarshal.AsImmutableArray(nodes));
    }

    /// <inheritdoc cref="Structure.Zip{P}(P, P, P, Func{Expr, Expr, Expr, Expr})"/>
    public P Zip(P first, P second, P third, Func<Expr, Expr, Expr, Expr> f)
    {
        ArgumentNullException.ThrowIfNull(f);
        var (a, b, c) = (Flatten(first, "Structure.Zip"), FlattenLike(second, first, "Structure.Zip", "a second value"), FlattenLike(third, first, "Structure.Zip", "a third value"));
        var nodes = new Expr[a.Length];
        for (int i = 0; i < nodes.Length; i++)
            nodes[i] = f(a[i], b[i], c[i]);
        return Rebuild(first, ImmutableCollectionsMarshal.AsImmutableArray(nodes));
    }

    /// <inheritdoc cref="Structure.Rebuild"/>
    public P Rebuild(P like, IEnumerable<Expr> nodes)
    {
        ImmutableArray<Expr> all = [.. nodes];
        int count = Flatten(like, "Structure.Rebuild").Length;
        return all.Length == count ? Rebuild(like, all) : throw new StructureException("Structure.Rebuild", $"{count} nodes", $"{all.Length}");
    }

    /// <inheritdoc cref="Structure.Ravel"/>
    public (Expr Vector, Func<Expr, P> Unravel) Ravel(P value)
    {
        var nodes = Flatten(value, "Structure.Ravel");
        for (int i = 1; i < nodes.Length; i++)
            if (nodes[i].DType != nodes[0].DType)
                throw new DTypeException("Structure.Ravel", "nodes of one dtype", $"{nodes[0].DType} at {PathOf(value, 0)} and {nodes[i].DType} at {PathOf(value, i)}", "Cast one of them.");
        ImmutableArray<Shape> shapes = [.. nodes.Select(node => node.Shape)];
        int size = shapes.Sum(shape => shape.Size);
        var vector = nodes.IsEmpty ? Expr.Zeros(Shape.Of(0)) : Expr.Concatenate([.. nodes.Select(node => Expr.Reshape(node, Shape.Of(node.Shape.Size)))]);
        return (vector, entries =>
        {
            ArgumentNullException.ThrowIfNull(entries);
            if (entries.Shape != Shape.Of(size))
                throw new ShapeException("Unravel", $"a vector of {size} entries", $"the shape {entries.Shape}");
            var parts = new Expr[shapes.Length];
            for (int i = 0, start = 0; i < parts.Length; start += shapes[i++].Size)
                parts[i] = Expr.Reshape(entries[start..(start + shapes[i].Size)], shapes[i]);
            return Rebuild(value, ImmutableCollectionsMarshal.AsImmutableArray(parts));
        });
    }

    /// <summary>The nodes of a value, in order.</summary>
    internal virtual ImmutableArray<Expr> Flatten(P value, string op = "Structure") => Walked(value, op).Nodes;

    /// <summary>Walks through a value.</summary>
    internal virtual void Take(P value, Walk walk, string op)
    {
        if (Flaw is not null || (value is null && !NullIsValue))
            throw Paths.Diagnose(this, value, op);
        try
        {
            Collect(value, walk);
        }
        catch (LostException)
        {
            throw Paths.Diagnose(this, value, op);
        }
    }

    /// <summary>The nodes of a value that has the structure of another.</summary>
    internal virtual ImmutableArray<Expr> FlattenLike(P value, P like, string op, string what)
    {
        var (walk, other) = (Walked(value, op), Walked(like, op));
        return walk.Count == other.Count && walk.Marks == other.Marks ? walk.Nodes : throw Paths.Differ(this, value, like, op, what);
    }

    /// <summary>A value like a given one, with other nodes.</summary>
    internal virtual P Rebuild(P like, ImmutableArray<Expr> nodes) => Replace(like, new Walk(nodes));

    /// <summary>The path of the node at an index.</summary>
    internal string PathOf(P value, int index, string name = "the argument") => Paths.Leaves(this, value, "Structure", name)[index].Path;

    private Walk Walked(P value, string op)
    {
        var walk = new Walk();
        Take(value, walk, op);
        return walk;
    }
}

/// <summary>A structure whose type is known only when it runs.</summary>
internal interface IStructure
{
    bool HoldsNodes { get; }
    bool NullIsValue { get; }
    Flaw? Flaw { get; }
    int Kind { get; }
    IStructure For(object? value);
    void Collect(object value, Walk walk);
    object Replace(object like, Walk walk);
    IEnumerable<Child> Children(object? value);
}

/// <summary>What a value is besides its nodes: lengths, keys and cases, and what passes through untouched.</summary>
/// <param name="Marks">A hash of lengths, keys and cases.</param>
/// <param name="Others">What is no node.</param>
internal readonly record struct Rest(int Marks, List<object?>? Others)
{
    public bool Equals(Rest other) => Marks == other.Marks && (ReferenceEquals(Others, other.Others) || (Others is not null && other.Others is not null && Others.SequenceEqual(other.Others)));

    public override int GetHashCode() => Marks;
}

/// <summary>A child of a value in its structure: the step that leads there, and the value. <paramref name="MayBeMissing"/>: an annotation allows it to be null.</summary>
internal readonly record struct Child(string Step, IStructure Structure, object? Value, bool MayBeMissing = false);

/// <summary>Why values of a type can't be taken apart and put together again, and what to do.</summary>
internal sealed record Flaw(string Expected, string Got, string Remedy);

/// <summary>A node by itself.</summary>
internal sealed class OneNode : Structure<Expr>
{
    internal override void Collect(Expr value, Walk walk) => walk.Add(value);

    internal override Expr Replace(Expr like, Walk walk) => walk.Next();

    internal override IEnumerable<Child> Children(Expr value) => [];

    internal override ImmutableArray<Expr> Flatten(Expr value, string op = "Structure") => value is not null ? [value] : throw Missing(nameof(value), op);

    private static ArgumentNullException Missing(string value, string op) => new(value, $"{op}: expected an Expr; got null, as an argument or as a function's value.");

    internal override void Take(Expr value, Walk walk, string op) => walk.Add(value ?? throw Missing(nameof(value), op));

    internal override ImmutableArray<Expr> FlattenLike(Expr value, Expr like, string op, string what) => Flatten(value, op);

    internal override Expr Rebuild(Expr like, ImmutableArray<Expr> nodes) => nodes[0];
}

/// <summary>Values without nodes, which pass through as they are.</summary>
internal sealed class Opaque<P> : Structure<P>
{
    internal override bool HoldsNodes => false;

    internal override bool NullIsValue => true;

    internal override void Collect(P value, Walk walk)
    {
        if (walk.NotesOthers)
            walk.Note(value);
    }

    internal override P Replace(P like, Walk walk) => like;

    internal override IEnumerable<Child> Children(P value) => [];
}

/// <summary>Values that have nodes but can't be rebuilt with others.</summary>
internal sealed class Flawed<P>(Flaw flaw) : Structure<P>
{
    internal override Flaw? Flaw => flaw;

    internal override void Collect(P value, Walk walk)
    {
        if (value is not null)
            throw new LostException();
    }

    internal override P Replace(P like, Walk walk) => like;

    internal override IEnumerable<Child> Children(P value) => [];
}

/// <summary>A type that the user said how to take apart.</summary>
internal sealed class Registered<P>(Func<P, IEnumerable<Expr>> leaves, Func<P, ImmutableArray<Expr>, P> rebuild, string text) : Structure<P>
{
    internal override void Collect(P value, Walk walk)
    {
        if (value is null)
        {
            walk.Mark(-1);
            return;
        }
        int before = walk.Count;
        foreach (var leaf in leaves(value))
            walk.Add(leaf);
        walk.Mark(walk.Count - before);
    }

    internal override P Replace(P like, Walk walk) => like is null ? like : rebuild(like, walk.Next(leaves(like).Count()));

    internal override IEnumerable<Child> Children(P value) => value is null ? [] : leaves(value).Select((leaf, i) => new Child(Step(i), Structure.Node, leaf));

    // From "m => [m.W, m.B]" the steps are .W and .B; from anything else [0], [1].
    private string Step(int index)
    {
        var members = text.Split('[', 2) is [var head, var list] && list.TrimEnd() is [.. var inside, ']'] ? (head.Split("=>")[0].Trim(), inside.Split(',')) : ("", []);
        return index < members.Item2.Length && members.Item2[index].Trim() is var member && member.StartsWith(members.Item1 + ".", StringComparison.Ordinal) && !member.Contains('(', StringComparison.Ordinal)
            ? member[members.Item1.Length..]
            : $"[{index}]";
    }
}
