using System.Runtime.CompilerServices;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// A long loop over a single point: interpreted at first, and once it has run so often that generated code pays, that, which another thread makes meanwhile. Both give the same bits,
/// so that nobody can tell when the one takes the other's place.
/// </summary>
internal sealed class WarmingLoop : LoopKernel
{
    private readonly LoopProgram _program;
    private readonly int _patience;
    private LoopKernel _current;
    private int _runs;

    /// <param name="program">What it does.</param>
    /// <param name="patience">The run that code is made at.</param>
    public WarmingLoop(LoopProgram program, int patience)
    {
        (_program, _patience) = (program, patience);
        _current = new GroupedScalars(program);
        ScratchBytes = Math.Max(_current.ScratchBytes, StraightLine.ScratchOf(program));
    }

    /// <summary>Is it generated code by now?</summary>
    public bool IsWarm => Volatile.Read(ref _current) is StraightLine;

    public override int Chunks => 1;
    public override bool Finishes => false;
    public override int ScratchBytes { get; }

    // Generated code of several methods writes results before it has read all inputs.
    public override bool InPlace => false;

    public override void Run(ReadOnlySpan<nint> addresses, int firstChunk, int endChunk, nint scratch)
    {
        var current = Volatile.Read(ref _current);
        if (current is GroupedScalars && Interlocked.Increment(ref _runs) == _patience)
            Task.Run(Warm);
        current.Run(addresses, firstChunk, endChunk, scratch);
    }

    public override void Finish(ReadOnlySpan<nint> addresses, nint scratch) { }

    /// <summary>Makes the code. Should that fail, the loop stays as it is.</summary>
    private void Warm()
    {
        if (RuntimeFeature.IsDynamicCodeSupported)
            Volatile.Write(ref _current, StraightLine.Of(_program));
    }
}
