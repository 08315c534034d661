namespace Autodiff.Functional.Compilation;

/// <summary>A few frames that are kept for later runs. No two runs have one at a time.</summary>
/// <param name="make">Makes another.</param>
internal sealed class FramePool(Func<Frame> make)
{
    private const int Kept = 16;

    private readonly Frame?[] _frames = new Frame?[Kept];

    public Frame Rent()
    {
        for (int i = 0; i < _frames.Length; i++)
            if (_frames[i] is not null && Interlocked.Exchange(ref _frames[i], null) is { } kept)
                return kept;
        return make();
    }

    public void Return(Frame frame)
    {
        frame.Release();
        for (int i = 0; i < _frames.Length; i++)
            if (_frames[i] is null && Interlocked.CompareExchange(ref _frames[i], frame, null) is null)
                return;
        frame.Dispose();
    }
}
