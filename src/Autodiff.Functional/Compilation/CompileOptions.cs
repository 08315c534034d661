namespace Autodiff.Functional;

/// <summary>How a function is compiled.</summary>
/// <example><code>
/// var step = Ad.Compile(f, new CompileOptions { Threads = 1 });
/// </code></example>
public sealed record CompileOptions
{
    /// <summary>How many threads may work on one run; the results are the same bits for any number. Normally as many as there are processors.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 1.</exception>
    public int Threads { get; init => field = AtLeastOne(value, nameof(Threads)); } = Environment.ProcessorCount;

    /// <summary>May machine code be generated for fused loops? Normally yes; where the runtime cannot, they are interpreted, with the same results.</summary>
    public bool GenerateCode { get; init; } = true;

    /// <summary>
    /// Are contributions guarded where nothing was selected, so that a branch not taken gives no NaN in a gradient? Normally yes. Without, gradients are what plain arithmetic gives.
    /// </summary>
    public bool StructuralZeros { get; init; } = true;

    /// <summary>May the algebra take all numbers to be finite, and forget the sign of a zero? Normally not. With it x·0 is 0 and x + 0 is x.</summary>
    public bool AssumeFinite { get; init; }

    /// <summary>
    /// Is it an error if a result depends on a NaN? The error is a <see cref="NotANumberException"/>. It names the op that gave the NaN and what that was called with, the step of the loop that it is in, the line of the
    /// source (the function is traced again to find it), the argument that it came from, and the outputs that it goes into. A NaN that is masked or dropped is no error. Normally not: a function that is checked runs op
    /// by op, and again where a comparison or the like hides a NaN.
    /// </summary>
    public bool CheckNaN { get; init; }

    /// <summary>How many plans are kept, for as many combinations of shapes and dtypes; the ones used last. Normally 32.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 1.</exception>
    public int MaxPlans { get; init => field = AtLeastOne(value, nameof(MaxPlans)); } = 32;

    /// <summary>Must each value be the same bits as op by op? Then nothing is summed in another order, nor computed by another formula.</summary>
    internal bool Exact { get; init; }

    /// <summary>The name of a pass that is left out, to see what it is good for.</summary>
    internal string? LeftOut { get; init; }

    private static int AtLeastOne(int value, string option)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, option);
        return value;
    }
}
