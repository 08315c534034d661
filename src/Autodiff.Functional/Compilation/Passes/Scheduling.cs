namespace Autodiff.Functional.Compilation;

/// <summary>
/// Orders the instructions so that the peak of memory is low. The pass takes the best of three orders: that of the program, and two greedy ones, from the arguments on and from the outputs back,
/// which take the ready instruction that adds least to the memory in use. Among equals the program's order (Kahn's) remains.
/// </summary>
/// <remarks>
/// The best order is NP-hard to find; a step of either walk knows only the memory that it takes and the inputs that die with it. From the front the walk finishes one branch before it begins the
/// next; from the back it computes large values late if they are used late. The time is n log n.
/// </remarks>
internal sealed class Scheduling
{
    private readonly Program _program;
    private readonly List<int> _steps = [];      // the instructions that are ordered; views, and the parts of a step, go with them
    private readonly int[] _maker;               // of a value: its step, −1 for leaves
    private readonly long[] _bytes;              // of a value that lies in the arena until it is read last
    private readonly int[] _firstRead, _reads;   // of a step: the values that it reads, each once
    private readonly int[] _firstReader, _readers;
    private readonly long[] _made;               // the bytes of what a step makes

    private Scheduling(Program program)
    {
        (_program, _maker, _bytes) = (program, new int[program.Count], new long[program.Count]);
        for (int value = 0; value < program.Count; value++)
        {
            var (op, inputs, type, _) = program[value];
            bool isPart = op is Part or View;
            _maker[value] = op is Leaf ? -1 : isPart ? _maker[inputs[0]] : _steps.Count;
            // What has several outputs has memory for each of them, and none for all.
            if (_maker[value] >= 0 && op is not (View or IParts or MultiOutput or Pack))
                _bytes[value] = type.Bytes;
            if (op is not Leaf && !isPart)
                _steps.Add(value);
        }
        // Outputs have memory of their own.
        foreach (int output in program.Outputs)
            _bytes[Base(output)] = 0;

        var reads = new List<int>(2 * _steps.Count);
        _firstRead = new int[_steps.Count + 1];
        _firstReader = new int[program.Count + 1];
        var reader = new int[program.Count];     // the last step that was seen to read it, + 1
        for (int step = 0; step < _steps.Count; step++)
        {
            foreach (int input in program[_steps[step]].Inputs)
                if (Base(input) is var value && _maker[value] >= 0 && reader[value] != step + 1)
                {
                    reads.Add(value);
                    reader[value] = step + 1;
                    _firstReader[value + 1]++;
                }
            _firstRead[step + 1] = reads.Count;
        }
        for (int value = 0; value < program.Count; value++)
            _firstReader[value + 1] += _firstReader[value];
        (_reads, _readers) = ([.. reads], new int[reads.Count]);
        int[] next = [.. _firstReader];
        for (int step = 0; step < _steps.Count; step++)
            foreach (int value in Reads(step))
                _readers[next[value]++] = step;

        _made = new long[_steps.Count];
        for (int value = 0; value < program.Count; value++)
            if (_maker[value] >= 0)
                _made[_maker[value]] += _bytes[value];
    }

    public static Program Apply(Program program)
    {
        var scheduling = new Scheduling(program);
        int[] given = [.. Enumerable.Range(0, scheduling._steps.Count)], best = given;
        long least = scheduling.PeakOf(given);
        foreach (int[] order in (int[][])[scheduling.Forwards(), scheduling.Backwards()])
            if (scheduling.PeakOf(order) is var peak && peak < least)
                (best, least) = (order, peak);
        return best == given ? program : scheduling.Emit(best);
    }

    /// <summary>The bytes that a program needs at once, of values that are neither arguments nor outputs, if each has memory of its own while it is needed.</summary>
    public static long Peak(Program program)
    {
        var scheduling = new Scheduling(program);
        return scheduling.PeakOf([.. Enumerable.Range(0, scheduling._steps.Count)]);
    }

    private ReadOnlySpan<int> Reads(int step) => _reads.AsSpan(_firstRead[step].._firstRead[step + 1]);

    private ReadOnlySpan<int> Readers(int value) => _readers.AsSpan(_firstReader[value].._firstReader[value + 1]);

    private int Base(int value)
    {
        while (_program[value].Op is View)
            value = _program[value].Inputs[0];
        return value;
    }

    /// <summary>The end of the values that a step makes: itself, and its parts.</summary>
    private int End(int step)
    {
        int end = _steps[step] + 1;
        while (end < _program.Count && _program[end].Op is Part)
            end++;
        return end;
    }

    private int[] ReadersLeft()
    {
        var left = new int[_program.Count];
        for (int value = 0; value < left.Length; value++)
            left[value] = Readers(value).Length;
        return left;
    }

    private long PeakOf(int[] order)
    {
        int[] left = ReadersLeft();
        long now = 0, peak = 0;
        foreach (int step in order)
        {
            peak = Math.Max(peak, now += _made[step]);
            foreach (int value in Reads(step))
                if (--left[value] == 0)
                    now -= _bytes[value];
            for (int value = _steps[step], end = End(step); value < end; value++)
                if (left[value] == 0)
                    now -= _bytes[value];
        }
        return peak;
    }

    // ---- the two walks ----

    /// <summary>From the arguments on: what a step makes, less what it is the last to read.</summary>
    private int[] Forwards()
    {
        int[] left = ReadersLeft(), lastReader = new int[_program.Count], waits = new int[_steps.Count];
        var ready = new Ready(_made);
        for (int step = 0; step < _steps.Count; step++)
            foreach (int value in Reads(step))
            {
                waits[step]++;
                lastReader[value] ^= step;       // when one is left, this is it
                if (left[value] == 1)
                    ready.Costs(step, -_bytes[value]);
            }
        for (int step = 0; step < _steps.Count; step++)
            if (waits[step] == 0)
                ready.Add(step, step);

        var order = new int[_steps.Count];
        for (int at = 0; at < order.Length; at++)
        {
            int step = order[at] = ready.Take();
            foreach (int value in Reads(step))
            {
                lastReader[value] ^= step;
                if (--left[value] == 1)
                    ready.Costs(lastReader[value], -_bytes[value]);
            }
            for (int value = _steps[step], end = End(step); value < end; value++)
                foreach (int reader in Readers(value))
                    if (--waits[reader] == 0)
                        ready.Add(reader, reader);
        }
        return order;
    }

    /// <summary>From the outputs back: what must be kept for a step that nothing later reads, less what it makes.</summary>
    private int[] Backwards()
    {
        int[] waits = new int[_steps.Count];
        var kept = new bool[_program.Count];
        var ready = new Ready(Array.ConvertAll(_made, bytes => -bytes));
        for (int step = 0; step < _steps.Count; step++)
            foreach (int value in Reads(step))
            {
                waits[_maker[value]]++;
                ready.Costs(step, _bytes[value]);
            }
        for (int step = 0; step < _steps.Count; step++)
            if (waits[step] == 0)
                ready.Add(step, -step);

        var order = new int[_steps.Count];
        for (int at = order.Length - 1; at >= 0; at--)
        {
            int step = order[at] = ready.Take();
            foreach (int value in Reads(step))
            {
                if (!kept[value])
                    foreach (int reader in Readers(value))
                        ready.Costs(reader, -_bytes[value]);
                kept[value] = true;
                if (--waits[_maker[value]] == 0)
                    ready.Add(_maker[value], -_maker[value]);
            }
        }
        return order;
    }

    /// <summary>The steps that can come next, the cheapest first. A step whose cost changes while it is here is here once more: the dearer entry comes later, when it is gone.</summary>
    /// <param name="costs">What each costs at first; costs fall once a step is here.</param>
    private sealed class Ready(long[] costs)
    {
        private readonly long[] _costs = [.. costs];
        private readonly int[] _ranks = new int[costs.Length];
        private readonly State[] _states = new State[costs.Length];
        private readonly PriorityQueue<int, (long Cost, int Rank)> _queue = new();

        private enum State : byte
        {
            Waits,
            IsReady,
            IsTaken,
        }

        public void Costs(int step, long more)
        {
            _costs[step] += more;
            if (more != 0 && _states[step] == State.IsReady)
                _queue.Enqueue(step, (_costs[step], _ranks[step]));
        }

        /// <param name="step">The step.</param>
        /// <param name="rank">Among steps that cost as much the lowest comes first.</param>
        public void Add(int step, int rank)
        {
            (_states[step], _ranks[step]) = (State.IsReady, rank);
            _queue.Enqueue(step, (_costs[step], rank));
        }

        public int Take()
        {
            while (true)
                if (_queue.Dequeue() is var step && _states[step] == State.IsReady)
                {
                    _states[step] = State.IsTaken;
                    return step;
                }
        }
    }

    // ---- the new program ----

    private Program Emit(int[] order)
    {
        var builder = new ProgramBuilder(_program.Count);
        var moved = new int[_program.Count];
        Array.Fill(moved, -1);
        for (int value = 0; value < _program.Count; value++)
            if (_program[value].Op is Parameter)
                moved[value] = builder.Parameter(_program[value].Type);
            else if (_program[value].Op is Leaf)
                moved[value] = builder.Add(_program[value]);
        foreach (int step in order)
            for (int value = _steps[step], end = End(step); value < end; value++)
                moved[value] = Add(value);
        return builder.Build([.. _program.Outputs.Select(Moved)]);

        int Add(int value)
        {
            var inputs = new int[_program[value].Inputs.Length];
            for (int k = 0; k < inputs.Length; k++)
                inputs[k] = Moved(_program[value].Inputs[k]);
            return builder.Add(_program[value] with { Inputs = ValueNumbers.Of(inputs) });
        }

        // Views come with what first reads them.
        int Moved(int value) => moved[value] >= 0 ? moved[value] : moved[value] = Add(value);
    }
}
