using System.Collections.Immutable;
using System.Numerics;

namespace Autodiff.Functional;

/// <summary>
/// The iteration x ← f(x), of all elements of a batch side by side: each ends by itself, when a step moves none of its entries by more than the tolerance, relative to the entry's own size.
/// </summary>
/// <remarks>
/// Three kinds of entries never come to rest in that sense, and now and then it is asked whether only such ones are left. An entry whose terms cancel is moved by rounding alone: then f moves
/// as much when its arguments are rounded otherwise. An entry that goes to 0 moves by a part of itself for ever: then f has 0 for 0. And along a chain of entries a disturbance runs on for
/// ever, less at each: an entry that was 0 for half of the steps and is next to nothing among the others is let be.
/// </remarks>
internal sealed class FixedPoint
{
    private const int AskEvery = 16;

    private readonly Implicit _op;
    private readonly Stepper.Frame _frame;
    private readonly ImmutableArray<Tensor> _starts;
    private readonly Unknowns _unknowns;
    private readonly double[] _largest;         // of each entry, so far
    private readonly bool[] _wasZero, _is0;     // which entries were 0 at the last power of 2 but one, and at the last
    private readonly bool[] _atRest;            // which entries are, in some sense
    private double[] _x, _next;

    /// <param name="op">The equation.</param>
    /// <param name="frame">f, whose captures are set.</param>
    /// <param name="starts">Where it begins.</param>
    public FixedPoint(Implicit op, Stepper.Frame frame, ImmutableArray<Tensor> starts)
    {
        (_op, _frame, _starts, _unknowns) = (op, frame, starts, new(starts, op.Leading));
        int entries = _unknowns.Elements * _unknowns.Count;
        (_x, _next, _largest, _wasZero, _is0, _atRest) = (new double[entries], new double[entries], new double[entries], new bool[entries], new bool[entries], new bool[entries]);
        _unknowns.Read(starts.AsSpan(), _x);
    }

    public ImmutableArray<Tensor> Result()
    {
        double[] begin = [.. _x];
        for (int iteration = 1; _unknowns.Remaining > 0 && iteration <= _op.MaxIterations; iteration++)
        {
            _frame.Step();
            _unknowns.Read(_frame.Outputs.AsSpan(), _next);
            bool all = _unknowns.Remaining == _unknowns.Elements, asks = iteration == _op.MaxIterations || iteration % AskEvery == 0;
            for (int element = 0; element < _unknowns.Elements; element++)
                if (_unknowns.IsUnderWay(element))
                    if (Rests(_unknowns.Of(_x, element), _unknowns.Of(_next, element)))
                        _unknowns.Finish(element, _unknowns.Of(_next, element));
                    else if (!Unknowns.AllFinite(_unknowns.Of(_next, element)))
                        GiveUp(iteration, element);
            Remember(iteration);
            if (asks && _unknowns.Remaining > 0)
                Ask(iteration);
            for (int element = 0; element < _unknowns.Elements; element++)
                if (!_unknowns.IsUnderWay(element))
                    _unknowns.Of(begin, element).CopyTo(_unknowns.Of(_next, element));   // a point where f can be computed, whatever became of the element
                else if (iteration == _op.MaxIterations)
                    GiveUp(iteration, element);
            (_x, _next) = (_next, _x);
            if (all && !asks && _unknowns.Remaining == _unknowns.Elements)
                _frame.Carry(_op.Captures, _starts.Length);
            else
                Set(_x);
        }
        return _unknowns.Results;
    }

    /// <summary>Does the step move no entry by more than the tolerance?</summary>
    private bool Rests(ReadOnlySpan<double> x, ReadOnlySpan<double> next)
    {
        for (int i = 0; i < x.Length; i++)
            if (!Rests(x[i], next[i]))
                return false;
        return true;
    }

    private bool Rests(double x, double next) => Math.Abs(next - x) <= _op.Tolerance * Math.Abs(next) && double.IsFinite(next);

    private void Remember(int iteration)
    {
        if (iteration == 1 || iteration % AskEvery == 0)
            for (int i = 0; i < _x.Length; i++)
                _largest[i] = Math.Max(_largest[i], Math.Abs(_x[i]));
        if (!BitOperations.IsPow2(iteration))
            return;
        _is0.CopyTo(_wasZero, 0);
        for (int i = 0; i < _x.Length; i++)
            _is0[i] = _x[i] == 0;
    }

    // ---- entries that never come to rest ----

    private void Ask(int iteration)
    {
        for (int element = 0; element < _unknowns.Elements; element++)
            if (_unknowns.IsUnderWay(element))
                FindFront(element);
        FinishThoseAtRest();
        if (_unknowns.Remaining > 0)
            FindRounding(iteration);
        FinishThoseAtRest();
        if (_unknowns.Remaining > 0)
            FindZeros();
    }

    private void FinishThoseAtRest()
    {
        for (int element = 0; element < _unknowns.Elements; element++)
            if (_unknowns.IsUnderWay(element) && !_atRest.AsSpan(element * _unknowns.Count, _unknowns.Count).Contains(false))
                _unknowns.Finish(element, _unknowns.Of(_next, element));
    }

    /// <summary>Entries that a disturbance has just reached, and that are next to nothing among the others of their node.</summary>
    private void FindFront(int element)
    {
        int at = element * _unknowns.Count;
        foreach (int size in _unknowns.Sizes)
        {
            double largest = 0;
            for (int i = at; i < at + size; i++)
                largest = Math.Max(largest, Math.Abs(_next[i]));
            for (int end = at + size; at < end; at++)
                _atRest[at] = Rests(_x[at], _next[at]) || (_wasZero[at] && Math.Abs(_next[at]) <= _op.Tolerance * largest);
        }
    }

    /// <summary>Entries that move by no more than f does when its arguments are rounded otherwise.</summary>
    private void FindRounding(int seed)
    {
        var random = new Random(seed);
        double[] point = new double[_x.Length];
        for (int i = 0; i < _unknowns.Count; i++)
        {
            // The same change in all elements, so that none depends on the others.
            double by = 1 + (random.Next(2) == 0 ? 4 : -4) * _unknowns.RoundOff;
            for (int at = i; at < point.Length; at += _unknowns.Count)
                point[at] = _x[at] * by;
        }
        double[] values = At(point);
        for (int i = 0; i < point.Length; i++)
            _atRest[i] |= Math.Abs(_next[i] - _x[i]) <= 4 * Math.Abs(values[i] - _next[i]);
    }

    /// <summary>Elements of which all other entries have become less than the tolerance of what they once were, and are 0 if f leaves 0 as it is.</summary>
    private void FindZeros()
    {
        double[] point = [.. _x];
        var asked = new bool[_unknowns.Elements];
        for (int element = 0; element < asked.Length; element++)
        {
            asked[element] = _unknowns.IsUnderWay(element);
            for (int i = element * _unknowns.Count; i < (element + 1) * _unknowns.Count; i++)
                if (!_atRest[i])
                    (asked[element], point[i]) = (asked[element] && Math.Abs(_next[i]) <= _op.Tolerance * _largest[i], 0);
        }
        if (!asked.Contains(true))
            return;
        double[] values = At(point);
        for (int element = 0; element < asked.Length; element++)
        {
            for (int i = element * _unknowns.Count; i < (element + 1) * _unknowns.Count; i++)
                asked[element] &= Rests(point[i], values[i]) || (_atRest[i] && !Rests(_x[i], _next[i]));
            if (asked[element])
                _unknowns.Finish(element, _unknowns.Of(values, element));
        }
    }

    private double[] At(double[] point)
    {
        Set(point);
        _frame.Step();
        var values = new double[point.Length];
        _unknowns.Read(_frame.Outputs.AsSpan(), values);
        return values;
    }

    private void Set(double[] point)
    {
        var parts = _unknowns.Write(point);
        for (int i = 0; i < parts.Length; i++)
            _frame.Set(_op.Captures + i, parts[i]);
    }

    private void GiveUp(int iteration, int element)
    {
        _unknowns.GiveUp(element);
        if (_op.Leading.Rank > 0)
            return;
        double residual = 0, step = 0;
        for (int i = 0; i < _x.Length; i++)
            if (Math.Abs(_next[i] - _x[i]) is var moved && moved != 0)
                (residual, step) = (Math.Max(residual, moved), Math.Max(step, moved / Math.Max(Math.Abs(_x[i]), Math.Abs(_next[i]))));
        throw new ConvergenceException("Fix", iteration, residual, step, _op.Tolerance,
            "Begin nearer to the fixed point, damp the step as in x + 0.5·(f(x) − x), allow more iterations, or seek it as a Root.");
    }
}
