using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

/// <summary>
/// How a value of a record, class or struct is made anew with other members. In order of preference: a copy whose members are set (a record, as <c>with</c> does; a struct), or a
/// constructor whose parameters match properties, with the init-only properties that remain.
/// </summary>
[RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
internal static class Construction
{
    private const BindingFlags Public = BindingFlags.Instance | BindingFlags.Public;

    public static IStructure Of(Type type)
    {
        ImmutableArray<FieldInfo> holders = [.. Fields(type).Where(field => CanBeMember(field.FieldType) && Recognition.Of(field.FieldType).HoldsNodes)];
        if (holders.IsEmpty)
            return Recognition.Opaque(type);
        bool isFSharp = FSharp.IsData(type);
        var members = Readable(type, isFSharp);
        if (!type.IsValueType && holders.FirstOrDefault(field => CanChange(field, Find(members, field), type, isFSharp)) is { } mutable)
            return Recognition.Unknown(type, $"whose member {Bare(mutable.Name)} can be set at any time",
                "Make it get-only or init-only; or use a record; or register the type with Structure.Register.");

        var writer = new Writer(type);
        ImmutableArray<Member> settable = [.. members.Where(member => Settable(member, type))];
        if (Copy(type, writer.Value) is { } copy && holders.All(Among(settable)))
            return Compiled(type, writer, [.. settable.Where(member => member.HoldsNodes)], set => Set(type, copy, set, writer.Replaced));
        string? missing = null;
        foreach (var constructor in type.GetConstructors(Public).OrderByDescending(constructor => constructor.GetParameters().Length))
        {
            if (Parameters(constructor, members) is not { } given)
                continue;
            ImmutableArray<Member> set = [.. settable.Where(member => !given.Contains(member))];
            if (holders.FirstOrDefault(field => !Among([.. given, .. set])(field)) is not { } uncovered)
                return Compiled(type, writer, [.. given, .. set], _ => Set(type, Expression.New(constructor, given.Select(writer.Replaced)), set, writer.Replaced));
            missing ??= Bare(uncovered.Name);
        }
        return Recognition.Unknown(type, missing is null ? "which has no public constructor whose parameters match its properties by name and type" : $"whose member {missing} is neither a constructor parameter nor init-only",
            missing is null ? "Make it a record, or register it with Structure.Register." : "Give it a parameter of its name, or compute it in a property's body; or make the type a record; or register it with Structure.Register.");
    }

    /// <summary>All fields of a value, with those of base types.</summary>
    public static IEnumerable<FieldInfo> Fields(Type type)
    {
        for (Type? t = type; t is not null && t != typeof(object) && t != typeof(ValueType); t = t.BaseType)
            foreach (var field in t.GetFields(Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                yield return field;
    }

    private static IStructure Compiled(Type type, Writer writer, ImmutableArray<Member> members, Func<ImmutableArray<Member>, Expression> replace) =>
        Recognition.Make(typeof(CompiledStructure<>), [type], writer.Layout(writer.Collect(members, Fields(type).Where(field => CanBeMember(field.FieldType) && !Recognition.Of(field.FieldType).HoldsNodes)), replace(members), _ => members));

    private static ImmutableArray<Member> Readable(Type type, bool isFSharp)
    {
        var nullability = new NullabilityInfoContext();
        return
        [
            .. type.GetProperties(Public).Where(p => p.GetMethod is { IsPublic: true } && p.GetIndexParameters().Length == 0 && CanBeMember(p.PropertyType)).DistinctBy(p => p.Name)
                .OrderBy(p => Depth(p.DeclaringType))
                .Select(p => new Member(p, p.PropertyType, Recognition.Of(p.PropertyType), p.PropertyType == typeof(Expr) && !isFSharp && nullability.Create(p).ReadState == NullabilityState.Nullable)),
            .. type.GetFields(Public).Where(f => CanBeMember(f.FieldType))
                .Select(f => new Member(f, f.FieldType, Recognition.Of(f.FieldType), f.FieldType == typeof(Expr) && nullability.Create(f).ReadState == NullabilityState.Nullable)),
        ];
    }

    // Spans, references and pointers are views of something else.
    private static bool CanBeMember(Type type) => !type.IsByRef && !type.IsByRefLike && !type.IsPointer && !type.IsFunctionPointer;

    private static int Depth(Type? type) => type is null ? 0 : 1 + Depth(type.BaseType);

    private static bool CanChange(FieldInfo field, Member? member, Type type, bool isFSharp) => isFSharp
        ? member?.Info is PropertyInfo { SetMethod: not null } && !FSharp.IsCliMutable(type)   // F# marks no field as read-only
        : !field.IsInitOnly;

    private static bool Settable(Member member, Type type) => member.Info switch
    {
        PropertyInfo { SetMethod: { IsPublic: true } set } property => type.IsValueType || IsInit(set) || !Recognition.Of(property.PropertyType).HoldsNodes,
        FieldInfo { IsInitOnly: false } => true,
        _ => false,
    };

    private static bool IsInit(MethodInfo set) => set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    /// <summary>A copy of the value, if the type has a way to make one that keeps all members.</summary>
    private static Expression? Copy(Type type, Expression value) =>
        type.IsValueType ? value
        : type.GetMethod("<Clone>$", Public) is { } clone ? Expression.Convert(Expression.Call(value, clone), type)
        : null;

    private static Expression Set(Type type, Expression made, ImmutableArray<Member> members, Func<Member, Expression> replaced)
    {
        if (members.IsEmpty)
            return made;
        var result = Expression.Variable(type, "result");
        return Expression.Block([result],
            [Expression.Assign(result, made), .. members.Select(member => Expression.Assign(Expression.MakeMemberAccess(result, member.Info), replaced(member))), result]);
    }

    private static ImmutableArray<Member>? Parameters(ConstructorInfo constructor, ImmutableArray<Member> members)
    {
        var given = ImmutableArray.CreateBuilder<Member>();
        foreach (var parameter in constructor.GetParameters())
        {
            if (members.FirstOrDefault(member => string.Equals(member.Info.Name, parameter.Name, StringComparison.OrdinalIgnoreCase) && parameter.ParameterType == member.Type) is not { } member)
                return null;
            given.Add(member);
        }
        return given.ToImmutable();
    }

    private static Func<FieldInfo, bool> Among(ImmutableArray<Member> members) => field => Find(members, field) is not null;

    private static Member? Find(ImmutableArray<Member> members, FieldInfo field) =>
        members.FirstOrDefault(member => string.Equals(member.Info.Name, Bare(field.Name), StringComparison.OrdinalIgnoreCase));

    // <W>k__BackingField, <W>i__Field (anonymous types), W@ (F#), _w, m_w
    private static string Bare(string field)
    {
        string name = field.StartsWith('<') && field.IndexOf('>', StringComparison.Ordinal) is var end and > 0 ? field[1..end] : field.TrimEnd('@');
        return (name.StartsWith("m_", StringComparison.Ordinal) ? name[2..] : name).TrimStart('_');
    }
}
