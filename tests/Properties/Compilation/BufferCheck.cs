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

    /// <summary>A loop may write a result over an input that it reads at the very same places only.</summary>
    private static bool MayLieOver(Plan plan, ValueBuffer input, ValueBuffer result)
    {
        int loop = plan.Buffers.Steps[result.First];
        if (input.Value < 0 || result.Value < 0 || plan.Program[loop].Op is not Fused fused || input.At != result.At)
            return false;
        int part = fused.Writes.IndexOf(new Place(result.Value - loop - 1, 0)), array = plan.Program[loop].Inputs.AsSpan().IndexOf(input.Value);
        return part >= 0 && array >= 0 && fused.Loop.Results[part].Fold == LoopFold.None
            && fused.Reads.Select((read, i) => (read, i)).All(r => r.read.Array != array
                || (r.read.Offset == 0 && fused.Loop.Inputs[r.i].Strides.SequenceEqual(fused.Loop.Results[part].Strides)));
    }
}
