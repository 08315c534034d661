using System.Diagnostics.CodeAnalysis;

namespace Autodiff.Functional;

public static partial class Ad
{
    // ---- matrices of derivatives by a given mode, over structures ----

    /// <summary>The Jacobian at a point by forward mode, for each parameter: one pass over all parameter entries, batched. For few parameters and many values.</summary>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static P JacobianForward<P>(Func<P, Expr> f, P at) => Transform.Jacobian("JacobianForward", f, at, Structure.Of<P>(), Structure.Node, forward: true).Single();

    /// <summary>The Jacobian of a function with several values by forward mode: indexed by a value, it gives that value's derivative in each parameter.</summary>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values hold no node, or can't be taken apart.</exception>
    /// <example><code>
    /// var j = Ad.JacobianForward(p => (X: p.R * Expr.Cos(p.Phi), Y: p.R * Expr.Sin(p.Phi)), polar);
    /// var slope = j[point => point.X].Phi;
    /// </code></example>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static Jacobian<P, R> JacobianForward<P, R>(Func<P, R> f, P at) => Transform.Jacobian("JacobianForward", f, at, Structure.Of<P>(), Structure.Of<R>(), forward: true);

    /// <summary>The Jacobian at a point by reverse mode, for each parameter: one pass over all value entries, batched. For many parameters and few values.</summary>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static P JacobianReverse<P>(Func<P, Expr> f, P at) => Transform.Jacobian("JacobianReverse", f, at, Structure.Of<P>(), Structure.Node, forward: false).Single();

    /// <summary>The Jacobian of a function with several values by reverse mode: indexed by a value, it gives that value's derivative in each parameter.</summary>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values hold no node, or can't be taken apart.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static Jacobian<P, R> JacobianReverse<P, R>(Func<P, R> f, P at) => Transform.Jacobian("JacobianReverse", f, at, Structure.Of<P>(), Structure.Of<R>(), forward: false);

    // ---- by given structures: without reflection ----

    /// <summary>The Jacobian at a point by forward or reverse mode, whichever has fewer passes, for parameters of a given structure: without reflection.</summary>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    public static P Jacobian<P>(Func<P, Expr> f, P at, Structure<P> inputs) => Jacobian(f, at, inputs, Structure.Node).Single();

    /// <summary>The Jacobian of a function with several values by forward or reverse mode, whichever has fewer passes, for parameters and values of given structures: without reflection.</summary>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    public static Jacobian<P, R> Jacobian<P, R>(Func<P, R> f, P at, Structure<P> inputs, Structure<R> outputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        return Transform.Jacobian("Jacobian", f, at, inputs, outputs);
    }

    /// <summary>The Jacobian at a point by forward mode, for parameters of a given structure: without reflection.</summary>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    public static P JacobianForward<P>(Func<P, Expr> f, P at, Structure<P> inputs) => JacobianForward(f, at, inputs, Structure.Node).Single();

    /// <summary>The Jacobian of a function with several values by forward mode, for parameters and values of given structures: without reflection.</summary>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    public static Jacobian<P, R> JacobianForward<P, R>(Func<P, R> f, P at, Structure<P> inputs, Structure<R> outputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        return Transform.Jacobian("JacobianForward", f, at, inputs, outputs, forward: true);
    }

    /// <summary>The Jacobian at a point by reverse mode, for parameters of a given structure: without reflection.</summary>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    public static P JacobianReverse<P>(Func<P, Expr> f, P at, Structure<P> inputs) => JacobianReverse(f, at, inputs, Structure.Node).Single();

    /// <summary>The Jacobian of a function with several values by reverse mode, for parameters and values of given structures: without reflection.</summary>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    public static Jacobian<P, R> JacobianReverse<P, R>(Func<P, R> f, P at, Structure<P> inputs, Structure<R> outputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        return Transform.Jacobian("JacobianReverse", f, at, inputs, outputs, forward: false);
    }
}
