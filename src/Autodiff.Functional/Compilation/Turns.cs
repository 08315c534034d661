namespace Autodiff.Functional.Compilation;

/// <summary>Work that one thread does at a time for each key, while others that want the same wait for it.</summary>
/// <remarks>A thread that is at such work does not wait for others, as they may wait for it in turn: it then does theirs once more.</remarks>
/// <typeparam name="TKey">What the work is for.</typeparam>
internal sealed class Turns<TKey>
{
    private readonly List<Turn> _taken = [];

    /// <summary>The turn for a key, until it is disposed of.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public Turn Take(TKey key, Func<TKey, TKey, bool> same, CancellationToken cancellation)
    {
        while (true)
        {
            Turn? other;
            lock (_taken)
            {
                other = Working.Depth > 0 ? null : _taken.Find(turn => same(turn.Key, key));
                if (other is null)
                {
                    var turn = new Turn(this, key);
                    _taken.Add(turn);
                    Working.Depth++;
                    return turn;
                }
            }
            other.Done.Task.Wait(cancellation);
        }
    }

    internal sealed class Turn(Turns<TKey> turns, TKey key) : IDisposable
    {
        public TKey Key => key;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Dispose()
        {
            Working.Depth--;
            lock (turns._taken)
                turns._taken.Remove(this);
            Done.SetResult();
        }
    }
}

/// <summary>How much of such work this thread is at, one within another.</summary>
internal static class Working
{
    [ThreadStatic]
    public static int Depth;
}
