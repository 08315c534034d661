using System.Collections.Concurrent;

namespace Autodiff.Functional;

/// <summary>The structures that are known, by type: made once, and then for all threads.</summary>
internal static class Registry
{
    private static readonly ConcurrentDictionary<Type, IStructure> s_known = new([new(typeof(Expr), Structure.Node)]);

    public static IStructure? Find(Type type) => s_known.GetValueOrDefault(type);

    /// <summary>Adds one, unless another thread was faster; gives the one that counts.</summary>
    public static IStructure Add(Type type, IStructure structure) => s_known.GetOrAdd(type, structure);
}

/// <summary>The structure of one type, found without a look-up.</summary>
internal static class Known<P>
{
    private static Structure<P>? s_structure = Functional.Structure.Node as Structure<P>;

    public static Structure<P>? Structure => Volatile.Read(ref s_structure);

    public static Structure<P> Keep(Structure<P> structure) => Interlocked.CompareExchange(ref s_structure, structure, null) ?? structure;
}
