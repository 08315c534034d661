using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

public static partial class Ad
{
    /// <summary>
    /// The derivatives of a function at a point by every way that there is, side by side: reverse mode, forward mode, central differences with a step that adapts, and the traced graph over dual numbers, where its ops
    /// allow. Several values, or values with several entries, are added up with random weights. Of large parameters a sample of entries is looked at.
    /// </summary>
    /// <param name="f">The function. For differences it is called anew at each point, some 25 times for each entry, and 100 times more where derivatives disagree.</param>
    /// <param name="at">The point.</param>
    /// <param name="checks">How much is looked at, and what is tolerated.</param>
    /// <param name="name">What paths begin with.</param>
    /// <exception cref="DTypeException">A parameter is not floating-point, or no value is.</exception>
    /// <exception cref="StructureException">Parameters or values hold no node, or can't be taken apart.</exception>
    /// <exception cref="MissingValueException">The point has no value.</exception>
    /// <example><code>
    /// var report = Ad.CheckGradients(Loss, model);
    /// Console.WriteLine(report);      // a table
    /// report.ThrowIfWrong();
    /// </code></example>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static GradientReport CheckGradients<P, R>(Func<P, R> f, P at, GradientChecks? checks = null, [CallerArgumentExpression(nameof(at))] string name = "at") =>
        CheckGradients(f, at, Structure.Of<P>(), Structure.Of<R>(), checks, name);

    /// <inheritdoc cref="CheckGradients{P, R}(Func{P, R}, P, GradientChecks?, string)"/>
    [OverloadResolutionPriority(1)]
    public static GradientReport CheckGradients(Func<Expr, Expr> f, Expr at, GradientChecks? checks = null, [CallerArgumentExpression(nameof(at))] string name = "at") =>
        CheckGradients(f, at, Structure.Node, Structure.Node, checks, name);

    /// <inheritdoc cref="CheckGradients{P, R}(Func{P, R}, P, GradientChecks?, string)"/>
    /// <param name="f">The function.</param>
    /// <param name="at">The point.</param>
    /// <param name="inputs">The parameters' structure.</param>
    /// <param name="outputs">The values' structure.</param>
    /// <param name="checks">How much is looked at, and what is tolerated.</param>
    /// <param name="name">What paths begin with.</param>
    public static GradientReport CheckGradients<P, R>(Func<P, R> f, P at, Structure<P> inputs, Structure<R> outputs, GradientChecks? checks = null, [CallerArgumentExpression(nameof(at))] string name = "at")
    {
        ArgumentNullException.ThrowIfNull(f);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        return new GradientCheck<P, R>(f, at, inputs, outputs, checks ?? new(), name).Run();
    }
}
