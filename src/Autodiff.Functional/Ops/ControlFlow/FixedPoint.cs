using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>
/// The iteration x ← f(x), of all elements of a batch side by side: each ends by itself, when a step moves none of its entries by more than the tolerance, relative to the entry's own size.
/// </summary>
/// <remarks>
/// Two kinds of entries never come to rest in that sense, and now and then it is asked whether one of them is left. An entry whose terms cancel is moved by rounding alone: then f moves as much
/// when its arguments are rounded otherwise. An entry that goes to 0 moves by a part of itself for ever: then f has 0 for 0.
/// </remarks>
/// <param name="op">The equation.</param>
/// <param name="frame">f, whose captures are set.</param>
/// <param name="starts">Where it begins.</param>
internal sealed class FixedPoint(Implicit op, Stepper.Frame frame, ImmutableArray<Tensor> starts)
{
    private const int AskEvery = 16;

    private readonly Unknowns _unknowns = new(starts, op.Leading);

    public ImmutableArray<Tensor> Result()
    {
        int entries = _unknowns.Elements * _unknowns.Count;
        double[] x = new double[entries], next = new double[entries], largest = new double[entries];
        _unknowns.Read(starts.AsSpan(), x);
        double[] begin = [.. x];
        for (int iteration = 1; _unknowns.Remaining > 0 && iteration <= op.MaxIterations; iteration++)
        {
            frame.Step();
            _unknowns.Read(frame.Outputs.AsSpan(), next);
            bool alone = _unknowns.Remaining == _unknowns.Elements;
            for (int element = 0; element < _unknowns.Elements; element++)
                if (_unknowns.IsUnderWay(element))
                    Judge(iteration, element, _unknowns.Of(x, element), _unknowns.Of(next, element));
            if (iteration == 1 || iteration % AskEvery == 0)
                for (int i = 0; i < entries; i++)
                    largest[i] = Math.Max(largest[i], Math.Abs(x[i]));
            bool last = iteration == op.MaxIterations, asksForZero = last || iteration % AskEvery == 0, asksForRounding = last || (iteration > AskEvery && iteration % AskEvery == AskEvery / 2);
            if (asksForZero && _unknowns.Remaining > 0)
                AskForZero(x, next, largest);
            if (asksForRounding && _unknowns.Remaining > 0)
                AskForRounding(iteration, x, next);
            for (int element = 0; element < _unknowns.Elements; element++)
                if (!_unknowns.IsUnderWay(element))
                    _unknowns.Of(begin, element).CopyTo(_unknowns.Of(next, element));   // a point where f can be computed, whatever became of the element
                else if (last)
                    GiveUp(iteration, element, _unknowns.Of(x, element), _unknowns.Of(next, element));
            (x, next) = (next, x);
            if (alone && !asksForZero && !asksForRounding && _unknowns.Remaining == _unknowns.Elements)
                frame.Carry(op.Captures, starts.Length);
            else
                Set(x);
        }
        return _unknowns.Results;
    }

    private void Judge(int iteration, int element, ReadOnlySpan<double> x, ReadOnlySpan<double> next)
    {
        if (Rests(x, next))
            _unknowns.Finish(element, next);
        else if (!Unknowns.AllFinite(next))
            GiveUp(iteration, element, x, next);
    }

    /// <summary>Does the step move no entry by more than the tolerance?</summary>
    private bool Rests(ReadOnlySpan<double> x, ReadOnlySpan<double> next)
    {
        for (int i = 0; i < x.Length; i++)
            if (!(Math.Abs(next[i] - x[i]) <= op.Tolerance * Math.Abs(next[i])) || !double.IsFinite(next[i]))
                return false;
        return true;
    }

    /// <summary>Is every entry that still moves on its way to 0, and 0 where f leaves it?</summary>
    private void AskForZero(double[] x, double[] next, double[] largest)
    {
        double[] point = [.. x];
        var asked = new bool[_unknowns.Elements];
        for (int element = 0; element < asked.Length; element++)
            asked[element] = _unknowns.IsUnderWay(element)
                && Unknowns.Vanishing(_unknowns.Of(x, element), _unknowns.Of(next, element), _unknowns.Of(largest, element), op.Tolerance, _unknowns.Of(point, element));
        if (!asked.Contains(true))
            return;
        double[] values = At(point);
        for (int element = 0; element < asked.Length; element++)
            if (asked[element] && Rests(_unknowns.Of(point, element), _unknowns.Of(values, element)))
                _unknowns.Finish(element, _unknowns.Of(values, element));
    }

    /// <summary>Does every entry that still moves do so by no more than f does when its arguments are rounded otherwise?</summary>
    private void AskForRounding(int seed, double[] x, double[] next)
    {
        var random = new Random(seed);
        double[] point = new double[x.Length];
        for (int i = 0; i < _unknowns.Count; i++)
        {
            // The same change in all elements, so that none depends on the others.
            double by = 1 + (random.Next(2) == 0 ? 4 : -4) * _unknowns.RoundOff;
            for (int element = 0; element < _unknowns.Elements; element++)
                point[element * _unknowns.Count + i] = x[element * _unknowns.Count + i] * by;
        }
        double[] values = At(point);
        for (int element = 0; element < _unknowns.Elements; element++)
        {
            bool rounding = _unknowns.IsUnderWay(element);
            var (from, to, other) = (x, next, values);
            for (int i = element * _unknowns.Count; i < (element + 1) * _unknowns.Count; i++)
                rounding &= Math.Abs(to[i] - from[i]) <= Math.Max(op.Tolerance * Math.Abs(to[i]), 4 * Math.Abs(other[i] - to[i]));
            if (rounding)
                _unknowns.Finish(element, _unknowns.Of(next, element));
        }
    }

    private double[] At(double[] point)
    {
        Set(point);
        frame.Step();
        var values = new double[point.Length];
        _unknowns.Read(frame.Outputs.AsSpan(), values);
        return values;
    }

    private void Set(double[] point)
    {
        var parts = _unknowns.Write(point);
        for (int i = 0; i < parts.Length; i++)
            frame.Set(op.Captures + i, parts[i]);
    }

    private void GiveUp(int iteration, int element, ReadOnlySpan<double> x, ReadOnlySpan<double> next)
    {
        if (op.Leading.Rank == 0)
        {
            double residual = 0, step = 0;
            for (int i = 0; i < x.Length; i++)
                if (Math.Abs(next[i] - x[i]) is var moved && moved != 0)
                    (residual, step) = (Math.Max(residual, moved), Math.Max(step, moved / Math.Max(Math.Abs(x[i]), Math.Abs(next[i]))));
            throw new ConvergenceException("Fix", iteration, residual, step, op.Tolerance,
                "Begin nearer to the fixed point, damp the step as in x + 0.5·(f(x) − x), allow more iterations, or seek it as a Root.");
        }
        _unknowns.GiveUp(element);
    }
}
