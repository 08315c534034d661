using System.Runtime.InteropServices;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// What an op would give if other numbers stood where its inputs are NaN. So it shows which elements of its value depend on them, whatever op it is. Numbers of both signs, small and large, are tried; a comparison
/// is taken to give either answer.
/// </summary>
internal sealed class NaNTrial
{
    /// <summary>How many times other numbers are tried.</summary>
    public const int Draws = 8;

    private const double Large = 1e30;

    private readonly Op _op;
    private readonly ValueNumbers _values;
    private readonly Tensor[] _given;
    private readonly NaNs _nans;
    private readonly Lazy<Tensor[]?>[] _instead;
    private readonly Lazy<Tensor[]> _now;

    /// <param name="op">The op.</param>
    /// <param name="values">The numbers of its inputs in the program.</param>
    /// <param name="given">Its inputs.</param>
    /// <param name="nans">The NaNs of the run.</param>
    public NaNTrial(Op op, ValueNumbers values, Tensor[] given, NaNs nans)
    {
        (_op, _values, _given, _nans) = (op, values, given, nans);
        First = nans.FirstIn(given.SelectMany(input => input.Parts));
        _now = new(() => Evaluate(given));
        _instead = [.. Enumerable.Range(0, Draws).Select(draw => new Lazy<Tensor[]?>(() => TryWith(draw)))];
    }

    /// <summary>The first NaN among the inputs, by its number; 0 if none came up in this run.</summary>
    public int First { get; }

    /// <summary>Does the op work with any of the numbers?</summary>
    public bool MayWork => _instead.Any(instead => instead.Value is not null);

    /// <summary>Which NaN some elements of a value depend on that are numbers, and the value with what a replay has in their place. Null if none do.</summary>
    /// <param name="part">Which of the op's values.</param>
    /// <param name="value">The value that the step gave.</param>
    public (int Number, Tensor Instead)? Swallowed(int part, Tensor value)
    {
        var now = _now.Value[part];
        int number = 0;
        var changed = value;
        foreach (int draw in _nans.IsReplay ? [_nans.Draw] : Enumerable.Range(0, Draws))
        {
            if (_instead[draw].Value?[part] is not { } instead)
                continue;      // it fails with these numbers
            for (int i = 0; i < value.Size; i++)
                if (!IsNaN(now, i) && !Element(now, i).SequenceEqual(Element(instead, i)))
                {
                    if (number == 0)
                        (number, changed) = (Source(part, i), value.Copy());
                    Element(instead, i).CopyTo(Element(changed, i));
                }
        }
        return number > 0 ? (number, changed) : null;
    }

    /// <summary>Which NaN an element comes from or depends on; 0 if it is NaN whatever the inputs are.</summary>
    public int Source(int part, int element)
    {
        if (MayWork && _instead.All(instead => instead.Value is null || IsNaN(instead.Value[part], element)))
            return 0;
        return _given.SelectMany(input => input.Parts).Where(input => input.Shape == _now.Value[part].Shape).Select(input => _nans.NumberAt(input, element)).Where(number => number > 0).DefaultIfEmpty(First).Min();
    }

    /// <summary>The op's values with the numbers of a draw. Null if it fails.</summary>
    private Tensor[]? TryWith(int draw)
    {
        if (IsComparison)
            return AsksForNaN ? _now.Value : [Answered(_now.Value[0], draw)];
        try
        {
            return Evaluate([.. _given.Select((input, i) => input.IsBundle ? Tensor.Bundle([.. input.Parts.Select(part => With(part, draw, _values[i]))]) : With(input, draw, _values[i]))]);
        }
        catch (AutodiffException)
        {
            return null;
        }
    }

    /// <summary>x ≠ x asks whether x is NaN, and is answered.</summary>
    public bool AsksForNaN => IsComparison && _values[0] == _values[1];

    private bool IsComparison => _values.Length == 2 && _now.Value is [{ DType: DType.Bool } answer] && _given.All(input => !input.IsBundle && (input.Size == 1 || input.Shape == answer.Shape));

    private Tensor[] Evaluate(Tensor[] given) => [.. _op.Evaluate(given).Parts.Select(part => part.Dense())];

    /// <summary>A tensor with numbers where it is NaN.</summary>
    private Tensor With(Tensor tensor, int draw, int value) => _nans.FirstIn(tensor) > 0 ? tensor.Element.Run<Drawer, Tensor>(new(this, tensor, draw, value)) : tensor;

    private readonly struct Drawer(NaNTrial trial, Tensor tensor, int draw, int value) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var copy = tensor.Copy();
            var elements = Elements<E>(copy);
            for (int i = 0; i < elements.Length; i++)
                if (trial._nans.Covers(trial._nans.NumberAt(tensor, i)))
                    elements[i] = E.Literal(Drawn(draw, value, i));
            return copy;
        }
    }

    /// <summary>The number that stands for a NaN. In a later draw any two differ, and the one that is larger is the smaller one in the next.</summary>
    public static double Drawn(int draw, int value, int element) => draw switch
    {
        0 => 0,
        1 => 1,
        2 => Large,
        3 => -Large,
        _ => (draw % 2 == 0 ? 100 : -100) * Scattered(value, element, draw / 2),
    };

    /// <summary>A number between −1 and 1 that looks random, and is the same each time.</summary>
    private static double Scattered(int value, int element, int draw)
    {
        ulong bits = (ulong)(value + 1) * 0x9E3779B97F4A7C15 + (ulong)(element + 1) * 0xC2B2AE3D27D4EB4F + (ulong)(draw + 1) * 0x165667B19E3779F9;
        bits = (bits ^ (bits >> 31)) * 0xBF58476D1CE4E5B9;
        return (long)(bits ^ (bits >> 29)) / 9.3e18;
    }

    /// <summary>The answers of a comparison, with others where it was asked about NaN.</summary>
    private Tensor Answered(Tensor answers, int draw)
    {
        var answered = answers.Copy();
        for (int i = 0; i < answers.Size; i++)
            if (_given.Any(input => _nans.Covers(_nans.NumberAt(input, input.Size == 1 ? 0 : i))))
                Elements<bool>(answered)[i] = draw < 2 ? draw == 0 : Scattered(_values[0] + 31 * _values[1], i, draw) > 0;
        return answered;
    }

    private static bool IsNaN(Tensor tensor, int element) => tensor.DType.IsFloating() && double.IsNaN(tensor.ElementAsDouble(element));

    private static Span<E> Elements<E>(Tensor own) where E : unmanaged => MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(own.Elements<E>()), own.Size);

    /// <summary>The bytes of an element of a dense tensor.</summary>
    private static Span<byte> Element(Tensor tensor, int element) => tensor.Element.Size switch
    {
        sizeof(long) => MemoryMarshal.AsBytes(Elements<long>(tensor).Slice(element, 1)),
        sizeof(int) => MemoryMarshal.AsBytes(Elements<int>(tensor).Slice(element, 1)),
        _ => MemoryMarshal.AsBytes(Elements<bool>(tensor).Slice(element, 1)),
    };
}
