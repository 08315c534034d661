using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>Finds for each instruction the step that runs it.</summary>
internal static class StepMaker
{
    public static (ImmutableArray<Step> Steps, int Bundles, ImmutableArray<SubProgram> Bodies) Make(Program program, Buffers buffers, ImmutableArray<LoopKernel?> kernels, CompileOptions options)
    {
        var bundles = new Dictionary<int, int>();
        var bodies = ImmutableArray.CreateBuilder<SubProgram>();
        var steps = ImmutableArray.CreateBuilder<Step>(buffers.Steps.Length);
        foreach (int value in buffers.Steps)
            steps.Add(options.CheckNaN && !buffers.IsBundle(value) && program[value].Op is not IPartsOp
                ? new CheckedStep(StepOf(value), program[value], [.. program[value].Inputs.Where(input => !buffers.IsBundle(input)).Select(input => buffers[input])], buffers[value])
                : StepOf(value));
        return (steps.MoveToImmutable(), bundles.Count, bodies.ToImmutable());

        Step StepOf(int value)
        {
            var instruction = program[value];
            var fused = instruction.Op as Fused;
            if (fused is not null && kernels[value] is { } kernel)
            {
                // From the first element that each of the loop's inputs and results touches.
                var arrays = new Location[fused.Reads.Length + fused.Writes.Length];
                for (int i = 0; i < fused.Reads.Length; i++)
                    arrays[i] = First(buffers[instruction.Inputs[fused.Reads[i].Array]], fused.Reads[i].Offset);
                for (int i = 0; i < fused.Writes.Length; i++)
                    arrays[fused.Reads.Length + i] = First(buffers[value + 1 + fused.Writes[i].Array], fused.Writes[i].Offset);
                return new LoopStep(fused, kernel, arrays, buffers.Scratch[value], options.Threads);
            }
            if (instruction.Op is IPartsOp several and not Fused)
                return several.Compile([.. instruction.Inputs.Select(input => buffers[input])], [.. Enumerable.Range(value + 1, several.Parts.Length).Select(part => buffers[part])], options, Body);
            if (instruction.Op is ICompiledOp compiled && !instruction.Inputs.Any(input => program[input].Type.Shape.Size == 0)
                && compiled.Compile([.. instruction.Inputs.Select(input => buffers[input])], buffers[value], options) is { } step)
                return step;
            (Operand?, int)[] inputs = [.. instruction.Inputs.Select(input => buffers.IsBundle(input) ? ((Operand?)null, bundles[input]) : (buffers[input], -1))];
            if (buffers.IsBundle(value))
                bundles.Add(value, bundles.Count);
            Operand?[] outputs = fused is not null ? [.. Enumerable.Range(value + 1, fused.Parts.Length).Select(part => buffers[part])]
                : buffers.IsBundle(value) ? [] : [buffers[value]];
            return new OpStep(instruction.Op, inputs, outputs, buffers.IsBundle(value) ? bundles[value] : -1);
        }

        SubProgram Body(Graph graph)
        {
            var body = new SubProgram(graph, options, bodies.Count);
            bodies.Add(body);
            return body;
        }

        static Location First(Operand array, int offset) => array.At.Plus((long)offset * array.Element.Size);
    }
}
