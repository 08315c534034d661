using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Autodiff.Functional;

/// <summary>Which structure a type has.</summary>
[RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
internal static class Recognition
{
    [ThreadStatic]
    private static HashSet<Type>? s_inProgress;

    public static IStructure Of(Type type)
    {
        if (Registry.Find(type) is { } known)
            return known;
        var inProgress = s_inProgress ??= [];
        if (!inProgress.Add(type))
            return Make(typeof(Deferred<>), [type], (Func<Type, IStructure>)Of);
        try
        {
            return Registry.Add(type, Recognise(type));
        }
        finally
        {
            inProgress.Remove(type);
        }
    }

    public static IStructure Opaque(Type type) => Make(typeof(Opaque<>), [type]);

    public static IStructure Flawed(Type type, Flaw flaw) => Make(typeof(Flawed<>), [type], flaw);

    public static IStructure Make(Type definition, Type[] arguments, params object?[] with) =>
        (IStructure)Activator.CreateInstance(definition.MakeGenericType(arguments), with)!;

    private static IStructure Recognise(Type type)
    {
        if (IsPlain(type))
            return Opaque(type);
        if (type.IsArray)
            return type.IsSZArray ? Items(type, type.GetElementType()!, item => Make(typeof(ArrayOf<>), [type.GetElementType()!], item)) : Unknown(type, "Use an array of arrays.");
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Items(type, underlying, item => Make(typeof(NullableOf<>), [underlying], item));
        if (type.IsGenericType && Generic(type, type.GetGenericTypeDefinition(), type.GetGenericArguments()) is { } collection)
            return collection;
        if (FSharp.IsUnion(type))
            return FSharp.Union(type);
        if (type.BaseType is { } union && FSharp.IsUnion(union))
            return Of(union);
        if (type.IsInterface || type.IsAbstract || type == typeof(object))
            return Open(type, null, View(type));
        if (IsOfFramework(type) && !IsPair(type))
            return Unknown(type, "Use a record, a tuple, an array or an immutable collection.");
        var exact = Construction.Of(type);
        return type.IsSealed ? exact : Open(type, exact, null);
    }

    private static IStructure? Generic(Type type, Type definition, Type[] arguments) => (definition.FullName, arguments) switch
    {
        (_, [var item]) when definition == typeof(ImmutableArray<>) => Items(type, item, of => Make(typeof(ImmutableArrayOf<>), [item], of)),
        (_, [var item]) when definition == typeof(ImmutableList<>) => Items(type, item, of => Make(typeof(ImmutableListOf<>), [item], of)),
        (_, [_, var item]) when definition == typeof(ImmutableDictionary<,>) || definition == typeof(ImmutableSortedDictionary<,>) => Items(type, item, of => Dictionary(type, arguments, of, nameof(Remaking.With))),
        (FSharp.List, [var item]) => Items(type, item, of => Make(typeof(FSharpListOf<,>), [type, item], of, FSharp.ListMaker(type, item))),
        (FSharp.Map, [_, var item]) => Items(type, item, of => Make(typeof(DictionaryOf<,,>), [type, .. arguments], of, FSharp.MapMaker(type, arguments))),
        _ => null,
    };

    /// <summary>Values whose own type has no structure, but that are declared as read-only, can be rebuilt as arrays and immutable dictionaries.</summary>
    private static IStructure? View(Type type)
    {
        if (!type.IsGenericType)
            return null;
        var (definition, arguments) = (type.GetGenericTypeDefinition(), type.GetGenericArguments());
        if (definition == typeof(IReadOnlyList<>) || definition == typeof(IReadOnlyCollection<>))
            return Items(type, arguments[0], of => Make(typeof(ViewOf<,>), [type, arguments[0]], of));
        return definition == typeof(IReadOnlyDictionary<,>) ? Items(type, arguments[1], of => Dictionary(type, arguments, of, nameof(Remaking.AsImmutable))) : null;
    }

    private static IStructure Items(Type type, Type item, Func<IStructure, IStructure> make) => Of(item) is { HoldsNodes: true } structure ? make(structure) : Opaque(type);

    private static IStructure Dictionary(Type type, Type[] arguments, IStructure item, string remaking)
    {
        var method = typeof(Remaking).GetMethod(remaking)!.MakeGenericMethod([type, .. arguments]);
        var with = typeof(Func<,,>).MakeGenericType(type, typeof(KeyValuePair<,>).MakeGenericType(arguments).MakeArrayType(), type);
        return Make(typeof(DictionaryOf<,,>), [type, .. arguments], item, method.CreateDelegate(with));
    }

    private static IStructure Open(Type type, IStructure? exact, IStructure? view) =>
        view is { HoldsNodes: false } ? view : Make(typeof(Dispatch<>), [type], exact, view, (Func<Type, IStructure>)Of);

    /// <summary>A type that we know no way to rebuild: an error if it has nodes, and else passed through.</summary>
    private static IStructure Unknown(Type type, string remedy) => Unknown(type, "which can't be rebuilt", remedy);

    public static IStructure Unknown(Type type, string reason, string remedy) => Holds(type, [])
        ? Flawed(type, new("an immutable type whose constructor parameters match its properties", $"{Names.Of(type)}, {reason}", remedy))
        : Opaque(type);

    /// <summary>Does the declaration of a type say that there are nodes in its values?</summary>
    private static bool Holds(Type type, HashSet<Type> seen)
    {
        if (type == typeof(Expr))
            return true;
        if (type.IsArray)
            return Holds(type.GetElementType()!, seen);
        if (IsPlain(type) || !seen.Add(type))
            return false;
        return IsOfFramework(type)
            ? type.GetGenericArguments().Any(argument => Holds(argument, seen))
            : Construction.Fields(type).Any(field => Holds(field.FieldType, seen)) || (FSharp.IsUnion(type) && FSharp.Fields(type).Any(field => Holds(field.PropertyType, seen)));
    }

    private static bool IsPlain(Type type) =>
        type.IsPrimitive || type.IsEnum || type.IsPointer || type.IsByRefLike || type == typeof(string) || type == typeof(Tensor) || type == typeof(Shape)
        || type.IsAssignableTo(typeof(Delegate)) || (IsOfFramework(type) && !type.IsGenericType && !type.IsInterface && !type.IsArray && type != typeof(object));

    private static bool IsPair(Type type) => type.IsAssignableTo(typeof(System.Runtime.CompilerServices.ITuple)) || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>));

    private static bool IsOfFramework(Type type) => type.Namespace is { } name && (name == "System" || name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal))
        && !FSharp.IsData(type);

    /// <summary>Dictionaries like given ones with other values.</summary>
    private static class Remaking
    {
        public static P With<P, K, V>(P like, KeyValuePair<K, V>[] items) where P : IImmutableDictionary<K, V> where K : notnull => (P)like.SetItems(items);

        public static P AsImmutable<P, K, V>(P like, KeyValuePair<K, V>[] items) where P : class, IReadOnlyDictionary<K, V> where K : notnull =>
            (P)(IReadOnlyDictionary<K, V>)ImmutableDictionary.CreateRange(items);
    }
}
