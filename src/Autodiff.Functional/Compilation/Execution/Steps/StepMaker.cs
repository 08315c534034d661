using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>Finds for each instruction the step that runs it.</summary>
internal static class StepMaker
{
    public static (ImmutableArray<Step> Steps, int Bundles, ImmutableArray<SubProgram> Bodies) Make(Program program, Buffers buffers, ImmutableArray<LoopKernel?> kernels, CompileOptions options, Graph? body)
    {
        var bundles = new Dictionary<int, int>();
        var bodies = new Bodies(options);
        var steps = ImmutableArray.CreateBuilder<Step>(buffers.Steps.Length);
        foreach (int value in buffers.Steps)
            steps.Add(options.CheckNaN ? new CheckedStep(StepOf(value), program, value, InputsOf(value), OutputsOf(value), body) : StepOf(value));
        return (steps.MoveToImmutable(), bundles.Count, bodies.All);

        Step StepOf(int value)
        {
            var instruction = program[value];
            if (instruction.Op is Fused fused)
            {
                // From the first element that each of the loop's inputs and results touches.
                var arrays = new Location[fused.Reads.Length + fused.Writes.Length];
                for (int i = 0; i < fused.Reads.Length; i++)
                    arrays[i] = First(buffers[instruction.Inputs[fused.Reads[i].Array]], fused.Reads[i].Offset);
                for (int i = 0; i < fused.Writes.Length; i++)
                    arrays[fused.Reads.Length + i] = First(buffers[value + 1 + fused.Writes[i].Array], fused.Writes[i].Offset);
                return new LoopStep(fused, kernels[value]!, arrays, buffers.Scratch[value], options.Threads);
            }
            if (instruction.Op is IParts several)
                return StepOfKind.Of(several, [.. instruction.Inputs.Select(input => buffers[input])], [.. Enumerable.Range(value + 1, several.Parts.Length).Select(part => buffers[part])], options, bodies);
            if (!buffers.IsBundle(value) && !instruction.Inputs.Any(input => buffers.IsBundle(input) || program[input].Type.Shape.Size == 0)
                && StepOfKind.Of(instruction.Op, [.. instruction.Inputs.Select(input => buffers[input])], buffers[value], options) is { } step)
                return step;
            return new OpStep(instruction.Op, InputsOf(value), SlotOf(value));
        }

        ImmutableArray<Slot> InputsOf(int value) => [.. program[value].Inputs.Select(SlotOf)];

        ImmutableArray<Slot> OutputsOf(int value) => program[value].Op is IParts several ? [.. Enumerable.Range(value + 1, several.Parts.Length).Select(SlotOf)] : [SlotOf(value)];

        Slot SlotOf(int value)
        {
            if (!buffers.IsBundle(value))
                return new(buffers[value], -1);
            if (!bundles.TryGetValue(value, out int bundle))
                bundles.Add(value, bundle = bundles.Count);
            return new(null, bundle);
        }

        static Location First(Operand array, int offset) => array.At.Plus((long)offset * array.Element.Size);
    }
}
