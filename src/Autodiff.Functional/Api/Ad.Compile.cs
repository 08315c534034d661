using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

public static partial class Ad
{
    /// <summary>
    /// The function compiled: traced once for each combination of argument shapes and dtypes, optimised, and run in few passes over memory. It is taken to be pure: what it reads besides its parameters is
    /// what it was at the trace. It converts to a function and nests with all transforms.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The options ask for fewer than one thread or plan.</exception>
    /// <exception cref="StructureException">When run: parameters or values can't be taken apart.</exception>
    /// <example><code>
    /// var step = Ad.Compile(Ad.ValueAndGrad((Model m) => Loss(m)));
    /// var (loss, gradient) = step.Run(model);
    /// </code></example>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static Compiled<P, R> Compile<P, R>(Func<P, R> f, CompileOptions? options = null) => new(f, options, Structure.Of<P>(), Structure.Of<R>());

    /// <summary>The function of one node compiled.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The options ask for fewer than one thread or plan.</exception>
    /// <example><code>
    /// var f = Ad.Compile(x => Expr.Sum(Expr.Exp(-x * x)));
    /// Console.WriteLine(f.Run(Tensor.Of([1.0, 2.0])));
    /// </code></example>
    [OverloadResolutionPriority(1)]
    public static Compiled<Expr, Expr> Compile(Func<Expr, Expr> f, CompileOptions? options = null) => new(f, options, Structure.Node, Structure.Node);

    /// <summary>The function compiled, for parameters and values of given structures: without reflection.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The options ask for fewer than one thread or plan.</exception>
    public static Compiled<P, R> Compile<P, R>(Func<P, R> f, Structure<P> inputs, Structure<R> outputs, CompileOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        return new(f, options, inputs, outputs);
    }
}
