namespace Autodiff.Functional.Compilation;

/// <summary>
/// If a later loop of as many steps (the reverse of a loop) would recompute an expensive value of an earlier one, the earlier loop stores it, one row per step, and the later one reads it.
/// The rows have a budget of memory. Cheap values are recomputed from the stored ones.
/// </summary>
/// <remarks>
/// Two values are the same if the same ops compute them from the same captures, from the same rows, or from rows that the first loop gave. A checkpoint equals no other op:
/// none of its values is stored.
/// </remarks>
internal static class Residuals
{
    /// <summary>So much is kept at least, if there is so much, and so many times what is kept anyway.</summary>
    private const long Bytes = 8 << 20, Times = 4;

    public static Program Apply(Program program)
    {
        if (!program.Has<Iteration>())
            return program;
        var loops = new Iteration?[program.Count];
        var added = new List<(int From, int Part)>[program.Count];     // rows that a loop reads besides
        var known = new Dictionary<int, Known>();                      // by the number of steps
        for (int value = 0; value < program.Count; value++)
            if (program[value].Op is Iteration { Length: > 1 } loop)
            {
                (loops[value], added[value]) = (loop, []);
                if (!known.TryGetValue(loop.Length, out var earlier))
                    known.Add(loop.Length, earlier = new(program, loops));
                earlier.Share(value, added[value]);
            }
        if (added.All(rows => rows is null or []))
            return program;
        var moved = new int[program.Count];
        int next = program.Parameters;
        return program.Rewrite((builder, instruction) =>
        {
            int value = next++;
            if (loops[value] is { } loop)
                instruction = instruction with
                {
                    Op = loop,
                    Inputs = [.. instruction.Inputs, .. added[value].Select(row => builder.Add(new Project(row.Part), [moved[row.From]], loops[row.From]!.PartType(row.Part)))],
                    Type = loop.Type,
                };
            return moved[value] = builder.Add(instruction);
        });
    }

    /// <summary>The values of the loops that have one number of steps: each has a number, the same in all loops, and the loop that computes it first.</summary>
    private sealed class Known(Program program, Iteration?[] loops)
    {
        private readonly Dictionary<int, int> _captures = [], _rows = [];                       // the numbers of what loops close over, and of rows
        private readonly Dictionary<Instruction, int> _computed = new(new SameValue());         // and of what is computed of numbers
        private readonly List<(int Loop, int Value)> _first = [];                               // who has a number; none: −1
        private readonly Dictionary<int, int[]> _numbers = [];                                  // of each loop's values

        /// <summary>Lets the loop read what earlier ones have, and be one of those.</summary>
        /// <param name="at">Where the loop is in the program.</param>
        /// <param name="rows">What it reads then.</param>
        public void Share(int at, List<(int From, int Part)> rows)
        {
            var loop = loops[at]!;
            int[] numbers = Number(at, []), kept = Kept(loop, numbers);
            foreach (int value in kept)
                rows.Add(Give(_first[numbers[value]]));
            if (kept.Length > 0)
                loops[at] = loop with { Body = loop.Body.With([.. Enumerable.Range(0, loop.Body.Parameters), .. kept], loop.Body.Outputs) };
            numbers = Number(at, [.. kept.Select(value => numbers[value])]);
            for (int value = 0; value < numbers.Length; value++)
                if (_first[numbers[value]].Loop < 0)
                    _first[numbers[value]] = (at, value);
            _numbers.Add(at, numbers);
        }

        /// <summary>The numbers of a loop's values.</summary>
        /// <param name="at">Where it is in the program.</param>
        /// <param name="given">Those of rows that it reads besides.</param>
        private int[] Number(int at, int[] given)
        {
            var (loop, inputs) = (loops[at]!, program[at].Inputs);
            var numbers = new int[loop.Body.Count];
            for (int value = 0; value < numbers.Length; value++)
                numbers[value] = value >= loop.Body.Parameters ? Of(_computed, loop.Body[value] with { Inputs = loop.Body[value].Inputs.In(numbers) })
                    : value >= inputs.Length ? given[value - inputs.Length]
                    : value < loop.Captures ? Of(_captures, inputs[value])
                    : value < loop.Captures + loop.Carries ? New()
                    : Row(inputs[value]);
            return numbers;
        }

        /// <summary>Rows that an earlier loop gave are what it computed.</summary>
        private int Row(int input) => program[input].Op is Project project && _numbers.TryGetValue(program[input].Inputs[0], out var numbers) && loops[program[input].Inputs[0]] is { } earlier && project.Index >= earlier.Carries
            ? numbers[earlier.Body.Outputs[project.Index]] : Of(_rows, input);

        private int Of<TKey>(Dictionary<TKey, int> numbers, TKey key) where TKey : notnull
        {
            if (!numbers.TryGetValue(key, out int number))
                numbers.Add(key, number = New());
            return number;
        }

        private int New()
        {
            _first.Add((-1, -1));
            return _first.Count - 1;
        }

        /// <summary>
        /// From the last value to the first, so that all is known of who needs it: one that an earlier loop has and that is needed where none has it is kept, or what it is computed from is needed too.
        /// </summary>
        private int[] Kept(Iteration loop, int[] numbers)
        {
            var kept = new Stack<int>();
            var left = new Dictionary<int, long>();     // the bytes that a loop may keep
            var needed = new bool[loop.Body.Count];
            foreach (int output in loop.Body.Outputs)
                needed[output] = true;
            for (int value = loop.Body.Count - 1; value >= loop.Body.Parameters; value--)
            {
                var instruction = loop.Body[value];
                int first = _first[numbers[value]].Loop;
                if (first >= 0 && (!needed[value] || instruction.Op is Leaf))
                    continue;
                long bytes = loop.Length * instruction.Type.Bytes;
                if (first >= 0 && IsDear(instruction.Op) && Left(first) >= bytes)
                {
                    left[first] = Left(first) - bytes;
                    kept.Push(value);
                }
                else
                    foreach (int input in instruction.Inputs)
                        needed[input] = true;
            }
            return [.. kept];

            long Left(int first) => left.TryGetValue(first, out long bytes) ? bytes : Math.Max(Bytes, Times * loops[first]!.Parts[loops[first]!.Carries..].Sum(type => type.Bytes));
        }

        /// <summary>The part of an earlier loop that is a value of its body, row on row. What is kept already is not kept twice.</summary>
        private (int From, int Part) Give((int Loop, int Value) wanted)
        {
            var loop = loops[wanted.Loop]!;
            int row = loop.Body.Outputs.AsSpan()[loop.Carries..].IndexOf(wanted.Value);
            if (row >= 0)
                return (wanted.Loop, loop.Carries + row);
            loops[wanted.Loop] = loop with { Body = new(loop.Body.Instructions, loop.Body.Parameters, loop.Body.Outputs.Add(wanted.Value)) };
            return (wanted.Loop, loop.Body.Outputs.Length);
        }

        private static bool IsDear(Op op) => op is IPointwise pointwise ? !pointwise.Function.Cost.IsArithmetic : op is not (IView or View or MultiOutput or Iteration or Pack);
    }

    private sealed class SameValue : IEqualityComparer<Instruction>
    {
        public bool Equals(Instruction x, Instruction y) => CommonSubexpressions.AreEqual(x, y);
        public int GetHashCode(Instruction instruction) => CommonSubexpressions.Hash(instruction);
    }
}
