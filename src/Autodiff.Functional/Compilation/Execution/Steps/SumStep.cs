using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Compilation;

/// <summary>The sum of a dense array over axes that lie together, to the same bits as the op's: where a loop, which adds in other groups, may not take it.</summary>
internal sealed class SumStep<E>(Operand input, Middle axes, Operand output) : Step where E : unmanaged, IElementary<E>
{
    public override string Kind => "sum";

    public override double Flops => input.Size;

    public override void Run(Frame frame) => Reductions.Sum(frame.Span<E>(input.At, input.Size), axes, frame.Span<E>(output.At, output.Size));
}
