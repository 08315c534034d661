namespace Autodiff.Functional.Compilation;

/// <summary>A few frames that are kept for later runs. No two runs have one at a time.</summary>
internal sealed class FramePool(Executable executable)
{
    private const int Kept = 16;

    private readonly Frame?[] _frames = new Frame?[Kept];

    public Frame Rent(CancellationToken cancellation)
    {
        Frame? frame = null;
        for (int i = 0; i < _frames.Length && frame is null; i++)
            if (_frames[i] is not null)
                frame = Interlocked.Exchange(ref _frames[i], null);
        frame ??= executable.NewFrame();
        frame.Cancellation = cancellation;
        return frame;
    }

    // Nobody waits for anybody: where two come to a free place at once, one frame is lost to the collector. None is ever had twice, as taking one is atomic.
    public void Return(Frame frame)
    {
        frame.Release();
        for (int i = 0; i < _frames.Length; i++)
            if (_frames[i] is null)
            {
                Volatile.Write(ref _frames[i], frame);
                return;
            }
        frame.Dispose();
    }
}
