namespace Autodiff.Functional.Compilation;

/// <summary>
/// The calling thread and those of the pool that come to help it with a step: each claims the next chunk until there is none. If nobody comes, the caller does all; it never waits
/// for a thread that has not begun.
/// </summary>
/// <remarks>The caller claims from the front and helpers from the back, so that in each step, and each run, a core finds what it wrote before in its own caches, not in another's.</remarks>
internal sealed class Team
{
    private readonly Helper _helper;
    private ChunkedStep? _step;
    private Frame? _frame;
    private long _claims;      // next chunk, and above it the end of those not claimed, in 32 bits each
    private int _done, _invited;
    private Exception? _failure;

    public Team() => _helper = new(this);

    public void Run(ChunkedStep step, Frame frame, int chunks, int threads)
    {
        (_step, _frame, _failure) = (step, frame, null);
        Volatile.Write(ref _done, 0);
        Volatile.Write(ref _claims, (long)chunks << 32);
        for (int i = Math.Min(threads, chunks) - 1 - Volatile.Read(ref _invited); i > 0; i--)
        {
            Interlocked.Increment(ref _invited);
            ThreadPool.UnsafeQueueUserWorkItem(_helper, preferLocal: false);
        }
        Work(fromBack: false);
        var wait = new SpinWait();
        while (Volatile.Read(ref _done) < chunks)
            wait.SpinOnce(sleep1Threshold: -1);
        if (_failure is { } failure)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    // A helper that comes late finds either nothing to claim, or chunks of a later step: both are fine.
    private void Work(bool fromBack)
    {
        while (Claim(fromBack) is var chunk and >= 0)
        {
            try
            {
                _step!.Run(_frame!, chunk, chunk + 1);
            }
#pragma warning disable CA1031 // the caller throws it
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _failure = exception;
            }
            Interlocked.Increment(ref _done);
        }
    }

    private int Claim(bool fromBack)
    {
        while (true)
        {
            long claims = Volatile.Read(ref _claims);
            int next = (int)claims, end = (int)(claims >> 32);
            if (next >= end)
                return -1;
            if (Interlocked.CompareExchange(ref _claims, fromBack ? claims - (1L << 32) : claims + 1, claims) == claims)
                return fromBack ? end - 1 : next;
        }
    }

    private sealed class Helper(Team team) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            team.Work(fromBack: true);
            Interlocked.Decrement(ref team._invited);
        }
    }
}
