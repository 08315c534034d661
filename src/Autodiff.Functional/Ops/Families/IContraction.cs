using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>
/// An op that sums products of its inputs' elements, as one of Einstein's sums says it: axes with one label run together, and what the output lacks is summed over. Implement it beside
/// <see cref="Op"/> for a product of two matrices or stacks of them, transposed or not, and compiled functions multiply in place. It must compute the same for any lengths of the axes.
/// </summary>
public interface IContraction
{
    /// <summary>A label for each axis of an input, or of the output for −1.</summary>
    /// <param name="operand">The input's index; −1 for the output.</param>
    /// <param name="rank">The rank of all of them.</param>
    ImmutableArray<int> Labels(int operand, int rank);
}
