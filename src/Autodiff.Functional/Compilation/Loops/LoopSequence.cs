using System.Runtime.CompilerServices;

namespace Autodiff.Functional.Compilation;

/// <summary>Two loops over one space, with the results of one: what both need is computed twice.</summary>
/// <param name="first">The first loop.</param>
/// <param name="second">The second.</param>
/// <param name="later">Which results the second one gives.</param>
/// <param name="inputs">The number of inputs, which both have.</param>
internal sealed class LoopSequence(LoopKernel first, LoopKernel second, bool[] later, int inputs) : LoopKernel
{
    public override int Chunks => first.Chunks + second.Chunks;
    public override int ScratchBytes => first.ScratchBytes + second.ScratchBytes;
    public override bool InPlace => false;
    public override bool Finishes => first.Finishes || second.Finishes;

    [SkipLocalsInit]
    public override void Run(ReadOnlySpan<nint> addresses, int firstChunk, int endChunk, nint scratch)
    {
        Span<nint> own = stackalloc nint[addresses.Length];
        if (firstChunk < first.Chunks)
            first.Run(Of(addresses, own, false), firstChunk, Math.Min(endChunk, first.Chunks), scratch);
        if (endChunk > first.Chunks)
            second.Run(Of(addresses, own, true), Math.Max(0, firstChunk - first.Chunks), endChunk - first.Chunks, scratch + first.ScratchBytes);
    }

    [SkipLocalsInit]
    public override void Finish(ReadOnlySpan<nint> addresses, nint scratch)
    {
        Span<nint> own = stackalloc nint[addresses.Length];
        first.Finish(Of(addresses, own, false), scratch);
        second.Finish(Of(addresses, own, true), scratch + first.ScratchBytes);
    }

    private Span<nint> Of(ReadOnlySpan<nint> addresses, Span<nint> own, bool which)
    {
        addresses[..inputs].CopyTo(own);
        int count = inputs;
        for (int r = 0; r < later.Length; r++)
            if (later[r] == which)
                own[count++] = addresses[inputs + r];
        return own[..count];
    }
}
