using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;

namespace Autodiff.Functional;

/// <summary>A value with members (a record, a class, a tuple, a case of a union), taken apart and rebuilt by code that is compiled once for its type.</summary>
internal sealed class CompiledStructure<P>(Layout layout) : Structure<P>
{
    private Action<P, Walk>? _collect;
    private Func<P, Walk, P>? _replace;

    private Action<P, Walk> Collector => _collect ??= (Action<P, Walk>)layout.Collector.Compile();

    private Func<P, Walk, P> Replacer => _replace ??= (Func<P, Walk, P>)layout.Replacer.Compile();

    internal override bool NullIsValue => layout.NullIsCase || default(P) is not null;

    internal override void Collect(P value, Walk walk)
    {
        if (value is not null || layout.NullIsCase)
            Collector(value, walk);
        else
            walk.Mark(-1);
    }

    internal override P Replace(P like, Walk walk) => like is not null || layout.NullIsCase ? Replacer(like, walk) : like;

    internal override IEnumerable<Child> Children(P value) => value is null ? []
        : layout.MembersOf(value).Where(member => member.HoldsNodes).Select(member => new Child($".{member.Info.Name}", member.Structure, member.Of(value), member.MayBeMissing));
}

/// <summary>How values with members are read and made.</summary>
/// <param name="Collector">Code that collects the nodes of a value.</param>
/// <param name="Replacer">Code that makes a value like a given one with other nodes.</param>
/// <param name="MembersOf">The members that a value has.</param>
/// <param name="NullIsCase">Null stands for one of the cases.</param>
internal sealed record Layout(LambdaExpression Collector, LambdaExpression Replacer, Func<object, ImmutableArray<Member>> MembersOf, bool NullIsCase = false);

/// <summary>A property or field that values are read by and made from.</summary>
internal sealed record Member(MemberInfo Info, Type Type, IStructure Structure, bool MayBeMissing)
{
    public bool HoldsNodes => Structure.HoldsNodes;

    public object? Of(object value) => Info is PropertyInfo property ? property.GetValue(value) : ((FieldInfo)Info).GetValue(value);
}

/// <summary>Writes the code of <see cref="CompiledStructure{P}"/>.</summary>
[RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
internal sealed class Writer
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    private readonly Type _type;
    private readonly ParameterExpression _walk = Expression.Parameter(typeof(Walk), "walk");

    public Writer(Type type)
    {
        _type = type;
        Value = Expression.Parameter(type, "value");
    }

    /// <summary>The value that is read, or that the new one is like.</summary>
    public ParameterExpression Value { get; }

    public Layout Layout(Expression collect, Expression replace, Func<object, ImmutableArray<Member>> membersOf, bool nullIsCase = false) => new(
        Expression.Lambda(typeof(Action<,>).MakeGenericType(_type, typeof(Walk)), collect, Value, _walk),
        Expression.Lambda(typeof(Func<,,>).MakeGenericType(_type, typeof(Walk), _type), replace, Value, _walk), membersOf, nullIsCase);

    /// <summary>Collects from the members, in order, and notes others if the walk does.</summary>
    public Expression Collect(IEnumerable<Member> members, IEnumerable<MemberInfo> others) => Expression.Block(typeof(void),
        [.. members.Where(member => member.HoldsNodes).Select(Collect), Expression.IfThen(Expression.Property(_walk, nameof(Walk.NotesOthers)), Expression.Block(typeof(void), [.. others.Select(Note), Expression.Empty()]))]);

    private MethodCallExpression Note(MemberInfo other)
    {
        var value = Read(other);
        return Expression.Call(_walk, nameof(Walk.Note), [value.Type], value);
    }

    private MethodCallExpression Collect(Member member) => member.Structure is OneNode
        ? Expression.Call(_walk, typeof(Walk).GetMethod(member.MayBeMissing ? nameof(Walk.AddIfAny) : nameof(Walk.Add))!, Read(member))
        : Call(member, "Collect");

    /// <summary>What a member of the new value is.</summary>
    public Expression Replaced(Member member) =>
        !member.HoldsNodes ? Read(member)
        : member.Structure is not OneNode ? Call(member, "Replace")
        : member.MayBeMissing ? Expression.Call(_walk, typeof(Walk).GetMethod(nameof(Walk.NextIfAny))!, Read(member))
        : Expression.Call(_walk, typeof(Walk).GetMethod(nameof(Walk.Next), [])!);

    public Expression Mark(Expression token) => Expression.Call(_walk, typeof(Walk).GetMethod(nameof(Walk.Mark))!, token);

    public Expression Read(Member member) => Read(member.Info);

    private MemberExpression Read(MemberInfo member) => Expression.MakeMemberAccess(member.DeclaringType!.IsAssignableFrom(_type) ? Value : Expression.Convert(Value, member.DeclaringType), member);

    private MethodCallExpression Call(Member member, string method)
    {
        var structure = typeof(Structure<>).MakeGenericType(member.Type);
        return Expression.Call(Expression.Constant(member.Structure, structure), structure.GetMethod(method, Any, [member.Type, typeof(Walk)])!, Read(member), _walk);
    }
}
