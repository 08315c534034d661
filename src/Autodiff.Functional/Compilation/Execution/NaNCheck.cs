namespace Autodiff.Functional.Compilation;

/// <summary>A step whose result is looked at when it is there.</summary>
/// <param name="step">The step.</param>
/// <param name="instruction">The instruction that it computes.</param>
/// <param name="inputs">What it reads.</param>
/// <param name="output">What it writes.</param>
internal sealed class CheckedStep(Step step, Instruction instruction, Operand[] inputs, Operand output) : Step
{
    public override string Kind => step.Kind;

    public override double Flops => step.Flops;

    public override void Run(Frame frame)
    {
        step.Run(frame);
        int place = FirstNaN(frame, output);
        if (place >= 0)
            throw new NotANumberException(instruction.Op.Name, "numbers", $"NaN at element {place} of its value {output.Type}",
                inputs.Any(input => FirstNaN(frame, input) >= 0) ? "An argument of the function holds it already." : $"Its inputs are {string.Join(" and ", inputs.Select(input => $"{input.Type}"))} without NaN: look at where the function calls {instruction.Op.Name}.");
    }

    private static int FirstNaN(Frame frame, Operand array) => array.Type.DType.IsFloating() ? array.Element.Run<Finder, int>(new(frame, array)) : -1;

    private readonly struct Finder(Frame frame, Operand array) : IKernel<int>
    {
        public int Run<E>() where E : unmanaged, IElementary<E>
        {
            var elements = new E[array.Size];
            Operands.Read(array, frame, elements);
            for (int i = 0; i < elements.Length; i++)
                if (IsNaN(elements[i]))
                    return i;
            return -1;
        }

        private static bool IsNaN<E>(E x) where E : unmanaged => x switch { Kernels.Real64 d => double.IsNaN(d.Value), Kernels.Real32 f => float.IsNaN(f.Value), _ => false };
    }
}
