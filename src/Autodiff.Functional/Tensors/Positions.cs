namespace Autodiff.Functional;

/// <summary>Positions along axes, as C#'s indices.</summary>
internal static class Positions
{
    /// <summary>Numbers counted from 0. A negative one is an error: from the end is <c>^1</c> here, not −1.</summary>
    public static Index[] Of(int[] numbers, string op)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return Array.ConvertAll(numbers, number => number >= 0 ? new Index(number)
            : throw new IndexException(op, "indices ≥ 0", $"{number}", $"Count from the end with ^{-(long)number}."));
    }
}
