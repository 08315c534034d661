using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

public static partial class Ad
{
    // ---- branches ----

    /// <summary>
    /// The value of one of two functions: of <paramref name="yes"/> if the predicate is true, else of <paramref name="no"/>. Both are traced, one is computed. Gradients, forward mode
    /// and batches go through it; over a batch of predicates both are computed and selected from, as by <see cref="Expr.Where"/>.
    /// </summary>
    /// <param name="predicate">A Bool scalar. (For a choice element by element use <see cref="Expr.Where"/>.)</param>
    /// <param name="yes">Taken if it is true.</param>
    /// <param name="no">Taken if it is false; its value has the structure, shapes and dtypes of the other's, literals take them.</param>
    /// <param name="operand">What both are functions of. They may close over more.</param>
    /// <exception cref="DTypeException">The predicate is not Bool, or the values differ in dtype.</exception>
    /// <exception cref="ShapeException">The predicate is no scalar, or the values differ in shape.</exception>
    /// <exception cref="StructureException">The values differ in structure, or can't be taken apart.</exception>
    /// <example><code>
    /// Func&lt;Expr, Expr> f = x => Ad.Cond(x > 0, v => Expr.Sqrt(v), v => 0.0, x);
    /// Console.WriteLine((double)Ad.Grad(f)(-1.0));      // 0
    /// </code></example>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static R Cond<P, R>(Expr predicate, Func<P, R> yes, Func<P, R> no, P operand) => Cond(predicate, yes, no, operand, Structure.Of<P>(), Structure.Of<R>());

    /// <inheritdoc cref="Cond{P, R}(Expr, Func{P, R}, Func{P, R}, P)"/>
    [OverloadResolutionPriority(1)]
    public static Expr Cond(Expr predicate, Func<Expr, Expr> yes, Func<Expr, Expr> no, Expr operand) => Cond(predicate, yes, no, operand, Structure.Node, Structure.Node);

    /// <inheritdoc cref="Cond{P, R}(Expr, Func{P, R}, Func{P, R}, P)"/>
    public static R Cond<P, R>(Expr predicate, Func<P, R> yes, Func<P, R> no, P operand, Structure<P> inputs, Structure<R> outputs)
    {
        ArgumentNullException.ThrowIfNull(yes);
        ArgumentNullException.ThrowIfNull(no);
        return ControlFlow.Branch("Cond", ControlFlow.Predicate("Cond", predicate), [yes, no], operand, inputs, outputs);
    }

    /// <inheritdoc cref="Cond{P, R}(Expr, Func{P, R}, Func{P, R}, P)"/>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static R Cond<R>(Expr predicate, Func<R> yes, Func<R> no)
    {
        ArgumentNullException.ThrowIfNull(yes);
        ArgumentNullException.ThrowIfNull(no);
        return Cond(predicate, _ => yes(), _ => no(), default, Structure.Untouched<ValueTuple>(), Structure.Of<R>());
    }

    /// <inheritdoc cref="Cond{P, R}(Expr, Func{P, R}, Func{P, R}, P)"/>
    [OverloadResolutionPriority(1)]
    public static Expr Cond(Expr predicate, Func<Expr> yes, Func<Expr> no)
    {
        ArgumentNullException.ThrowIfNull(yes);
        ArgumentNullException.ThrowIfNull(no);
        return Cond(predicate, _ => yes(), _ => no(), default, Structure.Untouched<ValueTuple>(), Structure.Node);
    }

    /// <summary>The value of one of several functions, by its index. All are traced, one is computed; over a batch of indices all are.</summary>
    /// <param name="index">An integer scalar. One outside of the branches is an error: it is never moved to fit.</param>
    /// <param name="branches">The functions; their values have the same structure, shapes and dtypes, literals take them.</param>
    /// <param name="operand">What all are functions of. They may close over more.</param>
    /// <exception cref="IndexException">There is no such branch.</exception>
    /// <exception cref="DTypeException">The index is no integer, or the values differ in dtype.</exception>
    /// <exception cref="ShapeException">The index is no scalar, or the values differ in shape.</exception>
    /// <exception cref="StructureException">There are no branches; the values differ in structure, or can't be taken apart.</exception>
    /// <example><code>
    /// var y = Ad.Switch(kind, [v => v, v => Expr.Sin(v), v => v * v], x);
    /// </code></example>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static R Switch<P, R>(Expr index, IEnumerable<Func<P, R>> branches, P operand) => Switch(index, branches, operand, Structure.Of<P>(), Structure.Of<R>());

    /// <inheritdoc cref="Switch{P, R}(Expr, IEnumerable{Func{P, R}}, P)"/>
    [OverloadResolutionPriority(1)]
    public static Expr Switch(Expr index, IEnumerable<Func<Expr, Expr>> branches, Expr operand) => Switch(index, branches, operand, Structure.Node, Structure.Node);

    /// <inheritdoc cref="Switch{P, R}(Expr, IEnumerable{Func{P, R}}, P)"/>
    public static R Switch<P, R>(Expr index, IEnumerable<Func<P, R>> branches, P operand, Structure<P> inputs, Structure<R> outputs)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(branches);
        ImmutableArray<Func<P, R>> all = [.. branches];
        return all.IsEmpty ? throw new StructureException("Switch", "at least one branch", "none") : ControlFlow.Branch("Switch", ControlFlow.Index("Switch", index, all.Length), all, operand, inputs, outputs);
    }

    // ---- loops ----

    /// <summary>
    /// A loop over the rows of some inputs: each step takes the carry and a row, and gives the next carry and an output. The result is the last carry, and the outputs stacked along a
    /// new first axis. The body is traced once, so the graph is as large for 10⁵ steps as for two.
    /// </summary>
    /// <remarks>
    /// What the body closes over may be differentiated as well, and what in it does not change from step to step is computed once, outside. Reverse mode keeps the carries, and computes each
    /// step once more; it costs 2–4 times the loop.
    /// </remarks>
    /// <param name="body">A step: from carry and row to the next carry, of the same structure, shapes and dtypes, and an output.</param>
    /// <param name="start">The first carry. A literal takes the dtype that the body gives.</param>
    /// <param name="inputs">Nodes whose first axes have one length, the number of steps.</param>
    /// <param name="reverse">Go through the rows, and stack the outputs, from the last to the first.</param>
    /// <exception cref="ShapeException">The inputs differ in their first axis or have none, or a carry changes its shape.</exception>
    /// <exception cref="DTypeException">A carry changes its dtype.</exception>
    /// <exception cref="StructureException">A carry changes its structure; something can't be taken apart; there is no input: give the length.</exception>
    /// <exception cref="MissingValueException">The body asks for a value: inside it there is none.</exception>
    /// <example><code>
    /// var (sum, sums) = Ad.Scan((sum, x) => (sum + x, sum + x), 0.0, xs);     // sums is the cumulative sum
    /// </code></example>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static (C Carry, Y Outputs) Scan<C, X, Y>(Func<C, X, (C, Y)> body, C start, X inputs, bool reverse = false) =>
        Scan(body, start, inputs, Structure.Of<C>(), Structure.Of<X>(), Structure.Of<Y>(), reverse);

    /// <inheritdoc cref="Scan{C, X, Y}(Func{C, X, ValueTuple{C, Y}}, C, X, bool)"/>
    [OverloadResolutionPriority(1)]
    public static (Expr Carry, Expr Outputs) Scan(Func<Expr, Expr, (Expr, Expr)> body, Expr start, Expr inputs, bool reverse = false) =>
        Scan(body, start, inputs, Structure.Node, Structure.Node, Structure.Node, reverse);

    /// <inheritdoc cref="Scan{C, X, Y}(Func{C, X, ValueTuple{C, Y}}, C, X, bool)"/>
    public static (C Carry, Y Outputs) Scan<C, X, Y>(Func<C, X, (C, Y)> body, C start, X inputs, Structure<C> carries, Structure<X> rows, Structure<Y> outputs, bool reverse = false)
    {
        ArgumentNullException.ThrowIfNull(body);
        return ControlFlow.Scan("Scan", body, start, inputs, null, reverse, carries, rows, outputs);
    }

    /// <summary>A loop of a given number of steps without inputs, which gives an output in each.</summary>
    /// <param name="body">A step: from the carry to the next one, of the same structure, shapes and dtypes, and an output.</param>
    /// <param name="start">The first carry. A literal takes the dtype that the body gives.</param>
    /// <param name="length">The number of steps.</param>
    /// <param name="reverse">Stack the outputs from the last to the first.</param>
    /// <exception cref="ShapeException">A carry changes its shape.</exception>
    /// <exception cref="DTypeException">A carry changes its dtype.</exception>
    /// <exception cref="StructureException">A carry changes its structure, or can't be taken apart.</exception>
    /// <exception cref="MissingValueException">The body asks for a value: inside it there is none.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static (C Carry, Y Outputs) Scan<C, Y>(Func<C, (C, Y)> body, C start, int length, bool reverse = false) => Scan(body, start, length, Structure.Of<C>(), Structure.Of<Y>(), reverse);

    /// <inheritdoc cref="Scan{C, Y}(Func{C, ValueTuple{C, Y}}, C, int, bool)"/>
    [OverloadResolutionPriority(1)]
    public static (Expr Carry, Expr Outputs) Scan(Func<Expr, (Expr, Expr)> body, Expr start, int length, bool reverse = false) =>
        Scan(body, start, length, Structure.Node, Structure.Node, reverse);

    /// <inheritdoc cref="Scan{C, Y}(Func{C, ValueTuple{C, Y}}, C, int, bool)"/>
    public static (C Carry, Y Outputs) Scan<C, Y>(Func<C, (C, Y)> body, C start, int length, Structure<C> carries, Structure<Y> outputs, bool reverse = false)
    {
        ArgumentNullException.ThrowIfNull(body);
        OutOfRange.Below("Scan", length, 0, "With length 0 the carry is the start.");
        return ControlFlow.Scan("Scan", (C carry, ValueTuple _) => body(carry), start, default, length, reverse, carries, Structure.Untouched<ValueTuple>(), outputs);
    }

    /// <summary>A loop of a given number of steps: each takes the step's number, an Int64 from 0, and the carry, and gives the next carry. A <see cref="Scan{C, X, Y}(Func{C, X, ValueTuple{C, Y}}, C, X, bool)"/> without outputs.</summary>
    /// <param name="count">The number of steps.</param>
    /// <param name="body">A step: from its number and the carry to the next carry, of the same structure, shapes and dtypes.</param>
    /// <param name="start">The first carry. A literal takes the dtype that the body gives.</param>
    /// <exception cref="ShapeException">A carry changes its shape.</exception>
    /// <exception cref="DTypeException">A carry changes its dtype.</exception>
    /// <exception cref="StructureException">A carry changes its structure, or can't be taken apart.</exception>
    /// <exception cref="MissingValueException">The body asks for a value: inside it there is none.</exception>
    /// <example><code>
    /// var root = Ad.ForLoop(20, (_, x) => 0.5 * (x + a / x), a);      // Heron's √a
    /// </code></example>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static C ForLoop<C>(int count, Func<Expr, C, C> body, C start) => ForLoop(count, body, start, Structure.Of<C>());

    /// <inheritdoc cref="ForLoop{C}(int, Func{Expr, C, C}, C)"/>
    [OverloadResolutionPriority(1)]
    public static Expr ForLoop(int count, Func<Expr, Expr, Expr> body, Expr start) => ForLoop(count, body, start, Structure.Node);

    /// <inheritdoc cref="ForLoop{C}(int, Func{Expr, C, C}, C)"/>
    public static C ForLoop<C>(int count, Func<Expr, C, C> body, C start, Structure<C> carries)
    {
        ArgumentNullException.ThrowIfNull(body);
        OutOfRange.Below("ForLoop", count, 0, "With count 0 the carry is the start.");
        return ControlFlow.ForLoop(count, body, start, carries);
    }

    /// <summary>
    /// A loop that goes on while a condition of the carry holds. Forward mode goes through it and batches do, which go on until all elements are done; reverse mode does not,
    /// since the number of steps is not known before: use ForLoop, or Fix for a fixed point.
    /// </summary>
    /// <param name="condition">From the carry to a Bool scalar.</param>
    /// <param name="body">From the carry to the next, of the same structure, shapes and dtypes.</param>
    /// <param name="start">The first carry. A literal takes the dtype that the body gives.</param>
    /// <exception cref="ShapeException">A carry changes its shape, or the condition is no scalar.</exception>
    /// <exception cref="DTypeException">A carry changes its dtype, or the condition is not Bool.</exception>
    /// <exception cref="StructureException">A carry changes its structure, or can't be taken apart.</exception>
    /// <exception cref="MissingValueException">The body asks for a value: inside it there is none.</exception>
    /// <example><code>
    /// var (n, power) = Ad.While(s => s.Item2 &lt; limit, s => (s.Item1 + 1, 2 * s.Item2), (Expr.Scalar(0.0), Expr.Scalar(1.0)));
    /// </code></example>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static C While<C>(Func<C, Expr> condition, Func<C, C> body, C start) => While(condition, body, start, Structure.Of<C>());

    /// <inheritdoc cref="While{C}(Func{C, Expr}, Func{C, C}, C)"/>
    [OverloadResolutionPriority(1)]
    public static Expr While(Func<Expr, Expr> condition, Func<Expr, Expr> body, Expr start) => While(condition, body, start, Structure.Node);

    /// <inheritdoc cref="While{C}(Func{C, Expr}, Func{C, C}, C)"/>
    public static C While<C>(Func<C, Expr> condition, Func<C, C> body, C start, Structure<C> carries)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(body);
        return ControlFlow.While("While", condition, body, start, carries);
    }

    // ---- what is defined by an equation ----

    /// <summary>
    /// The fixed point x = f(x), by iterating from a start. Its derivatives, in what f closes over and of any order, are those of the equation (the implicit function theorem), and not those of
    /// the iteration: they cost one linear system, whatever the number of steps, and keep nothing of them. In the start there is none.
    /// </summary>
    /// <remarks>
    /// The linear system is solved directly up to 128 unknowns, by iteration above, which converges where f does. In a batch (Ad.Vmap) each element iterates as if it were alone; one that does
    /// not converge is NaN.
    /// </remarks>
    /// <param name="f">A function that brings points nearer to one another, at least near the fixed point.</param>
    /// <param name="start">Where to begin. All nodes in it are of one floating-point dtype; a literal takes the one that f gives.</param>
    /// <param name="tolerance">The iteration ends when no entry moves by more than this times its own size; if null 1e−12, for Float32 1e−6.</param>
    /// <param name="maxIterations">After as many steps it is an error that the end is not reached.</param>
    /// <exception cref="ConvergenceException">The end is not reached. (In a batch made by Ad.Vmap that element is NaN instead.)</exception>
    /// <exception cref="DTypeException">The dtypes of the start differ or are not floating-point, or f changes one.</exception>
    /// <exception cref="ShapeException">f changes a shape.</exception>
    /// <exception cref="StructureException">f changes the structure, or it can't be taken apart.</exception>
    /// <exception cref="MatrixException">A derivative is asked for where there is none: 1 − ∂f/∂x is singular.</exception>
    /// <example><code>
    /// Func&lt;Expr, Expr> sqrt = a => Ad.Fix(x => 0.5 * (x + a / x), a);
    /// Console.WriteLine((double)Ad.Grad(sqrt)(4.0));      // 0.25
    /// </code></example>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static P Fix<P>(Func<P, P> f, P start, double? tolerance = null, int maxIterations = 1000) => Fix(f, start, Structure.Of<P>(), tolerance, maxIterations);

    /// <inheritdoc cref="Fix{P}(Func{P, P}, P, double?, int)"/>
    [OverloadResolutionPriority(1)]
    public static Expr Fix(Func<Expr, Expr> f, Expr start, double? tolerance = null, int maxIterations = 1000) => Fix(f, start, Structure.Node, tolerance, maxIterations);

    /// <inheritdoc cref="Fix{P}(Func{P, P}, P, double?, int)"/>
    public static P Fix<P>(Func<P, P> f, P start, Structure<P> structure, double? tolerance = null, int maxIterations = 1000) =>
        ControlFlow.Implicit("Fix", f, start, tolerance, maxIterations, structure);

    /// <summary>
    /// A root f(x) = 0, by Newton's method from a start, with steps halved until they bring f nearer to 0. Its derivatives, in what f closes over and of any order, are those of the
    /// equation (the implicit function theorem): they cost one linear system, and keep nothing of the steps. In the start there is none.
    /// </summary>
    /// <remarks>
    /// Each step solves a system with the Jacobian of f: O(n³) for n unknowns. In a batch (Ad.Vmap) each element has its own steps and its own end; one whose root is not found is NaN.
    /// </remarks>
    /// <param name="f">A function with as many values as unknowns, in their structure.</param>
    /// <param name="start">Where to begin. All nodes in it are of one floating-point dtype; a literal takes the one that f gives.</param>
    /// <param name="tolerance">It ends when Newton's step moves no entry by more than this times its own size, or when f is 0 up to rounding of x; if null 1e−12, for Float32 1e−6.</param>
    /// <param name="maxIterations">After as many steps it is an error that the end is not reached.</param>
    /// <exception cref="ConvergenceException">The end is not reached. (In a batch made by Ad.Vmap that element is NaN instead.)</exception>
    /// <exception cref="DTypeException">The dtypes of the start differ or are not floating-point, or f has other ones.</exception>
    /// <exception cref="ShapeException">f has values of other shapes.</exception>
    /// <exception cref="StructureException">f has another structure, or it can't be taken apart.</exception>
    /// <exception cref="MatrixException">The Jacobian is singular on the way, or where a derivative is asked for.</exception>
    /// <example><code>
    /// Func&lt;Expr, Expr> cubeRoot = a => Ad.Root(x => x * x * x - a, 1.0);
    /// Console.WriteLine((double)Ad.Grad(cubeRoot)(8.0));      // 1/12
    /// </code></example>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static P Root<P>(Func<P, P> f, P start, double? tolerance = null, int maxIterations = 100) => Root(f, start, Structure.Of<P>(), tolerance, maxIterations);

    /// <inheritdoc cref="Root{P}(Func{P, P}, P, double?, int)"/>
    [OverloadResolutionPriority(1)]
    public static Expr Root(Func<Expr, Expr> f, Expr start, double? tolerance = null, int maxIterations = 100) => Root(f, start, Structure.Node, tolerance, maxIterations);

    /// <inheritdoc cref="Root{P}(Func{P, P}, P, double?, int)"/>
    public static P Root<P>(Func<P, P> f, P start, Structure<P> structure, double? tolerance = null, int maxIterations = 100) =>
        ControlFlow.Implicit("Root", f, start, tolerance, maxIterations, structure);
}
