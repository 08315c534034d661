using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// A linear or bilinear op as sums over elements: for each element of its output the terms, each an element of one input or a product of
/// elements of two.
/// </summary>
/// <remarks>
/// The map is learnt by evaluating the op at unit vectors. Of a batch two rows are tried: the op must treat both alike, whatever the other holds.
/// </remarks>
internal static class ElementMap
{
    /// <summary>A term of a sum.</summary>
    /// <param name="Input">The input; the first of two, of a product.</param>
    /// <param name="Left">The element of it.</param>
    /// <param name="Right">The element of the second input; −1 if it is no product.</param>
    public readonly record struct Term(int Input, int Left, int Right);

    /// <summary>The terms of each element of the output (of a row, if the output has rows); null if the op is no such thing.</summary>
    /// <param name="op">The op.</param>
    /// <param name="inputs">The inputs: types, and values of those that are constant and no numbers.</param>
    /// <param name="output">The type of the output.</param>
    /// <param name="batch">The length of the first axis that is a batch, of all inputs that have it; 0: none.</param>
    public static ImmutableArray<Term>[]? Of(Op op, ImmutableArray<(TensorType Type, Tensor? Value)> inputs, TensorType output, int batch)
    {
        // What is constant must be the same for all rows; and of constants alone nothing is learnt.
        if (inputs.Any(input => input.Value is { } value && Learner.IsBatched(value.Shape, batch)) || inputs.All(input => input.Value is not null))
            return null;
        if (!Learner.IsBatched(output.Shape, batch) && inputs.Any(input => Learner.IsBatched(input.Type.Shape, batch)))
            return null;        // rows are mixed
        try
        {
            return op switch
            {
                // What a cast does to fractions no unit vector tells.
                Linear when inputs.Any(input => input.Value is null && input.Type.DType != output.DType) => null,
                Linear => new Learner(op, inputs, output, batch).Linear(),
                // Doubles have digits enough for all.
                Bilinear => new Learner(op, [.. inputs.Select(input => (input.Type with { DType = DType.Float64 }, input.Value))], output, batch).Bilinear(),
                _ => null,
            };
        }
        catch (Exception refusal) when (refusal is AutodiffException or NotSupportedException or ArgumentException or IndexOutOfRangeException)
        {
            return null;        // the op does not work on other batches, or on numbers such as these
        }
    }

    private sealed class Learner
    {
        private const int Rows = 2, MostBits = 50;

        private readonly Op _op;
        private readonly ImmutableArray<(TensorType Type, Tensor? Value)> _inputs;
        private readonly bool[] _batched;
        private readonly int[] _sizes;               // of a row
        private readonly Tensor[] _arguments;
        private readonly bool _outputBatched;
        private readonly Shape _output;
        private readonly List<Term>[] _terms;

        public Learner(Op op, ImmutableArray<(TensorType Type, Tensor? Value)> inputs, TensorType output, int batch)
        {
            (_op, _inputs) = (IsBatched(output.Shape, batch) ? op.OverRows(Rows) : op, inputs);
            _batched = [.. inputs.Select(input => IsBatched(input.Type.Shape, batch))];
            _outputBatched = IsBatched(output.Shape, batch);
            _output = Few(output.Shape, _outputBatched);
            _sizes = [.. inputs.Select((input, k) => Few(input.Type.Shape, _batched[k]).Size / (_batched[k] ? Rows : 1))];
            _arguments = [.. inputs.Select((input, k) => input.Value ?? Zeros(k))];
            _terms = [.. Enumerable.Range(0, _output.Size / (_outputBatched ? Rows : 1)).Select(_ => new List<Term>())];
        }

        public static bool IsBatched(Shape shape, int batch) => batch > 0 && shape.Rank > 0 && shape[0] == batch;

        private static Shape Few(Shape shape, bool batched) => batched ? shape.With(0, Rows) : shape;

        private Tensor Zeros(int k) => ElementType.Of(_inputs[k].Type.DType).Zeros(Few(_inputs[k].Type.Shape, _batched[k])).Dense();

        public ImmutableArray<Term>[]? Linear()
        {
            for (int k = 0; k < _inputs.Length; k++)
            {
                if (_inputs[k].Value is not null)
                    continue;
                // Integers and masks are what a linear op is given, unless they are all that it has.
                if (!_inputs[k].Type.DType.IsFloating() && _inputs.Length > 1)
                    return null;
                for (int element = 0; element < _sizes[k]; element++)
                    if (!Learn(k, element, value => value is 0 or 1, (output, _) => _terms[output].Add(new(k, element, -1))))
                        return null;
                _arguments[k] = Zeros(k);
            }
            // Other elements than sums of numbers would be joined by "or", or wrap.
            return _terms.Any(terms => terms.Count > 1) && !_inputs[0].Type.DType.IsFloating() ? null : Result();
        }

        /// <summary>Which elements of the right side an element of the left one meets is read from the binary digits of the result, both ways round.</summary>
        public ImmutableArray<Term>[]? Bilinear()
        {
            int size = _sizes[1];
            if (size > MostBits)
                return null;
            for (int element = 0; element < _sizes[0]; element++)
            {
                var upwards = new long[_terms.Length];
                for (int row = 0; row < (_batched[1] ? Rows : 1); row++)
                {
                    long[] up = new long[_terms.Length], down = new long[_terms.Length];
                    if (!Digits(element, row, j => j, up) || !Digits(element, row, j => size - 1 - j, down))
                        return null;
                    for (int output = 0; output < up.Length; output++)
                        for (int j = 0; j < size; j++)
                            if ((up[output] >> j & 1) != (down[output] >> (size - 1 - j) & 1))
                                return null;
                    if (row > 0 && !up.AsSpan().SequenceEqual(upwards))
                        return null;
                    upwards = up;
                }
                for (int output = 0; output < upwards.Length; output++)
                    for (int j = 0; j < size; j++)
                        if ((upwards[output] >> j & 1) == 1)
                            _terms[output].Add(new(0, element, j));
            }
            return Result();
        }

        private bool Digits(int element, int row, Func<int, int> place, long[] digits)
        {
            _arguments[1] = Single(1, row, Enumerable.Range(0, _sizes[1]).Select(j => Math.ScaleB(1, place(j))));
            return Learn(0, element, value => value >= 0 && value < Math.ScaleB(1, MostBits) && Math.Truncate(value) == value, (output, value) => digits[output] = (long)value, _batched[1] ? row : null);
        }

        /// <summary>
        /// Evaluates the op with one element of an input set, in each row in turn: each row of the output must be the same, and depend on that row alone. Tells of the
        /// elements of the first row that are not 0.
        /// </summary>
        /// <param name="k">The input.</param>
        /// <param name="element">The element.</param>
        /// <param name="isKnown">Is such a value one that we can read?</param>
        /// <param name="tell">Takes an element of the output and its value.</param>
        /// <param name="onlyRow">The row that alone can be other than 0, as another input is set in it alone.</param>
        private bool Learn(int k, int element, Func<double, bool> isKnown, Action<int, double> tell, int? onlyRow = null)
        {
            double[]? pattern = null;
            int count = _terms.Length;
            for (int row = 0; row < (_batched[k] ? Rows : 1); row++)
            {
                _arguments[k] = Single(k, row, Enumerable.Range(0, _sizes[k]).Select(e => e == element ? 1.0 : 0.0));
                var result = _op.Evaluate(_arguments);
                if (result.Shape != _output)
                    return false;
                result = result.Dense();
                for (int outRow = 0; outRow < (_outputBatched ? Rows : 1); outRow++)
                {
                    double[] values = [.. Enumerable.Range(0, count).Select(i => result.ElementAsDouble(outRow * count + i))];
                    if (!values.All(isKnown))
                        return false;
                    bool reached = !_outputBatched || ((!_batched[k] || outRow == row) && (onlyRow is null || outRow == onlyRow));
                    if (!reached)
                    {
                        if (values.Any(value => value != 0))
                            return false;
                        continue;
                    }
                    if (pattern is not null && !pattern.AsSpan().SequenceEqual(values))
                        return false;
                    pattern = values;
                }
            }
            for (int i = 0; i < count; i++)
                if (pattern is not null && pattern[i] != 0)
                    tell(i, pattern[i]);
            return true;
        }

        private Tensor Single(int k, int row, IEnumerable<double> elements)
        {
            var values = new double[_sizes[k] * (_batched[k] ? Rows : 1)];
            int at = row * _sizes[k];
            foreach (double element in elements)
                values[at++] = element;
            return new Cast(_inputs[k].Type.DType).Evaluate([Tensor.Of(values, Few(_inputs[k].Type.Shape, _batched[k]))]);
        }

        private ImmutableArray<Term>[] Result() => [.. _terms.Select(terms => terms.ToImmutableArray())];
    }
}
