namespace Autodiff.Functional.Compilation;

/// <summary>A few frames that are kept for later runs. No two runs have one at a time.</summary>
/// <param name="executable">What runs.</param>
/// <param name="untilCollected">Are they kept until the garbage collector wants their memory?</param>
internal sealed class FramePool(Executable executable, bool untilCollected = false)
{
    private const int Kept = 16;

    private readonly Frame?[]? _kept = untilCollected ? null : new Frame?[Kept];
    private readonly WeakReference<Frame?[]> _collected = new(null!);

    private Frame?[] Frames
    {
        get
        {
            if (_kept is not null)
                return _kept;
            if (!_collected.TryGetTarget(out var frames))
                _collected.SetTarget(frames = new Frame?[Kept]);
            return frames;
        }
    }

    public Frame Rent(CancellationToken cancellation)
    {
        Frame? frame = null;
        var frames = Frames;
        for (int i = 0; i < frames.Length && frame is null; i++)
            if (frames[i] is not null)
                frame = Interlocked.Exchange(ref frames[i], null);
        frame ??= executable.NewFrame();
        frame.Cancellation = cancellation;
        return frame;
    }

    // Nobody waits for anybody: where two come to a free place at once, one frame is lost to the collector. None is ever had twice, as taking one is atomic.
    public void Return(Frame frame)
    {
        frame.Release();
        var frames = Frames;
        for (int i = 0; i < frames.Length; i++)
            if (frames[i] is null)
            {
                Volatile.Write(ref frames[i], frame);
                return;
            }
        frame.Dispose();
    }
}
