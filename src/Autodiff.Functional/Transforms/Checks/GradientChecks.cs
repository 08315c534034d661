using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>How derivatives are checked.</summary>
public sealed record GradientChecks
{
    /// <summary>How many entries of a parameter are looked at. Of larger parameters a sample is, drawn without repetition by <see cref="Random"/> from <see cref="Seed"/> plus the parameter's number.</summary>
    public int Entries { get; init; } = 32;

    /// <summary>What samples are drawn from, and the weights with which several values, or values with several entries, are added up.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>What two derivatives may differ by, relative to the derivatives of the parameter; if not given, 10⁻⁶, or 10⁻³ where Float32 takes part.</summary>
    public double? Tolerance { get; init; }
}

/// <summary>One check: the function traced at the point, its values weighted and added up, and the derivative of the sum by each way.</summary>
internal sealed class GradientCheck<P, R>
{
    // Other numbers than the dtypes' own run without SIMD, so that many of them take long.
    private const int MostForDuals = 100_000;

    private readonly Func<P, R> _f;
    private readonly P _at;
    private readonly string _name;
    private readonly Structure<P> _inputs;
    private readonly Structure<R> _outputs;
    private readonly GradientChecks _checks;
    private readonly ImmutableArray<Tensor> _point;
    private readonly ImmutableArray<Tensor?> _weights;
    private readonly Graph _graph;
    private readonly Replay _replay;
    private readonly bool _single, _isWide;
    private readonly double _size;

    public GradientCheck(Func<P, R> f, P at, Structure<P> inputs, Structure<R> outputs, GradientChecks checks, string name)
    {
        (_f, _at, _inputs, _outputs, _checks, _name) = (f, at, inputs, outputs, checks, name);
        var traced = new Transform.Traced<P, R>("CheckGradients", f, at, inputs, outputs);
        _graph = traced.Graph;
        _point = [.. traced.At.Select(node => node.Value)];
        _replay = _graph.Replay([.. _point.Select(Expr.Constant)]);
        _single = _graph.Parameters.Concat(_graph.Outputs).Any(node => node.DType == DType.Float32);
        var random = new Random(checks.Seed);
        bool scalar = _graph.Outputs is [{ Shape.Size: 1 }];
        _weights = [.. _graph.Outputs.Select(output => !output.DType.IsFloating() ? null
            : scalar ? Tensor.Full(output.Shape, 1.0) : random.NextTensor(output.Shape, new(-1, 1, OffZero: 0.1)))];
        if (_weights.All(weight => weight is null))
            throw new DTypeException("CheckGradients", "a floating-point value", $"{_graph.Outputs[0].DType}", "Only real numbers have derivatives.");
        _isWide = _single && CanWiden();
        _size = Weighted([.. _replay.Outputs.Select(output => output.Value)]).Size;
    }

    public GradientReport Run()
    {
        var gradients = _replay.Pullback([.. _graph.Outputs.Zip(_weights, (output, weight) => weight is null ? default : new Cotangent(Expr.Cast(weight, output.DType)))]);
        var pushforward = Graph.Trace(tangents => _replay.Pushforward([.. tangents]), [.. _graph.Parameters.Select(parameter => parameter.Type)]);
        var paths = Paths.Leaves(_inputs, _at, "CheckGradients", _name);
        return new([.. _point.Select((_, leaf) => Leaf(paths[leaf].Path, leaf, gradients[leaf].Value, pushforward))]);
    }

    private GradientLeaf Leaf(string path, int leaf, Tensor gradient, Graph pushforward)
    {
        ImmutableArray<(int Entry, double Reverse, double? Forward, Difference Difference, double? Dual)> raw = [.. Sample(leaf).Select(entry =>
            (entry, gradient.ElementAsDouble(entry), Forward(pushforward, leaf, entry), Differences(leaf, entry), Dual(leaf, entry)))];
        double scale = raw.SelectMany(r => (IEnumerable<double>)[r.Reverse, r.Forward ?? 0, r.Difference.Value]).Select(Math.Abs).Where(double.IsFinite).DefaultIfEmpty().Max();
        return new(path, _graph.Parameters[leaf].Type, [.. raw.Select(r => Judge(r.Entry, _graph.Parameters[leaf].Shape, r.Reverse, r.Forward, r.Difference, r.Dual, scale))]);
    }

    private GradientEntry Judge(int entry, Shape shape, double reverse, double? forward, Difference difference, double? dual, double leafScale)
    {
        double tolerance = _checks.Tolerance ?? (_single ? 1e-3 : 1e-6);
        // A derivative that is 0 comes out as a rounding error of the value's size.
        double scale = Math.Max(Math.Abs(difference.Value), Math.Abs(dual ?? 0)) + 1e-3 * leafScale + (_single ? 1e-3 : 1e-6) * _size + double.Epsilon;
        bool sharp = difference.Error <= 0.01 * (scale + 1e-3);
        double Distance(double derivative) => Math.Max(
            sharp && !difference.IsKink ? Math.Max(0, Math.Abs(derivative - difference.Value) - 10 * difference.Error) : 0,
            Math.Max(difference.IsKink || dual is null ? 0 : Math.Abs(derivative - dual.Value), Math.Abs(derivative - reverse)));
        double error = Math.Max(Distance(reverse), Distance(forward ?? reverse)) / scale;
        bool bracketed = difference.Brackets(reverse) && (forward is null || difference.Brackets(forward.Value));
        var verdict = difference.IsKink ? bracketed ? GradientVerdict.Kink : GradientVerdict.Wrong
            : !(error <= tolerance) && (sharp || dual is not null || forward is not null) ? GradientVerdict.Wrong
            : sharp || dual is not null ? GradientVerdict.Right
            : GradientVerdict.Unclear;
        return new(Index(entry, shape), reverse, forward, difference, dual, error, verdict);
    }

    private ImmutableArray<int> Sample(int leaf)
    {
        int size = _point[leaf].Size;
        if (size <= _checks.Entries)
            return [.. Enumerable.Range(0, size)];
        var (random, drawn) = (new Random(_checks.Seed + leaf), new SortedSet<int>());
        while (drawn.Count < _checks.Entries)
            drawn.Add(random.Next(size));
        return [.. drawn];
    }

    // ---- four ways to a derivative ----

    private double? Forward(Graph pushforward, int leaf, int entry)
    {
        try
        {
            var tangents = pushforward.Evaluate([.. _point.Select((x, i) => Expr.Cast(i == leaf ? With(Tensor.Full(x.Shape, 0.0), entry, 1) : Tensor.Full(x.Shape, 0.0), x.DType).Value)]);
            return Weighted(tangents).Value;
        }
        catch (DerivativeException)
        {
            return null;
        }
    }

    /// <summary>The function is called anew at each point, so that branches of the host language are taken as they are there.</summary>
    private Difference Differences(int leaf, int entry)
    {
        double x = _point[leaf].ElementAsDouble(entry);
        if (!_single)
            return Difference.Of(value => Weighted([.. _outputs.Flatten(_f(_inputs.Rebuild(_at, [.. _point.SetItem(leaf, With(_point[leaf], entry, value)).Select(Expr.Constant)]))).Select(node => node.Value)]), x, 4e-15);
        // Single precision is too coarse to take differences in, so the graph is evaluated in double precision, where its ops allow.
        return Difference.Of(value => Widened(leaf, entry, value), x, _isWide ? 4e-15 : 4e-7);
    }

    private bool CanWiden()
    {
        try
        {
            _graph.Evaluate<double>([.. _point.Select(Doubles)]);
            return true;
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }

    private (double, double) Widened(int leaf, int entry, double value)
    {
        var moved = _point.SetItem(leaf, With(_point[leaf], entry, value));
        return Weighted(_isWide
            ? [.. _graph.Evaluate<double>([.. moved.Select(Doubles)]).Select(numbers => Tensor.Of([.. numbers.Elements], numbers.Shape))]
            : _graph.Evaluate([.. moved.Select((x, i) => Expr.Cast(x, _point[i].DType).Value)]));
    }

    private double? Dual(int leaf, int entry)
    {
        if (_point.Sum(x => x.Size) > MostForDuals)
            return null;
        try
        {
            var values = _graph.Evaluate<Dual<double>>([.. _point.Select((x, i) => new Numbers<Dual<double>>(x.Shape,
                [.. Enumerable.Range(0, x.Size).Select(k => new Dual<double>(x.ElementAsDouble(k), i == leaf && k == entry ? 1 : 0))]))]);
            return values.Zip(_weights, (value, weight) => weight is null ? 0 : value.Elements.Select((element, k) => weight.ElementAsDouble(k) * element.Tangent).Sum()).Sum();
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    private (double Value, double Size) Weighted(ImmutableArray<Tensor> values)
    {
        double sum = 0, size = 0;
        for (int i = 0; i < values.Length; i++)
            for (int k = 0; _weights[i] is { } weight && k < weight.Size; k++)
            {
                double term = weight.ElementAsDouble(k) * values[i].ElementAsDouble(k);
                (sum, size) = (sum + term, size + Math.Abs(term));
            }
        return (sum, size);
    }

    private static Numbers<double> Doubles(Tensor x) => new(x.Shape, [.. Enumerable.Range(0, x.Size).Select(x.ElementAsDouble)]);

    private static Tensor With(Tensor x, int entry, double value)
    {
        var entries = Expr.Cast(x, DType.Float64).Value.ToArray<double>();
        entries[entry] = value;
        return Tensor.Of(entries, x.Shape);
    }

    private static ImmutableArray<int> Index(int entry, Shape shape)
    {
        var index = new int[shape.Rank];
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
            (entry, index[axis]) = Math.DivRem(entry, shape[axis]);
        return [.. index];
    }
}
