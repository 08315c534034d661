using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;

namespace Autodiff.Functional;

/// <summary>
/// What F# says of its types, read from the attributes that its compiler leaves, so that the core needs no FSharp.Core: CompilationMapping tells a
/// union, a record, a field and its place, a case and its tag.
/// </summary>
[RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
internal static class FSharp
{
    public const string List = "Microsoft.FSharp.Collections.FSharpList`1";
    public const string Map = "Microsoft.FSharp.Collections.FSharpMap`2";

    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    // SourceConstructFlags
    private const int SumType = 1, RecordType = 2, ObjectType = 3, Field = 4, UnionCase = 8, KindMask = 31;

    private readonly record struct Mapping(int Kind, int Variant, int Sequence);

    public static bool IsUnion(Type type) => KindOf(type) == SumType && (!type.IsGenericType || type.GetGenericTypeDefinition().FullName != List);

    /// <summary>A union, a record or a class of F#.</summary>
    public static bool IsData(Type type) => KindOf(type) is SumType or RecordType or ObjectType || (type.BaseType is { } union && KindOf(union) == SumType);

    public static bool IsCliMutable(Type type) => Find(type, "CLIMutableAttribute") is not null;

    /// <summary>The fields of all cases, which are declared in the union or in the classes of its cases.</summary>
    public static IEnumerable<PropertyInfo> Fields(Type union) =>
        new[] { union }.Concat(union.GetNestedTypes(Any).Select(nested => nested.IsGenericTypeDefinition ? nested.MakeGenericType(union.GetGenericArguments()) : nested).Where(nested => nested.IsSubclassOf(union)))
            .SelectMany(type => type.GetProperties(Any | BindingFlags.DeclaredOnly))
            .Where(property => MappingOf(property)?.Kind == Field);

    public static IStructure Union(Type type)
    {
        var makers = type.GetMethods(Any).Where(method => method.IsStatic && method.GetParameters().Length > 0 && MappingOf(method)?.Kind == UnionCase)
            .ToDictionary(method => MappingOf(method)!.Value.Sequence);
        var cases = makers.Keys.ToDictionary(tag => tag, tag => (ImmutableArray<Member>)
        [
            .. Fields(type).Where(field => MappingOf(field)!.Value.Variant == tag).OrderBy(field => MappingOf(field)!.Value.Sequence)
                .Select(field => new Member(field, field.PropertyType, Recognition.Of(field.PropertyType), MayBeMissing: false)),
        ]);
        if (!cases.Values.Any(fields => fields.Any(field => field.HoldsNodes)))
            return Recognition.Opaque(type);

        var writer = new Writer(type);
        bool nullIsCase = type.GetProperty("Tag", Any) is null && type.GetMethod("GetTag", Any) is not null;
        Expression tag = nullIsCase ? Expression.Call(type.GetMethod("GetTag", Any)!, writer.Value)
            : type.GetProperty("Tag", Any) is { } property ? Expression.Property(writer.Value, property)
            : Expression.Constant(0);
        var collect = Expression.Block(writer.Mark(tag), Expression.Switch(typeof(void), tag, Expression.Empty(), null,
            [.. cases.Select(one => Expression.SwitchCase(writer.Collect(one.Value, one.Value.Where(field => !field.HoldsNodes).Select(field => field.Info)), Expression.Constant(one.Key)))]));
        var replace = Expression.Switch(tag, writer.Value, null,
            [.. cases.Where(one => one.Value.Any(field => field.HoldsNodes)).Select(one => Expression.SwitchCase(
                Expression.Convert(Expression.Call(makers[one.Key], one.Value.Select(writer.Replaced)), type), Expression.Constant(one.Key)))]);
        var tagOf = Expression.Lambda(typeof(Func<,>).MakeGenericType(type, typeof(int)), tag, writer.Value);
        var reader = new Lazy<Delegate>(tagOf.Compile);
        return Recognition.Make(typeof(CompiledStructure<>), [type],
            writer.Layout(collect, replace, value => cases.GetValueOrDefault((int)reader.Value.DynamicInvoke(value)!, []), nullIsCase));
    }

    /// <summary>From an array to F#'s list: T[] → FSharpList&lt;T>.</summary>
    public static Delegate ListMaker(Type list, Type item)
    {
        var cons = list.GetMethod("Cons", BindingFlags.Static | BindingFlags.Public)!.CreateDelegate(typeof(Func<,,>).MakeGenericType(item, list, list));
        object empty = list.GetProperty("Empty", BindingFlags.Static | BindingFlags.Public)!.GetValue(null)!;
        return (Delegate)typeof(FSharp).GetMethod(nameof(FromEnd), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(list, item).Invoke(null, [empty, cons])!;
    }

    /// <summary>From a map and the pairs of another to that one: (FSharpMap&lt;K, V>, KeyValuePair&lt;K, V>[]) → FSharpMap&lt;K, V>.</summary>
    public static Delegate MapMaker(Type map, Type[] arguments)
    {
        var pairs = typeof(IEnumerable<>).MakeGenericType(typeof(Tuple<,>).MakeGenericType(arguments));
        var given = Expression.Parameter(pairs, "pairs");
        var make = Expression.Lambda(typeof(Func<,>).MakeGenericType(pairs, map), Expression.New(map.GetConstructor([pairs])!, given), given).Compile();
        return (Delegate)typeof(FSharp).GetMethod(nameof(FromPairs), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod([map, .. arguments]).Invoke(null, [make])!;
    }

    private static Func<T[], P> FromEnd<P, T>(P empty, Func<T, P, P> cons) => items =>
    {
        var list = empty;
        for (int i = items.Length - 1; i >= 0; i--)
            list = cons(items[i], list);
        return list;
    };

    private static Func<P, KeyValuePair<K, V>[], P> FromPairs<P, K, V>(Func<IEnumerable<Tuple<K, V>>, P> make) =>
        (_, items) => make(items.Select(pair => Tuple.Create(pair.Key, pair.Value)));

    private static int KindOf(Type type) => MappingOf(type)?.Kind ?? 0;

    private static Mapping? MappingOf(MemberInfo member) => Find(member, "CompilationMappingAttribute") is not { } attribute ? null
        : attribute.ConstructorArguments switch
        {
            [{ Value: int flags }] => new(flags & KindMask, 0, 0),
            [{ Value: int flags }, { Value: int sequence }] => new(flags & KindMask, 0, sequence),
            [{ Value: int flags }, { Value: int variant }, { Value: int sequence }] => new(flags & KindMask, variant, sequence),
            _ => null,   // resources of signatures
        };

    private static CustomAttributeData? Find(MemberInfo member, string attribute) =>
        member.CustomAttributes.FirstOrDefault(data => data.AttributeType.Name == attribute && data.AttributeType.Namespace == "Microsoft.FSharp.Core");
}
