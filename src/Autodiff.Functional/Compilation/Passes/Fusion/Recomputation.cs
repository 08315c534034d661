namespace Autodiff.Functional.Compilation;

/// <summary>
/// Decides which values a loop stores for other loops, and which values those recompute: a few steps of arithmetic from single numbers and one array that is in memory anyway.
/// Reading that array costs no more than reading the value would, so the value need not be written: an array minus its mean, for instance. (Rows of numbers beside the array would cost as much as a store.)
/// </summary>
internal sealed class Recomputation
{
    private const int MostSteps = 4, None = -1, Several = -2;

    private readonly Program _program;
    private readonly Func<int, bool> _isOfLoop, _isPointwise;
    private readonly bool[] _kept, _read;

    /// <param name="program">The program.</param>
    /// <param name="isOfLoop">Is a value only in memory if it is stored?</param>
    /// <param name="isPointwise">And is its loop one over its elements?</param>
    public Recomputation(Program program, Func<int, bool> isOfLoop, Func<int, bool> isPointwise) =>
        (_program, _isOfLoop, _isPointwise, _kept, _read) = (program, isOfLoop, isPointwise, new bool[program.Count], new bool[program.Count]);

    /// <summary>The value has to be in memory.</summary>
    public void Keep(int value) => _kept[value] = true;

    /// <summary>A loop over the same elements needs the value.</summary>
    public void Read(int value) => _read[value] = true;

    /// <summary>The values that are stored.</summary>
    public bool[] Stored()
    {
        bool[] stored = _kept;
        var steps = new int[_program.Count];        // to compute the value from memory
        var source = new int[_program.Count];       // the array of as many elements that it is computed from then
        for (int value = 0; value < _program.Count; value++)
        {
            (steps[value], source[value]) = (0, value);
            stored[value] |= _read[value] && !_isOfLoop(value);      // a sum, say
            if (stored[value] || !_isOfLoop(value))
                continue;
            if (_isPointwise(value))
                Derive(value);
            else
                steps[value] = MostSteps + 1;
            if (_read[value] && steps[value] > MostSteps)
                (stored[value], steps[value], source[value]) = (true, 0, value);
        }
        return stored;

        void Derive(int value)
        {
            var instruction = _program[value];
            (int count, int from) = (instruction.Op is IPointwise { Function.Cost.IsArithmetic: true } ? 1 : MostSteps + 1, None);
            foreach (int input in instruction.Inputs)
            {
                int array = _program[input].Op is View ? _program[input].Inputs[0] : input;
                if (_program[array].Type.Shape.Size == 1)
                    continue;
                count += array != input && _isOfLoop(array) && !stored[array] ? MostSteps : steps[array];     // not through a view
                from = from == None || from == source[array] ? source[array] : Several;
            }
            (steps[value], source[value]) = (from == Several ? MostSteps + 1 : Math.Min(count, MostSteps + 1), from);
        }
    }
}
