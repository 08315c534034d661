using System.Collections.Concurrent;

namespace Autodiff.Functional;

/// <summary>A type with derived types: each value is taken apart as what it is. <paramref name="view"/> serves values whose own type has no structure.</summary>
internal sealed class Dispatch<P>(Structure<P>? exact, Structure<P>? view, Func<Type, IStructure> recognise) : Structure<P>, IOpen where P : class
{
    private readonly ConcurrentDictionary<Type, IStructure> _known = new();

    internal override IStructure For(object? value)
    {
        if (value is null)
            return this;
        var type = value.GetType();
        return type == typeof(P) && exact is not null ? exact
            : _known.TryGetValue(type, out var known) ? known
            : _known.GetOrAdd(type, Recognise(type, value));
    }

    private IStructure Recognise(Type type, object value)
    {
        var found = type == typeof(object) ? new Opaque<object>() : recognise(type);
        if (found is IOpen)
            found = found.For(value);   // as what it is, though its type has derived types in turn
        return view is not null && (found.Flaw is not null || !found.HoldsNodes) ? view : found;
    }

    internal override void Collect(P value, Walk walk)
    {
        if (value is null)
        {
            walk.Mark(-1);
            return;
        }
        var structure = For(value);
        if (structure.HoldsNodes)
            walk.Mark(structure.Kind);
        walk.CollectDeeper(structure, value);
    }

    internal override P Replace(P like, Walk walk) => like is null ? like! : (P)walk.ReplaceDeeper(For(like), like);

    internal override IEnumerable<Child> Children(P value) => [];
}

/// <summary>A type inside itself: its structure is looked up when it is first needed.</summary>
internal sealed class Deferred<P>(Func<Type, IStructure> recognise) : Structure<P>
{
    private Structure<P>? _target;

    private Structure<P> Target => _target ??= (Structure<P>)recognise(typeof(P));

    internal override bool NullIsValue => Target.NullIsValue;

    internal override Flaw? Flaw => Target.Flaw;

    internal override IStructure For(object? value) => Target.For(value);

    // An open structure goes deeper by itself.
    internal override void Collect(P value, Walk walk)
    {
        if (value is null || Target is IOpen)
            Target.Collect(value, walk);
        else
            walk.CollectDeeper(Target, value);
    }

    internal override P Replace(P like, Walk walk) => like is null || Target is IOpen ? Target.Replace(like, walk) : (P)walk.ReplaceDeeper(Target, like);

    internal override IEnumerable<Child> Children(P value) => Target.Children(value);
}

/// <summary>A structure that looks at each value's own type.</summary>
internal interface IOpen;
