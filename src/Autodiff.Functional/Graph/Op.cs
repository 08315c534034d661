using System.Collections.Immutable;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// What a node computes: an immutable value with its attributes, compared by them. An op derives from the family that it
/// belongs to (<see cref="Unary{TFunction}"/>, <see cref="Linear"/>, <see cref="Bilinear"/> …), which gives the rules that
/// follow from that; one that belongs to none derives from this and gives them itself.
/// </summary>
/// <remarks>Rules see inputs and output as expressions, so that what they return can be differentiated again.</remarks>
public abstract record Op
{
    /// <summary>An op of this type.</summary>
    protected Op() => KindHash = GetType().GetHashCode();

    /// <summary>A hash of the type: what the hash of a node's structure is made from.</summary>
    internal int KindHash { get; }

    /// <summary>The name that printing and errors show.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>Is a node of this op whose inputs are all constants replaced by its value at once? True for all but leaves.</summary>
    internal virtual bool Folds => true;

    /// <summary>Can its slopes be infinite where its inputs and its value are finite? Then what is constant is guarded (<see cref="Variation"/>).</summary>
    internal virtual bool HasPoles => false;

    /// <summary>Is the value a root, as a norm is, or a root times something if an input is? Then its product with itself is made without the root.</summary>
    internal virtual Root Root => Root.None;

    /// <summary>The op that a reverse pass would rather find in this one's place: the same, with values beside its own that the reverse rule needs.</summary>
    internal virtual Op ForReverse => this;

    /// <summary>The graphs in it, if it holds functions: what printing shows below the node.</summary>
    internal virtual IEnumerable<(string Name, Graph Graph)> Bodies => [];

    /// <summary>
    /// Can <see cref="Evaluate"/> throw because of a value, as for an index outside its axis? A batch computes both sides of a selection, and does so for such an op only at values of elements
    /// that take that side.
    /// </summary>
    internal virtual bool MayThrow(Inputs inputs) => Bodies.Any(body => body.Graph.MayThrow);

    /// <summary>How the value depends on directions that the inputs depend on as given. Where an op does not say otherwise it is linear in some inputs if it is its own differential in them.</summary>
    internal virtual Degree DegreeOf(Inputs inputs, Expr output, ReadOnlySpan<Degree> given)
    {
        bool isFree = true, isOther = false;
        var tangents = new Expr?[inputs.Count];
        for (int i = 0; i < tangents.Length; i++)
        {
            (isFree, isOther) = (isFree && given[i].IsFree, isOther || given[i] == Degree.Other);
            tangents[i] = given[i].IsFree ? null : inputs[i];
        }
        return isFree ? Degree.Free
            : !isOther && Jvp(inputs, output, tangents) is { } moved && Equals(moved.OpUnlessConstant) && moved.Inputs.SequenceEqual(inputs) ? Degree.Linear
            : Degree.Other;
    }

    /// <summary>The dtype and shape of the value; throws the op's errors of shape, dtype and axis.</summary>
    public abstract TensorType Infer(Inputs inputs);

    /// <summary>The value. The inputs have the types that <see cref="Infer"/> accepted.</summary>
    public abstract Tensor Evaluate(ReadOnlySpan<Tensor> inputs);

    /// <summary>
    /// Forward mode: the tangent of the output, where an input's tangent is null if it is zero. Null if the output's is zero.
    /// At least one tangent is not null.
    /// </summary>
    public abstract Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents);

    /// <summary>
    /// Reverse mode: what the output's cotangent contributes to each input. Contributions to inputs that are not
    /// <paramref name="wanted"/> are ignored, and need not be computed.
    /// </summary>
    public abstract Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted);

    /// <summary>
    /// The op over a batch: inputs marked in <paramref name="batched"/> have a leading axis of length <paramref name="size"/>, and so
    /// must the result. At least one is. Where an op does not say otherwise: element by element, then stacked.
    /// </summary>
    public virtual Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size)
    {
        var results = new Expr[size];
        var arguments = new Expr[inputs.Count];
        if (size == 0)
            return Nothing(Infer(AnElement(inputs, batched)));
        for (int i = 0; i < size; i++)
        {
            for (int k = 0; k < arguments.Length; k++)
                arguments[k] = batched[k] ? inputs[k][i] : inputs[k];
            results[i] = Expr.Apply(this, arguments);
        }
        return Expr.Stack(results, 0);
    }

    /// <summary>The same op where the first axis of its inputs and output, a batch, has another length. Itself, unless an attribute tells the length.</summary>
    internal virtual Op OverRows(int rows) => this;

    /// <summary>Inputs as they are for an element of the batch: of their types, without values.</summary>
    private protected static Inputs AnElement(Inputs inputs, ReadOnlySpan<bool> batched)
    {
        var element = new Expr[inputs.Count];
        for (int k = 0; k < element.Length; k++)
            element[k] = batched[k] ? Expr.Leaf(new Placeholder("a batch"), new(inputs[k].DType, inputs[k].Shape.Slice(1, inputs[k].Rank - 1))) : inputs[k];
        return Inputs.Of(element);
    }

    /// <summary>A batch of no elements.</summary>
    private protected static Expr Nothing(TensorType element) => Expr.Zeros(element.Shape.Insert(0, 0), element.DType);

    /// <summary>The attributes as the printer shows them, for instance <c>axes=[0]</c>; empty if there are none.</summary>
    public virtual string Attributes => "";

    /// <summary>How the value is written in LaTeX, its inputs being written like this. Where an op does not say otherwise: its name, its attributes, and its inputs in parentheses.</summary>
    public virtual Formula Latex(ReadOnlySpan<Formula> inputs) =>
        Formula.Function($@"\operatorname{{{Formula.Text(Name)}}}{(Attributes is { Length: > 0 } attributes ? $@"_{{{Formula.Text(attributes)}}}" : "")}", inputs);

    /// <summary>The name and the attributes, for instance <c>Sum[axes=[0]]</c>.</summary>
    public sealed override string ToString() => Attributes is { Length: > 0 } attributes ? $"{Name}[{attributes}]" : Name;
}

/// <summary>An op that computes nothing: its value is the elements of its one input, seen at other places.</summary>
internal interface IView
{
    /// <summary>The view; null if there is none and the elements must be copied.</summary>
    Tensor? See(Tensor x) => ((Op)this).Evaluate([x]);
}

/// <summary>Which inputs a reverse rule must serve: those that depend on what is differentiated.</summary>
/// <param name="positions">The inputs' positions in the Kahn order, negative where they are not in it.</param>
public readonly ref struct Wanted(ReadOnlySpan<int> positions)
{
    private readonly ReadOnlySpan<int> _positions = positions;

    /// <summary>Is the input at this index wanted?</summary>
    public bool this[int index] => _positions[index] >= 0;

    internal bool Any => _positions.ContainsAnyExcept(-1);

    /// <summary>The same for each of some inputs.</summary>
    internal ImmutableArray<bool> Of(int count)
    {
        var all = new bool[count];
        for (int i = 0; i < count; i++)
            all[i] = this[i];
        return [.. all];
    }
}

/// <summary>What an op has to do with roots whose squares are smooth.</summary>
internal enum Root : byte
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>It is one.</summary>
    Itself,
    /// <summary>It is one times something, or one turned about, if an input is one.</summary>
    Inside,
}
