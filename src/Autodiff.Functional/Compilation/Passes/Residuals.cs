using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// What a loop computes step by step and a later loop of as many steps computes again (the reverse of a loop does) is kept by the first, row on row, and read by the second: where
/// it costs more to compute than to keep, and as long as memory is not what it costs. What is cheap is computed again from what is kept.
/// </summary>
/// <remarks>
/// Values are the same if the same ops computed them of what both loops close over, of the same rows, or of rows that the first gave. A checkpoint is an op that is like no other:
/// nothing of what it computes is kept, by the bodies of two loops as elsewhere.
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
        for (int value = 0; value < program.Count; value++)
            if (program[value].Op is Iteration { Length: > 1 } loop)
            {
                (loops[value], added[value]) = (loop, []);
                for (int first = 0; first < value; first++)
                    if (loops[first] is { } earlier && earlier.Length == loop.Length)
                        (loops[first], loops[value]) = new Pair(program, first, value, earlier, loops[value]!).Share(added[value]);
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

    /// <summary>Two loops: what the second has of the first.</summary>
    private sealed class Pair(Program program, int first, int second, Iteration earlier, Iteration later)
    {
        private readonly int[] _known = new int[later.Body.Count];       // where the earlier loop has the value; −1: nowhere
        private readonly bool[] _seen = new bool[later.Body.Count];
        private readonly SortedSet<int> _kept = [];
        private long _bytes;

        public (Iteration Earlier, Iteration Later) Share(List<(int From, int Part)> rows)
        {
            Match();
            _bytes = Math.Max(Bytes, Times * earlier.Parts[earlier.Carries..].Sum(BytesOf));
            for (int value = later.Body.Parameters; value < later.Body.Count; value++)
                if (_known[value] < 0)
                    foreach (int input in later.Body[value].Inputs)
                        Keep(input);
            foreach (int output in later.Body.Outputs)
                Keep(output);
            if (_kept.Count == 0)
                return (earlier, later);
            // What is kept already is not kept twice.
            ImmutableArray<int> outputs = [.. earlier.Body.Outputs, .. _kept.Select(value => _known[value]).Except(earlier.Body.Outputs[earlier.Carries..])];
            rows.AddRange(_kept.Select(value => (first, outputs.IndexOf(_known[value], earlier.Carries))));
            return (earlier with { Body = new(earlier.Body.Instructions, earlier.Body.Parameters, outputs) },
                later with { Body = later.Body.With([.. Enumerable.Range(0, later.Body.Parameters), .. _kept], later.Body.Outputs) });
        }

        private void Match()
        {
            Array.Fill(_known, -1);
            var captures = new Dictionary<int, int>();
            var rows = new Dictionary<int, int>();
            var (instruction, body) = (program[first], earlier.Body);
            for (int i = 0; i < instruction.Inputs.Length; i++)
                if (i < earlier.Captures)
                    captures.TryAdd(instruction.Inputs[i], i);
                else if (i >= earlier.Captures + earlier.Carries)
                    rows.TryAdd(instruction.Inputs[i], i);
            for (int i = 0; i < program[second].Inputs.Length; i++)
            {
                int input = program[second].Inputs[i];
                if (i < later.Captures ? captures.TryGetValue(input, out int value) : i >= later.Captures + later.Carries && (rows.TryGetValue(input, out value) || IsGiven(input, out value)))
                    _known[i] = value;
            }
            var computed = new Dictionary<Instruction, int>(new SameValue());
            for (int value = body.Parameters; value < body.Count; value++)
                computed.TryAdd(body[value], value);
            for (int value = later.Body.Parameters; value < later.Body.Count; value++)
                if (later.Body[value] is var wanted && wanted.Inputs.All(input => _known[input] >= 0)
                    && computed.TryGetValue(wanted with { Inputs = [.. wanted.Inputs.Select(input => _known[input])] }, out int same))
                    _known[value] = same;
        }

        /// <summary>Are these the rows that the first loop gave?</summary>
        private bool IsGiven(int input, out int value)
        {
            value = program[input].Op is Project project && program[input].Inputs[0] == first && project.Index >= earlier.Carries ? earlier.Body.Outputs[project.Index] : -1;
            return value >= 0;
        }

        /// <summary>A value that is needed where it is not known how the first loop would have it: it is kept, or what it is computed from is.</summary>
        private void Keep(int value)
        {
            var instruction = later.Body[value];
            if (_known[value] < 0 || _seen[value] || instruction.Op is Leaf)
                return;
            _seen[value] = true;
            if (IsDear(instruction.Op) && later.Length * BytesOf(instruction.Type) is var bytes && bytes <= _bytes)
            {
                _bytes -= bytes;
                _kept.Add(value);
            }
            else
                foreach (int input in instruction.Inputs)
                    Keep(input);
        }

        private static bool IsDear(Op op) => op is ILoopOp loop ? !loop.IsArithmetic : op is not (IView or View or MultiOutput or Iteration or Pack);

        private static long BytesOf(TensorType type) => (long)type.Shape.Size * ElementType.Of(type.DType).Size;
    }

    private sealed class SameValue : IEqualityComparer<Instruction>
    {
        public bool Equals(Instruction x, Instruction y) => CommonSubexpressions.AreEqual(x, y);
        public int GetHashCode(Instruction instruction) => CommonSubexpressions.Hash(instruction);
    }
}
