using System.Runtime.InteropServices;

namespace Autodiff.Functional.Compilation;

/// <summary>A loop over no points: its sums are 0, and nothing else has a result.</summary>
internal sealed unsafe class EmptyLoop(LoopProgram program) : LoopKernel
{
    public override int Chunks => 0;
    public override int ScratchBytes => 0;

    public override void Run(ReadOnlySpan<nint> addresses, int firstChunk, int endChunk, nint scratch) { }

    public override void Finish(ReadOnlySpan<nint> addresses, nint scratch)
    {
        for (int r = 0; r < program.Results.Length; r++)
        {
            var (_, dtype, strides, fold) = program.Results[r];
            if (fold != LoopFold.None)
                Clear(addresses[program.Inputs.Length + r], ElementType.Of(dtype).Size, strides.AsSpan(), 0);
        }
    }

    /// <summary>Over the axes that are kept.</summary>
    private void Clear(nint address, int size, ReadOnlySpan<int> strides, int axis)
    {
        if (axis == strides.Length)
        {
            NativeMemory.Clear((void*)address, (nuint)size);
            return;
        }
        int length = strides[axis] == 0 ? 1 : program.Space[axis];
        for (int i = 0; i < length; i++)
            Clear(address + (nint)i * strides[axis] * size, size, strides, axis + 1);
    }
}
