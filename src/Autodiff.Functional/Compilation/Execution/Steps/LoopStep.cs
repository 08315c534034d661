using System.Buffers;
using System.Runtime.CompilerServices;

namespace Autodiff.Functional.Compilation;

/// <summary>A fused loop by its kernel.</summary>
/// <param name="fused">The instruction.</param>
/// <param name="kernel">Its kernel.</param>
/// <param name="arrays">Where the loop's inputs and then its results begin.</param>
/// <param name="scratch">Room for what chunks have folded.</param>
/// <param name="threads">How many threads may run it.</param>
internal sealed unsafe class LoopStep(Fused fused, LoopKernel kernel, Location[] arrays, Location scratch, int threads) : ChunkedStep(threads)
{
    public Fused Fused => fused;

    public LoopKernel Kernel => kernel;

    public Location[] Arrays => arrays;

    private const int MostOnStack = 1024;

    protected override int Chunks { get; } = kernel.Chunks;

    public override string Kind => "loop";

    public override double Flops { get; } = (double)fused.Loop.Space.Size * Math.Max(1, fused.Loop.Instructions.Length);

    [SkipLocalsInit]
    public override void Run(Frame frame, int firstChunk, int endChunk)
    {
        // Each thread has its own list, as the caller's may be at the next step already.
        if (arrays.Length > MostOnStack)
        {
            nint[] rented = ArrayPool<nint>.Shared.Rent(arrays.Length);
            Run(frame, firstChunk, endChunk, rented.AsSpan(0, arrays.Length));
            ArrayPool<nint>.Shared.Return(rented);
            return;
        }
        Run(frame, firstChunk, endChunk, stackalloc nint[arrays.Length]);
    }

    private void Run(Frame frame, int firstChunk, int endChunk, Span<nint> addresses)
    {
        Fill(frame, addresses);
        kernel.Run(addresses, firstChunk, endChunk, frame.Address(scratch));
    }

    protected override void Finish(Frame frame)
    {
        if (!kernel.Finishes)
            return;
        nint[] rented = ArrayPool<nint>.Shared.Rent(arrays.Length);
        var addresses = rented.AsSpan(0, arrays.Length);
        Fill(frame, addresses);
        kernel.Finish(addresses, frame.Address(scratch));
        ArrayPool<nint>.Shared.Return(rented);
    }

    private void Fill(Frame frame, Span<nint> addresses)
    {
        for (int i = 0; i < addresses.Length; i++)
            addresses[i] = frame.Address(arrays[i]);
    }
}
