using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

/// <summary>
/// Parameter structures: the user's own immutable types, taken apart into the <see cref="Expr"/> in them and put together again with others. Any nesting of
/// records, immutable classes and structs, tuples, arrays, immutable collections and F#'s records, unions, lists, options and maps is one, without registration.
/// </summary>
/// <remarks>
/// <para>Only an <see cref="Expr"/> is a leaf. Everything else (a <see cref="Tensor"/>, a number, a string, a function) is a constant of the structure and passes through
/// untouched, as the same instance: make a member an Expr if it is to be differentiated. An Expr that a nullable annotation allows to be null is no leaf where it is null.</para>
/// <para>A record is rebuilt as <c>with</c> does, any other type by its constructor whose parameters match its properties by name and type. What can't be
/// rebuilt (a mutable class, a cycle) is an error that names type, member and path, if an Expr may be in it. Dictionaries with ordered keys are walked by key.</para>
/// <para>How a type is taken apart is worked out and compiled once. In trimmed and ahead-of-time compiled programs, where that is not possible, make structures explicitly: see
/// <see cref="Register{P}(Func{P, IEnumerable{Expr}}, Func{P, ImmutableArray{Expr}, P}, string)"/>, <see cref="Array{T}"/>, <see cref="Tuple{A, B}"/>.</para>
/// </remarks>
/// <example><code>
/// record Layer(Expr W, Expr B);
/// record Model(ImmutableArray&lt;Layer> Layers, string Name);
///
/// var gradient = Ad.Grad(Loss, model);                                       // a Model
/// var next = Structure.Zip(model, gradient, (p, g) => p - 0.1 * g);          // a Model of the same name
/// Console.WriteLine(Structure.Leaves(next)[2].Path);                         // next.Layers[1].W
/// </code></example>
public static class Structure
{
    /// <summary>Why the reflective path is not for trimmed programs.</summary>
    internal const string Reflective = "Parameter structures other than Expr are taken apart by reflection. In a trimmed or ahead-of-time compiled program, use functions of one Expr, or the overload that takes a Structure (see Structure.Register).";

    /// <summary>A node by itself.</summary>
    public static Structure<Expr> Node { get; } = new OneNode();

    /// <summary>How values of a type are taken apart and put together again: registered, or found by reflection once and kept.</summary>
    [RequiresDynamicCode(Reflective), RequiresUnreferencedCode(Reflective)]
    public static Structure<P> Of<P>() => Known<P>.Structure ?? Find<P>();

    [RequiresDynamicCode(Reflective), RequiresUnreferencedCode(Reflective)]
    private static Structure<P> Find<P>() => Known<P>.Keep((Structure<P>)Recognition.Of(typeof(P)));

    // ---- explicit structures, which need no reflection ----

    /// <summary>Registers how a type is taken apart and rebuilt: for types that can't be recognised, and for ahead-of-time compiled programs. Call it before the type is used.</summary>
    /// <param name="leaves">The nodes of a value, always as many.</param>
    /// <param name="rebuild">A value like a given one, with other nodes.</param>
    /// <param name="text">The text of <paramref name="leaves"/>, from which paths take the members' names.</param>
    /// <exception cref="StructureException">The type is registered or was taken apart already.</exception>
    /// <example><code>
    /// static readonly Structure&lt;Model> s_model = Structure.Register&lt;Model>(m => [m.W, m.B], (m, leaves) => new(leaves[0], leaves[1]));
    /// var (loss, gradient) = Ad.ValueAndGrad(Loss, model, s_model);
    /// </code></example>
    public static Structure<P> Register<P>(Func<P, IEnumerable<Expr>> leaves, Func<P, ImmutableArray<Expr>, P> rebuild, [CallerArgumentExpression(nameof(leaves))] string text = "")
    {
        ArgumentNullException.ThrowIfNull(leaves);
        ArgumentNullException.ThrowIfNull(rebuild);
        var structure = new Registered<P>(leaves, rebuild, text);
        return Known<P>.Structure is null && ReferenceEquals(Registry.Add(typeof(P), structure), structure) && ReferenceEquals(Known<P>.Keep(structure), structure)
            ? structure
            : throw new StructureException("Structure.Register", "a type that is not registered, nor in use already", Names.Of(typeof(P)), "Register it once, before its first use, for instance in a static constructor.");
    }

    /// <summary>An array of structures.</summary>
    public static Structure<T[]> Array<T>(Structure<T> item) => new ArrayOf<T>(item);

    /// <summary>An immutable array of structures.</summary>
    public static Structure<ImmutableArray<T>> ImmutableArray<T>(Structure<T> item) => new ImmutableArrayOf<T>(item);

    /// <summary>A pair of structures.</summary>
    public static Structure<(A, B)> Tuple<A, B>(Structure<A> first, Structure<B> second) => new PairOf<A, B>(first, second);

    /// <summary>A triple of structures.</summary>
    public static Structure<(A, B, C)> Tuple<A, B, C>(Structure<A> first, Structure<B> second, Structure<C> third) => new TripleOf<A, B, C>(first, second, third);

    /// <summary>Values that pass through as they are: with <see cref="Tuple{A, B}"/>, the data beside a model.</summary>
    public static Structure<T> Untouched<T>() => new Opaque<T>();

    // ---- functions of structures ----

    /// <summary>The nodes of a value with their paths, such as <c>model.Layers[2].Weight</c>, in the order of all transforms.</summary>
    /// <param name="value">A value.</param>
    /// <param name="name">What paths begin with.</param>
    /// <exception cref="StructureException">The value can't be taken apart.</exception>
    [RequiresDynamicCode(Reflective), RequiresUnreferencedCode(Reflective)]
    public static ImmutableArray<(string Path, Expr Node)> Leaves<P>(P value, [CallerArgumentExpression(nameof(value))] string name = "value") => Of<P>().Leaves(value, name);

    /// <summary>A value of the same structure with a function of each node.</summary>
    /// <exception cref="StructureException">The value can't be taken apart.</exception>
    [RequiresDynamicCode(Reflective), RequiresUnreferencedCode(Reflective)]
    public static P Map<P>(P value, Func<Expr, Expr> f) => Of<P>().Map(value, f);

    /// <summary>A value of the same structure with a function of each pair of nodes; all else is the first one's.</summary>
    /// <exception cref="StructureException">The values can't be taken apart, or differ in structure.</exception>
    [RequiresDynamicCode(Reflective), RequiresUnreferencedCode(Reflective)]
    public static P Zip<P>(P first, P second, Func<Expr, Expr, Expr> f) => Of<P>().Zip(first, second, f);

    /// <summary>A value of the same structure with a function of each triple of nodes; all else is the first one's.</summary>
    /// <exception cref="StructureException">The values can't be taken apart, or differ in structure.</exception>
    [RequiresDynamicCode(Reflective), RequiresUnreferencedCode(Reflective)]
    public static P Zip<P>(P first, P second, P third, Func<Expr, Expr, Expr, Expr> f) => Of<P>().Zip(first, second, third, f);

    /// <summary>A value like a given one, with other nodes, in the order of <see cref="Leaves"/>.</summary>
    /// <exception cref="StructureException">The value can't be taken apart, or has another number of nodes.</exception>
    [RequiresDynamicCode(Reflective), RequiresUnreferencedCode(Reflective)]
    public static P Rebuild<P>(P like, IEnumerable<Expr> nodes) => Of<P>().Rebuild(like, nodes);

    /// <summary>All entries of all nodes as one vector, and the way back: from such a vector to a value like the given one.</summary>
    /// <exception cref="StructureException">The value can't be taken apart.</exception>
    /// <exception cref="DTypeException">Nodes differ in dtype.</exception>
    [RequiresDynamicCode(Reflective), RequiresUnreferencedCode(Reflective)]
    public static (Expr Vector, Func<Expr, P> Unravel) Ravel<P>(P value) => Of<P>().Ravel(value);
}
