using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Autodiff.Functional;

/// <summary>Items in a row: walked by a loop, however many there are.</summary>
internal abstract class SequenceOf<P, T>(Structure<T> item) : Structure<P>
{
    protected abstract IReadOnlyCollection<T> Items(P value);

    protected abstract P Of(P like, T[] items);

    internal override int Kind => 0;

    internal override void Collect(P value, Walk walk)
    {
        if (IsMissing(value))
        {
            walk.Mark(-1);
            return;
        }
        var items = Items(value);
        walk.Mark(items.Count);
        foreach (var one in items)
            item.Collect(one, walk);
    }

    internal override P Replace(P like, Walk walk)
    {
        if (IsMissing(like))
            return like;
        var old = Items(like);
        var items = new T[old.Count];
        int i = 0;
        foreach (var one in old)
            items[i++] = item.Replace(one, walk);
        return Of(like, items);
    }

    protected virtual bool IsMissing(P value) => value is null;

    internal override IEnumerable<Child> Children(P value) => IsMissing(value) ? [] : Items(value).Select((one, i) => new Child($"[{i}]", item, one));
}

internal sealed class ArrayOf<T>(Structure<T> item) : SequenceOf<T[], T>(item)
{
    private readonly Structure<T> _item = item;

    protected override IReadOnlyCollection<T> Items(T[] value) => value;

    protected override T[] Of(T[] like, T[] items) => items;

    internal override void Collect(T[] value, Walk walk)
    {
        walk.Mark(value is null ? -1 : value.Length);
        foreach (var one in value ?? [])
            _item.Collect(one, walk);
    }
}

internal sealed class ImmutableArrayOf<T>(Structure<T> item) : SequenceOf<ImmutableArray<T>, T>(item)
{
    private readonly Structure<T> _item = item;

    protected override IReadOnlyCollection<T> Items(ImmutableArray<T> value) => ImmutableCollectionsMarshal.AsArray(value)!;

    protected override ImmutableArray<T> Of(ImmutableArray<T> like, T[] items) => ImmutableCollectionsMarshal.AsImmutableArray(items);

    protected override bool IsMissing(ImmutableArray<T> value) => value.IsDefault;

    internal override void Collect(ImmutableArray<T> value, Walk walk)
    {
        walk.Mark(value.IsDefault ? -1 : value.Length);
        if (!value.IsDefault)
            foreach (var one in value)
                _item.Collect(one, walk);
    }
}

internal sealed class ImmutableListOf<T>(Structure<T> item) : SequenceOf<ImmutableList<T>, T>(item)
{
    protected override IReadOnlyCollection<T> Items(ImmutableList<T> value) => value;

    protected override ImmutableList<T> Of(ImmutableList<T> like, T[] items) => ImmutableList.CreateRange(items);
}

/// <summary>A read-only view of items whose own type is not one of ours: it is rebuilt as an array.</summary>
internal sealed class ViewOf<P, T>(Structure<T> item) : SequenceOf<P, T>(item) where P : class, IReadOnlyCollection<T>
{
    protected override IReadOnlyCollection<T> Items(P value) => value;

    protected override P Of(P like, T[] items) => (P)(IReadOnlyCollection<T>)items;
}

/// <summary>F#'s list, told by its name: how to make one from an array comes from its own members.</summary>
internal sealed class FSharpListOf<P, T>(Structure<T> item, Func<T[], P> make) : SequenceOf<P, T>(item) where P : class, IReadOnlyCollection<T>
{
    // Its own Count walks the list, its enumerator allocates: copy it once.
    protected override IReadOnlyCollection<T> Items(P value) => [.. (IEnumerable<T>)value];

    protected override P Of(P like, T[] items) => make(items);
}

/// <summary>Values by key. Keys that have an order are walked in it, so that equal keys mean equal structure.</summary>
internal sealed class DictionaryOf<P, K, V>(Structure<V> item, Func<P, KeyValuePair<K, V>[], P> with) : Structure<P> where P : class, IEnumerable<KeyValuePair<K, V>> where K : notnull
{
    private static readonly bool s_ordered = typeof(K) == typeof(string) || typeof(IComparable<K>).IsAssignableFrom(typeof(K));

    private static readonly IComparer<K> s_order = typeof(K) == typeof(string) ? (IComparer<K>)StringComparer.Ordinal : Comparer<K>.Default;

    private static KeyValuePair<K, V>[] Items(P value)
    {
        KeyValuePair<K, V>[] items = [.. value];
        if (s_ordered)
            Array.Sort(items, (a, b) => s_order.Compare(a.Key, b.Key));
        return items;
    }

    internal override int Kind => 0;

    internal override void Collect(P value, Walk walk)
    {
        if (value is null)
        {
            walk.Mark(-1);
            return;
        }
        var items = Items(value);
        walk.Mark(items.Length);
        foreach (var (key, one) in items)
        {
            walk.Mark(key.GetHashCode());
            item.Collect(one, walk);
        }
    }

    internal override P Replace(P like, Walk walk)
    {
        if (like is null)
            return like!;
        var items = Items(like);
        for (int i = 0; i < items.Length; i++)
            items[i] = new(items[i].Key, item.Replace(items[i].Value, walk));
        return with(like, items);
    }

    internal override IEnumerable<Child> Children(P value) => value is null ? [] :
        Items(value).Select(pair => new Child(pair.Key is string key ? $"[\"{key}\"]" : string.Create(CultureInfo.InvariantCulture, $"[{pair.Key}]"), item, pair.Value));
}

/// <summary>A struct that may be missing.</summary>
internal sealed class NullableOf<T>(Structure<T> item) : Structure<T?> where T : struct
{
    internal override bool NullIsValue => true;

    internal override void Collect(T? value, Walk walk)
    {
        walk.Mark(value is null ? 0 : 1);
        if (value is { } one)
            item.Collect(one, walk);
    }

    internal override T? Replace(T? like, Walk walk) => like is { } one ? item.Replace(one, walk) : null;

    internal override IEnumerable<Child> Children(T? value) => value is { } one ? [new Child("", item, one)] : [];
}

internal sealed class PairOf<A, B>(Structure<A> first, Structure<B> second) : Structure<(A, B)>
{
    internal override void Collect((A, B) value, Walk walk)
    {
        first.Collect(value.Item1, walk);
        second.Collect(value.Item2, walk);
    }

    internal override (A, B) Replace((A, B) like, Walk walk) => (first.Replace(like.Item1, walk), second.Replace(like.Item2, walk));

    internal override IEnumerable<Child> Children((A, B) value) => [new(".Item1", first, value.Item1), new(".Item2", second, value.Item2)];
}

internal sealed class TripleOf<A, B, C>(Structure<A> first, Structure<B> second, Structure<C> third) : Structure<(A, B, C)>
{
    internal override void Collect((A, B, C) value, Walk walk)
    {
        first.Collect(value.Item1, walk);
        second.Collect(value.Item2, walk);
        third.Collect(value.Item3, walk);
    }

    internal override (A, B, C) Replace((A, B, C) like, Walk walk) => (first.Replace(like.Item1, walk), second.Replace(like.Item2, walk), third.Replace(like.Item3, walk));

    internal override IEnumerable<Child> Children((A, B, C) value) => [new(".Item1", first, value.Item1), new(".Item2", second, value.Item2), new(".Item3", third, value.Item3)];
}
