using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Autodiff.Functional;

/// <summary>One walk through a value: it collects the nodes that it meets, or hands out others in the same order.</summary>
internal sealed class Walk
{
    private const int CycleCheck = 64;
    private const int FreshStackBytes = 64 << 20;
    private const int MostKept = 1 << 16;      // nodes: what a walk over more had room for is not kept

    [ThreadStatic]
    private static Walk? s_spare;

    private readonly List<object> _ancestors = [];
    private Expr[] _nodes;
    private int _next, _expected;
    private List<object?>? _others;
    private bool _notes, _asExpected;

    public Walk() => _nodes = new Expr[8];

    public Walk(ImmutableArray<Expr> nodes) => (_nodes, Count) = (ImmutableCollectionsMarshal.AsArray(nodes)!, nodes.Length);

    /// <summary>How many nodes there are.</summary>
    public int Count { get; private set; }

    /// <summary>A hash of lengths, keys and cases, in order: values of equal structure have equal marks.</summary>
    public int Marks { get; private set; }

    /// <summary>Is what is no node noted as well?</summary>
    public bool NotesOthers => _notes;

    /// <summary>What the walk met that is no node, in order, if it notes that; null if it met nothing. The very list that was expected, if it met the same.</summary>
    public List<object?>? Others
    {
        get
        {
            if (_asExpected && _expected < _others!.Count)
                ForgetExpected();
            return _others is { Count: 0 } ? null : _others;
        }
    }

    // ---- again and again ----

    /// <summary>A walk that has not begun; given back, it serves the next one on this thread without anything being allocated.</summary>
    public static Walk Rent()
    {
        if (s_spare is not { } walk)
            return new();
        s_spare = null;
        (walk._next, walk._expected, walk._notes, walk._asExpected) = (0, 0, false, false);
        return walk;
    }

    public void Return()
    {
        if (_nodes.Length > MostKept)
            return;
        _nodes.AsSpan(0, Count).Clear();
        _ancestors.Clear();
        (Count, Marks, _others) = (0, 0, null);
        s_spare = this;
    }

    /// <summary>The nodes, for as long as the walk is not changed.</summary>
    public ReadOnlySpan<Expr> Span => _nodes.AsSpan(0, Count);

    /// <summary>Room for more nodes after those that are there, which are handed out from then on.</summary>
    public Span<Expr> Extend(int count)
    {
        _next = Count;
        Count += count;
        if (Count > _nodes.Length)
            Array.Resize(ref _nodes, Math.Max(Count, 2 * _nodes.Length));
        return _nodes.AsSpan(_next, count);
    }

    public ImmutableArray<Expr> Nodes
    {
        get
        {
            if (_nodes.Length != Count)
                Array.Resize(ref _nodes, Count);
            return ImmutableCollectionsMarshal.AsImmutableArray(_nodes);
        }
    }

    // ---- collecting ----

    public void Add(Expr? node)
    {
        if (Count == _nodes.Length)
            Array.Resize(ref _nodes, 2 * Count);
        _nodes[Count++] = node ?? throw new LostException();
    }

    public void AddIfAny(Expr? node)
    {
        Mark(node is null ? 0 : 1);
        if (node is not null)
            Add(node);
    }

    /// <summary>From now on what is no node is noted as well.</summary>
    /// <param name="expected">What will likely be met: as long as it is, nothing is boxed or added.</param>
    public void NoteOthers(List<object?>? expected) => (_notes, _others, _asExpected) = (true, expected, expected is not null);

    public void Note<T>(T other)
    {
        if (_asExpected && _expected < _others!.Count && (_others[_expected] is T known ? EqualityComparer<T>.Default.Equals(known, other) : other is null && _others[_expected] is null))
        {
            _expected++;
            return;
        }
        if (_asExpected)
            ForgetExpected();
        (_others ??= []).Add(other);
    }

    private void ForgetExpected() => (_others, _asExpected) = (_others!.GetRange(0, _expected), false);

    public void Mark(int token) => Marks = HashCode.Combine(Marks, token);

    // ---- handing out ----

    public Expr Next() => _nodes[_next++];

    public Expr? NextIfAny(Expr? like) => like is null ? null : Next();

    public ImmutableArray<Expr> Next(int count)
    {
        _next += count;
        return ImmutableArray.Create(_nodes, _next - count, count);
    }

    // ---- depth: wherever a type may hold itself ----

    public void CollectDeeper(IStructure structure, object value)
    {
        int depth = _ancestors.Count;
        _ancestors.Add(value);
        if (depth % CycleCheck == CycleCheck - 1 && _ancestors.FindIndex(ancestor => ReferenceEquals(ancestor, value)) < depth)
            throw new LostException();
        if (RuntimeHelpers.TryEnsureSufficientExecutionStack())
            structure.Collect(value, this);
        else
            CollectOnFreshStack(structure, value);
        _ancestors.RemoveAt(depth);
    }

    public object ReplaceDeeper(IStructure structure, object like) =>
        RuntimeHelpers.TryEnsureSufficientExecutionStack() ? structure.Replace(like, this) : ReplaceOnFreshStack(structure, like);

    private void CollectOnFreshStack(IStructure structure, object value) => OnFreshStack(() => structure.Collect(value, this));

    private object ReplaceOnFreshStack(IStructure structure, object like)
    {
        object? replaced = null;
        OnFreshStack(() => replaced = structure.Replace(like, this));
        return replaced!;
    }

    // Walks only read members and call constructors, so that another thread may do it while this one waits.
    private static void OnFreshStack(Action action)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }, FreshStackBytes);
        thread.Start();
        thread.Join();
        failure?.Throw();
    }
}

/// <summary>A walk met something that can't be walked. It does not know where; whoever started it looks again, with paths (<see cref="Paths.Diagnose{P}"/>).</summary>
internal sealed class LostException : Exception;
