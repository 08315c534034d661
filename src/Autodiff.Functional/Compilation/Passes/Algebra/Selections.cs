namespace Autodiff.Functional.Compilation;

/// <summary>
/// If every consumer of a value applies the same mask, the pass drops the value's own masking: reverse mode puts a guard around each contribution, and of a chain of guards only the last remains.
/// The selected elements are the same to the bit; the others may differ, and nobody reads them.
/// </summary>
/// <remarks>
/// The pass walks once from the outputs back. An elementwise op is needed where its result is, a side of a selection where the mask takes it. Masks are needed everywhere,
/// so that no region depends on elements that were left out; so are integers, whose division by zero is an error.
/// </remarks>
internal static class Selections
{
    /// <summary>The points where a value is needed: those where a mask is true, or false; or all points.</summary>
    private readonly record struct Region(int Mask, bool Holds)
    {
        public static Region All => new(-1, true);

        public static Region Of(Program program, int mask, bool holds)
        {
            for (; program[mask].Op is Unary<Not>; holds = !holds)
                mask = program[mask].Inputs[0];
            return new(mask, holds);
        }
    }

    public static Program Apply(Program program)
    {
        if (!program.Has<Guard>() && !program.Has<Where>())
            return program;
        var needed = new Region?[program.Count];
        foreach (int output in program.Outputs)
            needed[output] = Region.All;
        for (int value = program.Count - 1; value >= program.Parameters; value--)
            if (needed[value] is { } region)
                for (int k = 0; k < program[value].Inputs.Length; k++)
                {
                    int input = program[value].Inputs[k];
                    var use = Use(program, value, k, region);
                    needed[input] = needed[input] is { } other && other != use ? Region.All : use;
                }

        int next = program.Parameters;
        return program.Rewrite((builder, instruction) =>
        {
            int value = next++;
            return Taken(program, value, needed[value]) is { } side ? instruction.Inputs[side] : builder.Add(instruction);
        });
    }

    private static Region Use(Program program, int value, int index, Region region)
    {
        var instruction = program[value];
        return instruction.Op switch
        {
            Guard or Where when index == 0 => Region.All,
            Guard or Where => Region.Of(program, instruction.Inputs[0], index == 1),
            _ when LoopKernel.Supports(instruction.Op, instruction.Type.DType) && instruction.Type.DType.IsFloating() && program[instruction.Inputs[index]].Type.Shape == instruction.Type.Shape => region,
            _ => Region.All,
        };
    }

    /// <summary>The side of a selection that is all that is needed of it.</summary>
    private static int? Taken(Program program, int value, Region? region)
    {
        var instruction = program[value];
        if (instruction.Op is not (Guard or Where) || !instruction.Type.DType.IsFloating())
            return null;
        return region == Region.Of(program, instruction.Inputs[0], true) ? 1 : instruction.Op is Where && region == Region.Of(program, instruction.Inputs[0], false) ? 2 : null;
    }
}
