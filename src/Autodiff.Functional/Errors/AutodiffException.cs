using System.Globalization;

namespace Autodiff.Functional;

/// <summary>What every error of this library is: it names the op, and says what was expected, what came, and how to mend it.</summary>
/// <param name="op">The op or function that the user called.</param>
/// <param name="expected">What it needs.</param>
/// <param name="got">What came.</param>
/// <param name="remedy">What the user can do.</param>
public abstract class AutodiffException(string op, string expected, string got, string? remedy)
    : ArgumentException
{
    /// <summary>The op or function that was called.</summary>
    public string Op { get; private set; } = op;
    /// <summary>What it needs.</summary>
    public string Expected { get; } = expected;
    /// <summary>What came.</summary>
    public string Got { get; } = got;
    /// <summary>What the user can do, if there is one thing to do.</summary>
    public string? Remedy { get; } = remedy;

    /// <summary>Where the op is called in the user's sources, as a sentence; what a compiled run knows, in which no line of the user's is on the stack.</summary>
    internal string? Place { get; set; }

    /// <inheritdoc/>
    public override string Message => $"{Op}: expected {Expected}; got {Got}.{(Remedy is null ? "" : $" {Remedy}")}{(Place is null ? "" : $" {Place}")}";

    /// <summary>The function that was called, where that is made of others and one of them fails. As a filter of exceptions it goes from within, so that the outermost is left; it never handles one.</summary>
    internal bool CalledAs(string op)
    {
        Op = op;
        return false;
    }
}

/// <summary>Shapes that do not fit the op or one another.</summary>
/// <inheritdoc/>
public sealed class ShapeException(string op, string expected, string got, string? remedy = null) : AutodiffException(op, expected, got, remedy);

/// <summary>A dtype that the op does not take, or two strong dtypes that differ.</summary>
/// <inheritdoc/>
public sealed class DTypeException(string op, string expected, string got, string? remedy = null) : AutodiffException(op, expected, got, remedy);

/// <summary>An axis outside the rank, or one named twice.</summary>
/// <inheritdoc/>
public sealed class AxisException(string op, string expected, string got, string? remedy = null) : AutodiffException(op, expected, got, remedy);

/// <summary>Einsum's subscripts that can't be read, or do not fit the operands; shows the place.</summary>
/// <inheritdoc/>
public sealed class SubscriptException(string op, string expected, string got, string? remedy = null) : AutodiffException(op, expected, got, remedy);

/// <summary>An index outside its axis.</summary>
/// <inheritdoc/>
public sealed class IndexException(string op, string expected, string got, string? remedy = null) : AutodiffException(op, expected, got, remedy);

/// <summary>A number for which the op has no value: an integer divided by 0, or to a negative power.</summary>
/// <inheritdoc/>
public sealed class DomainException(string op, string expected, string got, string? remedy = null) : AutodiffException(op, expected, got, remedy);

/// <summary>A value that is asked for where there is none: a variable without a value, or inside a transform that has no concrete values.</summary>
/// <inheritdoc/>
public sealed class MissingValueException(string op, string expected, string got, string? remedy = null) : AutodiffException(op, expected, got, remedy);

/// <summary>A variable, node or map that belongs to another graph than the one at hand.</summary>
/// <inheritdoc/>
public sealed class ForeignVariableException(string op, string expected, string got, string? remedy = null) : AutodiffException(op, expected, got, remedy);

/// <summary>A parameter structure that the transforms can't take apart and put together again, or two that differ.</summary>
/// <inheritdoc/>
public sealed class StructureException(string op, string expected, string got, string? remedy = null) : AutodiffException(op, expected, got, remedy);

/// <summary>A value that is not a number, where a compiled function was asked to check for it.</summary>
/// <inheritdoc/>
public sealed class NotANumberException(string op, string expected, string got, string? remedy = null) : AutodiffException(op, expected, got, remedy);

/// <summary>A matrix that is singular, or not positive definite, where the op needs one that is not.</summary>
/// <inheritdoc/>
public sealed class MatrixException(string op, string expected, string got, string? remedy = null) : AutodiffException(op, expected, got, remedy);

/// <summary>A derivative that there is not, in the mode that was asked for, or that is wrong.</summary>
/// <inheritdoc/>
public sealed class DerivativeException(string op, string expected, string got, string? remedy = null) : AutodiffException(op, expected, got, remedy);

/// <summary>An iteration that did not come to its end in the steps that it was given.</summary>
/// <param name="op">The op or function that the user called.</param>
/// <param name="iterations">How many steps were taken.</param>
/// <param name="residual">The largest entry of f(x) for a root, of f(x) − x for a fixed point, in size, at the last x.</param>
/// <param name="step">How far the next step would move an entry, relative to its size, at most.</param>
/// <param name="tolerance">How small that step had to be.</param>
/// <param name="remedy">What the user can do.</param>
public sealed class ConvergenceException(string op, int iterations, double residual, double step, double tolerance, string remedy)
    : AutodiffException(op, string.Create(CultureInfo.InvariantCulture, $"a step of at most {tolerance} of each entry"),
        string.Create(CultureInfo.InvariantCulture, $"one of {step:G6} after {iterations} iterations, where {(op == "Root" ? "|f(x)|" : "|f(x) − x|")} is {residual:G6}"), remedy)
{
    /// <summary>How many steps were taken.</summary>
    public int Iterations { get; } = iterations;
    /// <summary>The largest entry of f(x) for a root, of f(x) − x for a fixed point, in size, at the last x.</summary>
    public double Residual { get; } = residual;
    /// <summary>How far the next step would move an entry, relative to its size, at most.</summary>
    public double Step { get; } = step;
    /// <summary>How small that step had to be.</summary>
    public double Tolerance { get; } = tolerance;
}
