namespace Autodiff.Functional.Compilation;

/// <summary>One step of a plan. It knows where everything lies, and holds nothing of a run.</summary>
internal abstract class Step
{
    /// <summary>Computes the instruction.</summary>
    public abstract void Run(Frame frame);

    /// <summary>The kind of step, for <see cref="Plan.Explain"/>.</summary>
    public abstract string Kind { get; }

    /// <summary>Floating-point operations, roughly.</summary>
    public abstract double Flops { get; }
}

/// <summary>A step in chunks that do not depend on one another, nor on the number of threads.</summary>
internal abstract class ChunkedStep(int threads) : Step
{
    /// <summary>A helper needs some microseconds to come: less work than this is not shared.</summary>
    protected const double WorthSharing = 100_000;

    protected abstract int Chunks { get; }

    /// <summary>How much there is to do.</summary>
    protected virtual double Work => Flops;

    public abstract void Run(Frame frame, int firstChunk, int endChunk);

    /// <summary>The work that remains when all chunks are done.</summary>
    protected virtual void Finish(Frame frame) { }

    public sealed override void Run(Frame frame)
    {
        if (threads > 1 && Chunks > 1 && Work > WorthSharing)
            frame.Team.Run(this, frame, Chunks, threads);
        else
            Run(frame, 0, Chunks);
        Finish(frame);
    }
}
