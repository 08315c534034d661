using System.Diagnostics.CodeAnalysis;

namespace Autodiff.Functional;

public static partial class Ad
{
    // ---- derivatives of one's own ----

    /// <summary>
    /// A function whose reverse mode is given: where the derivative of what is computed is not what is wanted, is slow, or loses digits. It behaves like any other function: it can be batched, compiled, and
    /// differentiated again, when the rule itself is differentiated. Forward mode is the transpose of the rule, which must be linear in the cotangent for that.
    /// </summary>
    /// <param name="forward">Gives the value, and what the rule needs: its residuals, any structure.</param>
    /// <param name="backward">The pullback: from residuals and the value's cotangent to the parameters' cotangents, in their structure and shapes. What it gives for integers and masks is ignored.</param>
    /// <remarks>Both may close over anything that is not differentiated; to differentiate in it, make it a parameter.</remarks>
    /// <exception cref="StructureException">Parameters or value hold no node, or the cotangents differ from the parameters in structure.</exception>
    /// <exception cref="ShapeException">A cotangent has another shape than its parameter.</exception>
    /// <exception cref="DTypeException">A cotangent has another dtype than its parameter.</exception>
    /// <exception cref="DerivativeException">On differentiating: in something that is closed over; or forwards, where the rule is not linear.</exception>
    /// <example><code>
    /// var log1pexp = Ad.CustomVjp((Expr x) => (Expr.Log1p(Expr.Exp(x)), x), (x, cotangent) => cotangent * Expr.Sigmoid(x));
    /// var slope = Ad.Grad(log1pexp, 100.0);   // 1, not NaN
    /// </code></example>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static Func<P, R> CustomVjp<P, R, S>(Func<P, (R Value, S Residuals)> forward, Func<S, R, P> backward) =>
        CustomVjp(forward, backward, Structure.Of<P>(), Structure.Of<R>(), Structure.Of<S>());

    /// <inheritdoc cref="CustomVjp{P, R, S}(Func{P, ValueTuple{R, S}}, Func{S, R, P})"/>
    /// <param name="forward">Gives the value and the residuals.</param>
    /// <param name="backward">The pullback.</param>
    /// <param name="inputs">The parameters' structure.</param>
    /// <param name="outputs">The value's structure.</param>
    /// <param name="residuals">The residuals' structure.</param>
    public static Func<P, R> CustomVjp<P, R, S>(Func<P, (R Value, S Residuals)> forward, Func<S, R, P> backward, Structure<P> inputs, Structure<R> outputs, Structure<S> residuals)
    {
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentNullException.ThrowIfNull(backward);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(residuals);
        return at => CustomRules.Vjp(forward, backward, at, inputs, outputs, residuals);
    }

    /// <summary>
    /// A function whose forward mode is given; reverse mode is its transpose. One function gives both: the value, and its tangent, which is linear in the parameters' tangents. It can be batched, compiled, and
    /// differentiated again, when the rule itself is differentiated.
    /// </summary>
    /// <param name="pushforward">From parameters and their tangents to the value and its tangent. The value must not depend on the tangents. The tangents of integers and masks are zeros.</param>
    /// <remarks>It may close over anything that is not differentiated; to differentiate in it, make it a parameter.</remarks>
    /// <exception cref="StructureException">Parameters or value hold no node, or the tangent differs from the value in structure.</exception>
    /// <exception cref="ShapeException">A tangent has another shape than its value.</exception>
    /// <exception cref="DTypeException">A tangent has another dtype than its value.</exception>
    /// <exception cref="DerivativeException">The value depends on the tangents. On differentiating: in something that is closed over; or backwards, where the rule is not linear.</exception>
    /// <example><code>
    /// var exp = Ad.CustomJvp((Expr x, Expr dx) => { var y = Expr.Exp(x); return (y, y * dx); });
    /// </code></example>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static Func<P, R> CustomJvp<P, R>(Func<P, P, (R Value, R Tangent)> pushforward) => CustomJvp(pushforward, Structure.Of<P>(), Structure.Of<R>());

    /// <inheritdoc cref="CustomJvp{P, R}(Func{P, P, ValueTuple{R, R}})"/>
    /// <param name="pushforward">Gives the value and its tangent.</param>
    /// <param name="inputs">The parameters' structure.</param>
    /// <param name="outputs">The value's structure.</param>
    public static Func<P, R> CustomJvp<P, R>(Func<P, P, (R Value, R Tangent)> pushforward, Structure<P> inputs, Structure<R> outputs)
    {
        ArgumentNullException.ThrowIfNull(pushforward);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        return at => CustomRules.Jvp(pushforward, at, inputs, outputs);
    }

    /// <summary>
    /// The same function, whose inner values are not kept for the reverse pass but computed again in it: memory for time. A chain of n steps in √n such segments keeps √n values instead of n, and costs one more
    /// evaluation. No result changes.
    /// </summary>
    /// <exception cref="StructureException">Parameters or value hold no node.</exception>
    /// <example><code>
    /// var block = Ad.Checkpoint((Expr x) => Expr.Sin(Expr.Exp(x)));
    /// var gradient = Ad.Grad(x => Expr.Sum(block(block(x))), x);
    /// </code></example>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static Func<P, R> Checkpoint<P, R>(Func<P, R> f) => Checkpoint(f, Structure.Of<P>(), Structure.Of<R>());

    /// <inheritdoc cref="Checkpoint{P, R}(Func{P, R})"/>
    /// <param name="f">The function.</param>
    /// <param name="inputs">The parameters' structure.</param>
    /// <param name="outputs">The value's structure.</param>
    public static Func<P, R> Checkpoint<P, R>(Func<P, R> f, Structure<P> inputs, Structure<R> outputs)
    {
        ArgumentNullException.ThrowIfNull(f);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        return at => CustomRules.Checkpoint(f, at, inputs, outputs);
    }

    /// <summary>All nodes of a value as constants for every derivative: <see cref="Expr.StopGradient"/> over a structure.</summary>
    /// <exception cref="StructureException">The value can't be taken apart.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static P StopGradient<P>(P value) => Structure.Map(value, Expr.StopGradient);
}
