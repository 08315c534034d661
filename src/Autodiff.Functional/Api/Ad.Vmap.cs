using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

public static partial class Ad
{
    // ---- batches ----

    /// <summary>
    /// A function of one element, as a function of a batch of them: it is traced once, and every op runs over the whole batch. The results are those of a loop, stacked.
    /// </summary>
    /// <param name="f">A function of one element. It may close over anything, which then is the same for every element, and may use any other transform, this one as well.</param>
    /// <param name="inAxes">Where the batch is in the parameters: the first axis if nothing is said.</param>
    /// <param name="outAxes">Where it is put in the values.</param>
    /// <remarks>
    /// An element has no concrete value, so the function can't branch on it: select with <c>Where</c> or <c>Ad.Cond</c>. A bare number after the function could be a point as
    /// well; write <c>inAxes: 1</c>.
    /// </remarks>
    /// <exception cref="ShapeException">The batch has not one size in all leaves.</exception>
    /// <exception cref="AxisException">An axis is outside a leaf's rank, no leaf has one, or a value without one depends on the batch.</exception>
    /// <exception cref="StructureException">Parameters or values hold no node, or can't be taken apart.</exception>
    /// <exception cref="MissingValueException">The function asks for an element's value.</exception>
    /// <example><code>
    /// Func&lt;Example, Model> perExample = Ad.Vmap((Example e) => Ad.Grad(m => Loss(m, e), model));
    /// Model gradients = perExample(examples);                       // each leaf: (batch, …)
    /// Expr distances = Ad.Vmap(a => Ad.Vmap(b => Expr.Norm(a - b), points), points);
    /// </code></example>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static Func<P, R> Vmap<P, R>(Func<P, R> f, BatchAxes inAxes = default, BatchAxes outAxes = default) => f is null ? throw new ArgumentNullException(nameof(f)) : at => Vmap(f, at, inAxes, outAxes);

    /// <summary>A function of one node, as a function of a batch.</summary>
    /// <inheritdoc cref="Vmap{P, R}(Func{P, R}, BatchAxes, BatchAxes)"/>
    [OverloadResolutionPriority(1)]
    public static Func<Expr, Expr> Vmap(Func<Expr, Expr> f, BatchAxes inAxes = default, BatchAxes outAxes = default) => f is null ? throw new ArgumentNullException(nameof(f)) : at => Vmap(f, at, inAxes, outAxes);

    /// <summary>A function of one element, at a batch of them.</summary>
    /// <inheritdoc cref="Vmap{P, R}(Func{P, R}, BatchAxes, BatchAxes)"/>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static R Vmap<P, R>(Func<P, R> f, P at, BatchAxes inAxes = default, BatchAxes outAxes = default) =>
        Vectorization.Apply(f, at, Structure.Of<P>(), Structure.Of<R>(), inAxes, outAxes);

    /// <summary>A function of one node, at a batch.</summary>
    /// <inheritdoc cref="Vmap{P, R}(Func{P, R}, BatchAxes, BatchAxes)"/>
    [OverloadResolutionPriority(1)]
    public static Expr Vmap(Func<Expr, Expr> f, Expr at, BatchAxes inAxes = default, BatchAxes outAxes = default) =>
        Vectorization.Apply(f, at, Structure.Node, Structure.Node, inAxes, outAxes);

    /// <summary>A function of one element, at a batch of them, for parameters and values of given structures: without reflection.</summary>
    /// <inheritdoc cref="Vmap{P, R}(Func{P, R}, BatchAxes, BatchAxes)"/>
    public static R Vmap<P, R>(Func<P, R> f, P at, Structure<P> inputs, Structure<R> outputs, BatchAxes inAxes = default, BatchAxes outAxes = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        return Vectorization.Apply(f, at, inputs, outputs, inAxes, outAxes);
    }
}
