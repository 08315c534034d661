using System.Collections.Immutable;
using System.Numerics;

namespace Autodiff.Functional;

/// <summary>
/// The unknowns of an iteration as numbers, element of the batch by element: read from the tensors that a step takes and gives, and written to them. It also keeps which elements are still
/// under way, and the results of the others.
/// </summary>
internal sealed class Unknowns
{
    private readonly ImmutableArray<TensorType> _types;
    private readonly int[] _sizes;         // of the parts, for one element
    private readonly double[] _results;
    private readonly bool[] _underWay;

    /// <param name="starts">Where the iteration begins.</param>
    /// <param name="leading">The axes of the batch.</param>
    public Unknowns(ImmutableArray<Tensor> starts, Shape leading)
    {
        (_types, Elements) = ([.. starts.Select(start => start.Type)], leading.Size);
        _sizes = [.. starts.Select(start => start.Shape.Slice(leading.Rank, start.Rank - leading.Rank).Size)];
        Count = _sizes.Sum();
        _results = new double[Elements * Count];
        Array.Fill(_results, double.NaN);
        Array.Fill(_underWay = new bool[Elements], true);
        Remaining = Elements;
    }

    /// <summary>The number of elements of the batch.</summary>
    public int Elements { get; }

    /// <summary>The number of unknowns of an element.</summary>
    public int Count { get; }

    /// <summary>The numbers of unknowns in the nodes, for one element.</summary>
    public ReadOnlySpan<int> Sizes => _sizes;

    /// <summary>How many elements are still under way.</summary>
    public int Remaining { get; private set; }

    /// <summary>Half the distance from 1 to the next number.</summary>
    public double RoundOff => _types[0].DType == DType.Float32 ? 5.9604644775390625e-8 : 1.1102230246251565e-16;

    /// <summary>Is the element still under way?</summary>
    public bool IsUnderWay(int element) => _underWay[element];

    /// <summary>The numbers of one element.</summary>
    public Span<double> Of(double[] numbers, int element) => numbers.AsSpan(element * Count, Count);

    /// <summary>An element has come to its end.</summary>
    public void Finish(int element, ReadOnlySpan<double> result)
    {
        result.CopyTo(Of(_results, element));
        GiveUp(element);
    }

    /// <summary>An element has failed: its result stays NaN.</summary>
    public void GiveUp(int element)
    {
        _underWay[element] = false;
        Remaining--;
    }

    /// <summary>The results of all elements.</summary>
    public ImmutableArray<Tensor> Results => Write(_results);

    /// <summary>The numbers in tensors, of the unknowns' shapes or of others that have as many elements together.</summary>
    public void Read(ReadOnlySpan<Tensor> parts, double[] numbers)
    {
        int at = 0;
        foreach (var part in parts)
        {
            int size = part.Size / Math.Max(1, Elements);
            if (part.DType == DType.Float32)
                Move(part.Elements<float>(), size, numbers.AsSpan(at), Count, size);
            else
                Move(part.Elements<double>(), size, numbers.AsSpan(at), Count, size);
            at += size;
        }
    }

    /// <summary>Tensors of the unknowns' shapes.</summary>
    public ImmutableArray<Tensor> Write(double[] numbers)
    {
        var tensors = ImmutableArray.CreateBuilder<Tensor>(_types.Length);
        int at = 0;
        for (int part = 0; part < _types.Length; at += _sizes[part++])
            if (_types[part].DType == DType.Float32)
            {
                tensors.Add(Tensor.New<float>(ElementType.Float32, _types[part].Shape, out var single));
                Move<double, float>(numbers.AsSpan(at), Count, single, _sizes[part], _sizes[part]);
            }
            else
            {
                tensors.Add(Tensor.New<double>(ElementType.Float64, _types[part].Shape, out var values));
                Move<double, double>(numbers.AsSpan(at), Count, values, _sizes[part], _sizes[part]);
            }
        return tensors.MoveToImmutable();
    }

    /// <summary>Some numbers of each element, which lie apart by some step here and there.</summary>
    private void Move<TFrom, TTo>(ReadOnlySpan<TFrom> from, int fromStep, Span<TTo> to, int toStep, int size) where TFrom : INumberBase<TFrom> where TTo : INumberBase<TTo>
    {
        for (int element = 0; element < Elements; element++)
            for (int i = 0; i < size; i++)
                to[element * toStep + i] = TTo.CreateTruncating(from[element * fromStep + i]);
    }

    /// <summary>Is none of them NaN or infinite?</summary>
    public static bool AllFinite(ReadOnlySpan<double> numbers)
    {
        foreach (double number in numbers)
            if (!double.IsFinite(number))
                return false;
        return true;
    }
}
