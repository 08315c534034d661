using Autodiff.Functional.Compilation;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>Proves on a plan that no place in memory holds two values that are needed at once, and each output has one.</summary>
internal static class BufferCheck
{
    public static string? Violation(Plan plan)
    {
        if (plan.Program.Outputs.Distinct().Count() < plan.Program.Outputs.Length)
            return "Two outputs are one value, of which only one is written.";
        var all = plan.Buffers.All;
        for (int i = 0; i < all.Count; i++)
            for (int k = 0; k < i; k++)
            {
                var (x, y) = all[i].First <= all[k].First ? (all[i], all[k]) : (all[k], all[i]);
                if (x.At.Region != y.At.Region || x.At.Offset + x.Bytes <= y.At.Offset || y.At.Offset + y.Bytes <= x.At.Offset || x.Last < y.First)
                    continue;
                if (x.Last > y.First || !MayLieOver(plan, x, y))
                    return $"%{x.Value} and %{y.Value} share memory at step {y.First}";
            }
        return null;
    }

    /// <summary>
    /// A loop may write a result over a value that it reads at the very same places only. All of its inputs that are this value count, and those that are views of it.
    /// </summary>
    private static bool MayLieOver(Plan plan, ValueBuffer input, ValueBuffer result)
    {
        var program = plan.Program;
        int loop = plan.Buffers.Steps[result.First];
        if (input.Value < 0 || result.Value < 0 || program[loop].Op is not Fused fused || input.At != result.At)
            return false;
        int[] arrays = [.. Enumerable.Range(0, program[loop].Inputs.Length).Where(array => Seen(program[loop].Inputs[array]) == input.Value)];
        int[] reads = [.. Enumerable.Range(0, fused.Reads.Length).Where(read => arrays.Contains(fused.Reads[read].Array))];
        int[] writes = [.. Enumerable.Range(0, fused.Writes.Length).Where(write => loop + 1 + fused.Writes[write].Array == result.Value)];
        return writes is [var only] && fused.Writes[only].Offset == 0 && fused.Loop.Results[only] is { Fold: LoopFold.None, Strides: var strides }
            && arrays.All(array => program[loop].Inputs[array] == input.Value)
            && reads.All(read => fused.Reads[read].Offset == 0 && fused.Loop.Inputs[read] is { Rows: null } plain && plain.Strides.SequenceEqual(strides));

        int Seen(int value) => program[value].Op is View ? program[value].Inputs[0] : value;
    }
}
