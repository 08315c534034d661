using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>An op that copies the elements of its inputs to places in the output, no two to the same, and leaves 0 elsewhere.</summary>
public interface IPlacement
{
    /// <summary>Where each input goes: its element i along an axis to start + i·step.</summary>
    /// <param name="inputs">The inputs' shapes.</param>
    IEnumerable<(ImmutableArray<int> Starts, ImmutableArray<int> Steps)> Places(ImmutableArray<Shape> inputs);
}
