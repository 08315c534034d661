namespace Autodiff.Functional.Compilation;

/// <summary>Undoes a lowering that did not pay: where nobody else reads the shared part of a lowered op, part and rest become one op again, which costs less than the two.</summary>
internal static class Joining
{
    public static Program Apply(Program program)
    {
        if (!program.Kinds.Any(op => op is IRest { Whole: not null }))
            return program;
        var readers = new int[program.Count];
        foreach (int output in program.Outputs)
            readers[output]++;
        foreach (var instruction in program.Instructions)
            foreach (int input in instruction.Inputs)
                readers[input]++;
        bool IsAlone(Instruction instruction) => instruction.Op is IRest { Whole: not null } && readers[instruction.Inputs[1]] == 1;
        if (!program.Instructions.Any(IsAlone))
            return program;
        int next = program.Parameters;      // rules are asked in order, for all instructions but parameters
        return DeadCode.Apply(program.Rewrite((builder, instruction) =>
            builder.Add(IsAlone(program[next++]) ? instruction with { Op = ((IRest)instruction.Op).Whole!, Inputs = [instruction.Inputs[0]] } : instruction)));
    }
}
