using System.Collections.Immutable;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// Poisons the memory of each value right before the step that computes it and right after the last step that reads it. Lives are found here from the program alone: it is the buffers' idea of them
/// that is checked.
/// </summary>
internal sealed class PoisonedLives
{
    private readonly ImmutableArray<(Location At, long Bytes)>[] _before, _after;

    /// <param name="program">The program.</param>
    /// <param name="buffers">Where its values lie.</param>
    /// <param name="isBody">Is it a part of a step? Then its outputs, which may be pieces of something larger, are poisoned with that.</param>
    public PoisonedLives(Program program, Buffers buffers, bool isBody)
    {
        var steps = buffers.Steps;
        (_before, _after) = (new ImmutableArray<(Location, long)>[steps.Length], new ImmutableArray<(Location, long)>[steps.Length]);
        var last = new int[program.Count];       // the last step that reads a value, or the one that computes it; one past the end if it is returned
        Array.Fill(last, -1);
        for (int step = 0; step < steps.Length; step++)
            foreach (int value in ReadBy(steps[step]).Concat(WrittenBy(steps[step])))
                last[value] = step;
        foreach (int output in program.Outputs)
            last[Base(output)] = steps.Length;
        var scratches = buffers.All.Where(buffer => buffer.Value < 0).ToLookup(buffer => buffer.First, buffer => (buffer.At, buffer.Bytes));
        for (int step = 0; step < steps.Length; step++)
        {
            var scratch = scratches[step];
            (Location At, long Bytes)[] read = [.. ReadBy(steps[step]).Select(Memory)], written = [.. WrittenBy(steps[step]).Select(Memory)];
            _before[step] = [.. written.Where(result => (result.At.Region == Location.Arena || !isBody) && !read.Any(input => Overlap(result, input))), .. scratch];
            _after[step] = [.. ReadBy(steps[step]).Where(value => last[value] == step).Select(Memory).Where(input => input.At.Region == Location.Arena && !written.Any(result => Overlap(result, input))),
                .. WrittenBy(steps[step]).Where(value => last[value] == step).Select(Memory).Where(result => result.At.Region == Location.Arena), .. scratch];
        }

        int Base(int value) => program[value].Op is View ? Base(program[value].Inputs[0]) : value;

        IEnumerable<int> ReadBy(int value) => program[value].Inputs.Select(Base).Distinct().Where(input => !buffers.IsBundle(input));

        IEnumerable<int> WrittenBy(int value) => program[value].Op is IParts several ? Enumerable.Range(value + 1, several.Parts.Length) : buffers.IsBundle(value) ? [] : [value];

        (Location At, long Bytes) Memory(int value) => (buffers[value].At, buffers[value].Bytes);
    }

    private static bool Overlap((Location At, long Bytes) x, (Location At, long Bytes) y) =>
        x.At.Region == y.At.Region && x.At.Offset < y.At.Offset + y.Bytes && y.At.Offset < x.At.Offset + x.Bytes;

    public void Before(Frame frame, int step) => Fill(frame, _before[step]);

    public void After(Frame frame, int step) => Fill(frame, _after[step]);

    private static void Fill(Frame frame, ImmutableArray<(Location At, long Bytes)> memory)
    {
        foreach (var (at, bytes) in memory)
            Poison.Fill(frame.Address(at), bytes);
    }
}
