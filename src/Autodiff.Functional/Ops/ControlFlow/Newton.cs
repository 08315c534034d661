using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>
/// Newton's method for f(x) = 0, of all elements of a batch side by side: each has its own steps, halves its own, and ends by itself. Nothing in it depends on the units of an unknown or of
/// an equation.
/// </summary>
/// <remarks>
/// Progress is judged by |f| relative to |J|·|step|, row by row: the size of the terms that the step balances. A row is at rest when |f| is no more than rounding of x makes of it, 4ε·|J|·|x|
/// (Oettli and Prager 1964). The method ends when all rows are at rest, or after a step that moves no entry by more than the tolerance relative to its own size, if the step before it
/// brought f nearer to 0 as a whole step should.
/// </remarks>
internal sealed class Newton
{
    /// <summary>After how many steps it is asked whether an entry that becomes smaller and smaller is 0.</summary>
    private const int AskEvery = 16;

    private readonly Implicit _op;
    private readonly Stepper.Frame _frame;
    private readonly Unknowns _unknowns;
    private readonly double[] _trial, _largest;
    private readonly Point _at, _new;
    private readonly Element[] _elements;

    /// <summary>What is known at a point, for all elements: f, the step to subtract, the sizes of terms that belong to step and point, and what of f the step leaves unsolved, being rounded.</summary>
    private sealed class Point(int entries)
    {
        public double[] X { get; } = new double[entries];
        public double[] F { get; } = new double[entries];
        public double[] Step { get; } = new double[entries];
        public double[] StepTerms { get; } = new double[entries];
        public double[] Terms { get; } = new double[entries];
        public double[] Unsolved { get; } = new double[entries];
    }

    /// <summary>How far an element has come.</summary>
    private struct Element()
    {
        public int Iterations = -1;     // −1: nothing is known of the start yet
        public double Part = 1;         // of the step that is tried
        public bool Contracts;          // did the last step bring f nearer to 0 as a whole step should?
        public bool AsksForZero;        // is a point with zeros tried, in place of a step?
    }

    public Newton(Implicit op, Stepper.Frame frame, ImmutableArray<Tensor> starts)
    {
        (_op, _frame, _unknowns) = (op, frame, new(starts, op.Leading));
        int entries = _unknowns.Elements * _unknowns.Count;
        (_trial, _largest, _at, _new) = (new double[entries], new double[entries], new(entries), new(entries));
        _elements = [.. Enumerable.Range(0, _unknowns.Elements).Select(_ => new Element())];
        _unknowns.Read(starts.AsSpan(), _trial);
    }

    public ImmutableArray<Tensor> Result()
    {
        double[] begin = [.. _trial];
        while (_unknowns.Remaining > 0)
        {
            var parts = _unknowns.Write(_trial);
            for (int i = 0; i < parts.Length; i++)
                _frame.Set(_op.Captures + i, parts[i]);
            _frame.Step();
            _unknowns.Read(parts.AsSpan(), _new.X);      // as rounded to their dtype
            _unknowns.Read([_frame[0]], _new.F);
            _unknowns.Read([_frame[1]], _new.Step);
            ReadTerms(_frame[2]);
            for (int element = 0; element < _elements.Length; element++)
                if (_unknowns.IsUnderWay(element))
                {
                    Advance(element, ref _elements[element]);
                    if (!_unknowns.IsUnderWay(element))
                        _unknowns.Of(begin, element).CopyTo(_unknowns.Of(_trial, element));   // a point where f can be computed
                }
        }
        return _unknowns.Results;
    }

    /// <summary>|J|·|step|, |J|·|x| and |f − J·step|.</summary>
    private void ReadTerms(Tensor jacobian)
    {
        var entries = jacobian.DType == DType.Float32 ? Expr.Cast(jacobian, DType.Float64).Value.Elements<double>() : jacobian.Elements<double>();
        for (int row = 0, at = 0; row < _new.F.Length; row++)
        {
            double stepTerms = 0, terms = 0, rest = _new.F[row];
            for (int i = row - row % _unknowns.Count, end = i + _unknowns.Count; i < end; i++, at++)
            {
                stepTerms += Math.Abs(entries[at] * _new.Step[i]);
                terms += Math.Abs(entries[at] * _new.X[i]);
                rest -= entries[at] * _new.Step[i];
            }
            (_new.StepTerms[row], _new.Terms[row], _new.Unsolved[row]) = (stepTerms, terms, Math.Abs(rest));
        }
    }

    /// <summary>Takes the point that was tried, or tries another one.</summary>
    private void Advance(int element, ref Element state)
    {
        double before = Progress(_at, element), now = Progress(_new, element);
        bool known = Unknowns.AllFinite(_unknowns.Of(_new.Step, element));
        if (state.AsksForZero)
        {
            if (IsRoot(_new, element))
                _unknowns.Finish(element, _unknowns.Of(_new.X, element));
            else
                Try(element, ref state, 1);
        }
        else if (state.Iterations < 0 || (double.IsFinite(now) && now <= (1 - state.Part / 4) * before && (known || IsRoot(_new, element))))
        {
            // Next to a pole |f| becomes smaller as well, but the steps do not.
            state.Contracts = state.Iterations >= 0 && state.Part == 1 && now <= before / 2 && RelativeStep(_new, element) <= RelativeStep(_at, element);
            Take(element, ref state, known);
        }
        else if (!_unknowns.Of(_new.X, element).SequenceEqual(_unknowns.Of(_at.X, element)))
            Try(element, ref state, state.Part / (state.Part > 1e-3 ? 2 : 16));
        else if (AllRest(element))
            _unknowns.Finish(element, _unknowns.Of(_at.X, element));   // f can't be told any better
        else
            GiveUp(element, state);
    }

    /// <summary>Goes on from the point that was tried.</summary>
    private void Take(int element, ref Element state, bool known)
    {
        foreach (var (from, to) in (ReadOnlySpan<(double[], double[])>)[(_new.X, _at.X), (_new.F, _at.F), (_new.Step, _at.Step), (_new.StepTerms, _at.StepTerms), (_new.Terms, _at.Terms), (_new.Unsolved, _at.Unsolved)])
            _unknowns.Of(from, element).CopyTo(_unknowns.Of(to, element));
        var (x, largest) = (_unknowns.Of(_at.X, element).ToArray(), _largest);
        for (int i = 0; i < x.Length; i++)
            largest[element * x.Length + i] = Math.Max(largest[element * x.Length + i], Math.Abs(x[i]));
        state.Iterations++;
        if (IsRoot(_at, element))
            _unknowns.Finish(element, x);
        else if (!known || state.Iterations >= _op.MaxIterations)
            GiveUp(element, state);
        else
        {
            Try(element, ref state, 1);
            if (state.Contracts && AllRest(element))
                _unknowns.Finish(element, _unknowns.Of(_trial, element));
            else if (state.Iterations > 0 && state.Iterations % AskEvery == 0)
                state.AsksForZero = AsksForZero(element);
        }
    }

    private double RelativeStep(Point point, int element)
    {
        double largest = 0;
        for (int i = element * _unknowns.Count; i < (element + 1) * _unknowns.Count; i++)
            if (point.Step[i] != 0)
                largest = Math.Max(largest, Math.Abs(point.Step[i]) / Math.Max(Math.Abs(point.X[i]), Math.Abs(point.X[i] - point.Step[i])));
        return largest;
    }

    /// <summary>
    /// An entry that goes to 0 by a part of itself in each step never comes to rest. Once all that still move have become less than the tolerance of what they once were, it is asked whether
    /// 0 is the root.
    /// </summary>
    private bool AsksForZero(int element)
    {
        for (int i = element * _unknowns.Count; i < (element + 1) * _unknowns.Count; i++)
            if (!Rests(i) && !(Math.Abs(_trial[i]) <= _op.Tolerance * _largest[i]))
                return false;
        for (int i = element * _unknowns.Count; i < (element + 1) * _unknowns.Count; i++)
            _trial[i] = Rests(i) ? _at.X[i] : 0;
        return true;
    }

    private void Try(int element, ref Element state, double part)
    {
        (state.Part, state.AsksForZero) = (part, false);
        for (int i = element * _unknowns.Count; i < (element + 1) * _unknowns.Count; i++)
            _trial[i] = _at.X[i] - part * _at.Step[i];
    }

    /// <summary>
    /// How far f is from 0 at a point, in what the step from the last one would change in each row. A row that is at rest does not count; nor does one that the step does not solve, for other
    /// rows are so much larger that it is lost in their rounding, as long as it becomes no larger.
    /// </summary>
    private double Progress(Point point, int element)
    {
        double distance = 0;
        for (int i = element * _unknowns.Count; i < (element + 1) * _unknowns.Count; i++)
        {
            double size = Math.Abs(point.F[i]), last = Math.Abs(_at.F[i]);
            if (!(size <= Rounding(_at, i)) && !(_at.Unsolved[i] >= last / 2 && size <= 2 * last))
                distance = Math.Max(distance, size / _at.StepTerms[i]);
        }
        return distance;
    }

    /// <summary>Is f 0 at a point, as far as can be told?</summary>
    private bool IsRoot(Point point, int element)
    {
        for (int i = element * _unknowns.Count; i < (element + 1) * _unknowns.Count; i++)
            if (!(Math.Abs(point.F[i]) <= Rounding(point, i)))
                return false;
        return true;
    }

    /// <summary>What rounding of the unknowns makes of f.</summary>
    private double Rounding(Point point, int row) => 4 * _unknowns.RoundOff * point.Terms[row];

    /// <summary>Does the whole step move no entry of an element by more than the tolerance?</summary>
    private bool AllRest(int element)
    {
        for (int i = element * _unknowns.Count; i < (element + 1) * _unknowns.Count; i++)
            if (!Rests(i))
                return false;
        return true;
    }

    private bool Rests(int entry) => Math.Abs(_at.Step[entry]) <= _op.Tolerance * Math.Abs(_at.X[entry] - _at.Step[entry]);

    private void GiveUp(int element, Element state)
    {
        _unknowns.GiveUp(element);
        if (_op.Leading.Rank > 0)
            return;
        int iterations = Math.Max(0, state.Iterations);
        double residual = _at.F.Aggregate(0.0, (largest, value) => Math.Max(largest, Math.Abs(value)));
        throw double.IsFinite(residual) && !Unknowns.AllFinite(_at.Step)
            ? new MatrixException("Root", "an invertible Jacobian of f", $"a singular one after {iterations} iterations", "Begin elsewhere, or make sure that every unknown has an influence of its own on f.")
            : new ConvergenceException("Root", iterations, residual, RelativeStep(_at, element), _op.Tolerance, "Begin nearer to the root, or allow more iterations or a larger tolerance.");
    }
}
