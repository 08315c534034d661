using System.Collections.Immutable;

namespace Autodiff.Functional.Benchmarks;

/// <summary>What is timed: a function, and what is differentiated of it (its value and gradient, its Jacobian), each ready to be run again and again.</summary>
/// <param name="Function">Nothing, where only the derivative is of interest.</param>
/// <param name="Derivative">Nothing, where only the function is.</param>
/// <param name="HasValue">The derivative gives the function's value first.</param>
public sealed record Work(Runner? Function, Runner? Derivative, bool HasValue)
{
    /// <summary>A scalar function: its value, and its value and gradient.</summary>
    public static Work Of<P>(Func<P, Expr> f, P at, CompileOptions options) =>
        new(Runner.Compile(f, at, options), Runner.Compile<P, (Expr, P)>(p => Ad.ValueAndGrad(f, p), at, options), HasValue: true);

    /// <summary>A scalar function, traced and differentiated anew in each run.</summary>
    public static Work Uncompiled<P>(Func<P, Expr> f, P at) => new(null, Runner.Uncompiled(p => Ad.ValueAndGrad(f, p), at), HasValue: true);

    /// <summary>A function and its derivative, as given.</summary>
    public static Work Of<P, R, J>(Func<P, R> f, Func<P, J> derivative, P at, CompileOptions options) =>
        new(Runner.Compile(f, at, options), Runner.Compile(derivative, at, options), HasValue: false);

    /// <summary>Only a function.</summary>
    public static Work OfFunction<P, R>(Func<P, R> f, P at, CompileOptions options) => new(Runner.Compile(f, at, options), null, HasValue: false);

    /// <summary>The function's values.</summary>
    public ImmutableArray<double> Values() => Function!.Results();

    /// <summary>The derivative's entries.</summary>
    public ImmutableArray<double> Entries() => Derivative!.Results() is var results && HasValue ? results[1..] : results;
}
