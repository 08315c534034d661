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
    private ImmutableArray<Tensor> _gradients;
    private ImmutableArray<(ImmutableArray<Tensor> Point, ImmutableArray<Tensor> Gradients)> _beside;
    private ImmutableArray<(ImmutableArray<Tensor> Point, ImmutableArray<Tensor> Gradients)> _around;
    private ImmutableArray<double[]> _scatter;
    private Graph? _gradientGraph;
    private bool? _isWholeFar;
    private double? _jump;

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
        _isWide = _single && CanWiden() && IsWhole(point => [.. point.Select(x => Expr.Cast(Expr.Cast(x, DType.Float64) * 1.001, x.DType).Value)]);
        _size = Weighted([.. _replay.Outputs.Select(output => output.Value)]).Size;
    }

    public GradientReport Run()
    {
        var pushforward = Pushforward(_point);
        var paths = Paths.Leaves(_inputs, _at, "CheckGradients", _name);
        return new([.. _point.Select((_, leaf) => Leaf(paths[leaf].Path, leaf, Gradients[leaf], pushforward))]);
    }

    private ImmutableArray<Tensor> Gradients => _gradients.IsDefault ? _gradients = [.. _replay.Pullback(Cotangents).Select(gradient => gradient.Value)] : _gradients;

    private ImmutableArray<Cotangent> Cotangents => [.. _graph.Outputs.Zip(_weights, (output, weight) => weight is null ? default : new Cotangent(Expr.Cast(weight, output.DType)))];

    private GradientLeaf Leaf(string path, int leaf, Tensor gradient, Graph pushforward)
    {
        ImmutableArray<(int Entry, double Reverse, double? Forward, Difference Difference, double? Dual)> raw = [.. Sample(leaf).Select(entry =>
            (entry, gradient.ElementAsDouble(entry), Forward(_point, pushforward, leaf, entry), Difference.Of(Along(_point, leaf, entry), _point[leaf].ElementAsDouble(entry), Rounding), Dual(_point, leaf, entry)?.Tangent))];
        // Differences that are not sharp are no measure of anything.
        double scale = raw.SelectMany(r => (IEnumerable<double>)[r.Reverse, r.Forward ?? 0, r.Dual ?? 0, r.Difference.Error < 0.1 * Math.Abs(r.Difference.Value) ? r.Difference.Value : 0])
            .Select(Math.Abs).Where(double.IsFinite).DefaultIfEmpty().Max();
        return new(path, _graph.Parameters[leaf].Type, [.. raw.Select(r => Judge(leaf, r.Entry, r.Reverse, r.Forward, r.Difference, r.Dual, scale))]);
    }

    private double Tolerance => _checks.Tolerance ?? (_single ? 1e-3 : 1e-6);

    private double Rounding => !_single || _isWide ? 4e-15 : 4e-7;

    /// <summary>What is told at a glance where all agree; else the dispute is settled.</summary>
    private GradientEntry Judge(int leaf, int entry, double reverse, double? forward, Difference difference, double? dual, double leafScale)
    {
        // A derivative that is 0 comes out as a rounding error of the value's size.
        double scale = Math.Max(Math.Abs(difference.Value), Math.Abs(dual ?? 0)) + 1e-3 * leafScale + (_single ? 1e-3 : 1e-6) * _size + double.Epsilon;
        bool sharp = difference.Error <= 0.01 * (scale + 1e-3);
        double Distance(double derivative) => Math.Max(
            sharp ? Math.Max(0, Math.Abs(derivative - difference.Value) - 10 * difference.Error) : 0,
            Math.Max(dual is null ? 0 : Math.Abs(derivative - dual.Value), Math.Abs(derivative - reverse)));
        double error = Math.Max(Distance(reverse), Distance(forward ?? reverse)) / scale;
        var index = Index(entry, _graph.Parameters[leaf].Shape);
        return error <= Tolerance && !difference.IsKink && (sharp || dual is not null)
            ? new(index, reverse, forward, difference, dual, error, GradientVerdict.Right)
            : Disputed(leaf, entry, new(index, reverse, forward, difference, dual, error, GradientVerdict.Unclear), leafScale);
    }

    private GradientEntry Disputed(int leaf, int entry, GradientEntry glance, double leafScale)
    {
        var magnified = new Magnified(Along(_point, leaf, entry), _point[leaf].ElementAsDouble(entry), Epsilon(_single && !_isWide));
        double Finite(double? derivative) => derivative is { } d && double.IsFinite(d) ? Math.Abs(d) : 0;
        double scale = Math.Max(Finite(magnified.Difference.Value), Math.Max(Finite(glance.Dual), Finite(glance.Reverse))) + 1e-3 * leafScale + (_single ? 1e-3 : 1e-6) * _size + double.Epsilon;
        // Forward mode and dual numbers multiply the slopes of all other entries by 0, and 0·∞ is NaN.
        bool excused = Gradients.Any(gradient => Enumerable.Range(0, gradient.Size).Any(k => !double.IsFinite(gradient.ElementAsDouble(k))));
        var dispute = new Dispute(glance.Reverse, excused && double.IsNaN(glance.Forward ?? 0) ? null : glance.Forward, glance.Dual, magnified,
            Tolerance * scale + 512 * Epsilon(_single) * magnified.Nearby + (_single ? 1e-30 : 1e-290), Noise([.. Beside.Select(at => at.Gradients[leaf].ElementAsDouble(entry))]), (_scatter.IsDefault ? _scatter = GradientScatter(_point) : _scatter)[leaf][entry], scale,
            () => Noise([.. Beside.Select(at => Forward(at.Point, Pushforward(at.Point), leaf, entry) ?? double.NaN)]),
            () => IsWhole(point => point.SetItem(leaf, Moved(leaf, entry, 1.0 / (1 << 10)))) && IsWhole(point => point.SetItem(leaf, Moved(leaf, entry, 1.0 / (1 << 20)))) && IsWholeFar,
            () => Jump, () => IsBiased(leaf, entry, byDuals: true), () => IsBiased(leaf, entry, byDuals: false), () => DualsCompute(leaf, entry), () => [.. Beside[..4].Select(at => Dual(at.Point, leaf, entry)?.Tangent ?? double.NaN)]);
        var (verdict, reason) = dispute.Settle();
        if (verdict == GradientVerdict.Wrong && Array.TrueForAll([.. Beside.Select(at => at.Gradients[leaf].ElementAsDouble(entry))], Agrees))
            (verdict, reason) = (GradientVerdict.Kink, "an op has a kink just here, and gives one of its slopes; beside the point the derivative is right");
        return glance with { Difference = double.IsNaN(magnified.Difference.Value) ? glance.Difference : magnified.Difference, Verdict = verdict, Reason = reason };

        // A fault would be a fault beside the point as well.
        bool Agrees(double beside) => Math.Abs(beside - magnified.Difference.Value) < 0.01 * Math.Abs(glance.Reverse - magnified.Difference.Value);
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

    private Graph Pushforward(ImmutableArray<Tensor> point) =>
        Graph.Trace(tangents => _graph.Replay([.. point.Select(Expr.Constant)]).Pushforward([.. tangents]), [.. _graph.Parameters.Select(parameter => parameter.Type)]);

    private double? Forward(ImmutableArray<Tensor> point, Graph pushforward, int leaf, int entry)
    {
        try
        {
            var tangents = pushforward.Evaluate([.. point.Select((x, i) => Expr.Cast(i == leaf ? With(Tensor.Full(x.Shape, 0.0), entry, 1) : Tensor.Full(x.Shape, 0.0), x.DType).Value)]);
            return Weighted(tangents).Value;
        }
        catch (DerivativeException)
        {
            return null;
        }
    }

    /// <summary>The function of one entry, called anew at each point, so that branches of the host language are taken as they are there. Where it fails it has no value.</summary>
    private Func<double, (double Value, double Size)> Along(ImmutableArray<Tensor> point, int leaf, int entry) => value =>
    {
        var moved = point.SetItem(leaf, With(point[leaf], entry, value));
        try
        {
            // Single precision is too coarse to take differences in, so the graph is evaluated in double precision, where its ops allow.
            return _isWide ? Weighted([.. _graph.Evaluate<double>([.. moved.Select(Doubles)]).Select(numbers => Tensor.Of([.. numbers.Elements], numbers.Shape))])
                : Weighted(Called([.. moved.Select((x, i) => Expr.Cast(x, _point[i].DType).Value)]));
        }
        catch (AutodiffException)
        {
            return (double.NaN, double.NaN);
        }
    };

    private ImmutableArray<Tensor> Called(ImmutableArray<Tensor> point) => [.. _outputs.Flatten(_f(_inputs.Rebuild(_at, [.. point.Select(Expr.Constant)]))).Select(node => node.Value)];

    /// <summary>Does the traced graph compute the function at another point, too?</summary>
    private bool IsWhole(Func<ImmutableArray<Tensor>, ImmutableArray<Tensor>> move)
    {
        try
        {
            var moved = move(_point);
            var (called, traced) = (Called(moved), _graph.Evaluate([.. moved]));
            for (int i = 0; i < called.Length; i++)
                for (int k = 0; k < called[i].Size; k++)
                    if (called[i].ElementAsDouble(k) is var a && Math.Abs(a - traced[i].ElementAsDouble(k)) > (_single ? 2e-7 : 1e-14) * Math.Abs(a) + 1e-9 * Math.Abs(a - _replay.Outputs[i].Value.ElementAsDouble(k)))
                        return false;
            return true;
        }
        catch (AutodiffException)
        {
            return true;
        }
    }

    private bool IsWholeFar => _isWholeFar ??= ((double, double)[])[(1.05, 0.01), (0.9, -0.03), (1.2, 0.1)] is var moves
        && Array.TrueForAll(moves, move => IsWhole(point => [.. point.Select(x => Expr.Cast(Expr.Cast(x, DType.Float64) * move.Item1 + move.Item2, x.DType).Value)]));

    /// <summary>Do dual numbers compute the function's value? Not where large numbers cancel, which they round in another way.</summary>
    private bool DualsCompute(int leaf, int entry)
    {
        double value = Weighted([.. _replay.Outputs.Select(output => output.Value)]).Value;
        return Dual(_point, leaf, entry) is { Primal: var other } && Math.Abs(other - value) <= (_single ? 1e-3 : 1e-9) * Math.Max(Math.Abs(value), Math.Abs(other));
    }

    private Tensor Moved(int leaf, int entry, double by)
    {
        double x = _point[leaf].ElementAsDouble(entry);
        return Expr.Cast(With(_point[leaf], entry, x + by * Math.Max(Math.Abs(x), 0.05)), _point[leaf].DType).Value;
    }

    /// <summary>How far rounding scatters a derivative: what is left of it beside a line, at points on lines through the point, some last digits away.</summary>
    private static double Noise(double[] beside)
    {
        double noise = 0;
        for (int i = 0; i < beside.Length; i += 4)
        {
            double rest = Math.Max(Math.Abs(beside[i] + beside[i + 3] - beside[i + 1] - beside[i + 2]), Math.Abs(beside[i + 3] - beside[i] - 2 * (beside[i + 2] - beside[i + 1]))) / 2;
            noise = double.IsFinite(rest) ? Math.Max(noise, rest) : noise;
        }
        return noise;
    }

    private ImmutableArray<(ImmutableArray<Tensor> Point, ImmutableArray<Tensor> Gradients)> Beside => _beside.IsDefault ? _beside = [.. Enumerable.Range(_checks.Seed, 2).SelectMany(seed => Line(seed, s_beside, x => Epsilon(x.DType == DType.Float32)))] : _beside;

    private static readonly ImmutableArray<(double, double)> s_beside = [(-1024, 1.1), (-512, 0.7), (512, 1.3), (1024, 0.9)];

    /// <summary>The same where rounding is a small part of a derivative that is itself a rounding error at the point.</summary>
    private ImmutableArray<(ImmutableArray<Tensor> Point, ImmutableArray<Tensor> Gradients)> Around => _around.IsDefault ? _around = [.. Line(_checks.Seed, s_around, _ => 1)] : _around;

    private static readonly ImmutableArray<(double, double)> s_around = [.. ((int[])[6, 9, 12, 15]).SelectMany(digits => Math.Pow(2, -digits) is var by ? ((double, double)[])[(-by, 1), (by, 1)] : [])];

    /// <summary>Points on a line through the point.</summary>
    private IEnumerable<(ImmutableArray<Tensor> Point, ImmutableArray<Tensor> Gradients)> Line(int seed, ImmutableArray<(double, double)> steps, Func<Tensor, double> unit)
    {
        foreach (var (by, factor) in steps)
        {
            var random = new Random(seed);
            ImmutableArray<Tensor> point = [.. _point.Select(x => Beyond(x, random, by * unit(x)))];
            // With a factor on the cotangents the pullback rounds in another way, too.
            var cotangents = Cotangents.Select(cotangent => cotangent.IsNone ? cotangent : new Cotangent(cotangent.Value! * factor));
            yield return (point, [.. _graph.Replay([.. point.Select(Expr.Constant)], reverse: true).Pullback([.. cotangents]).Select(gradient => (gradient / factor).Value)]);
        }
    }

    /// <summary>
    /// Is the derivative off by the same share at points around? A rounding error differs from point to point, a fault of a rule does not. The witness is dual numbers, or else differences that refute the derivative.
    /// </summary>
    private bool IsBiased(int leaf, int entry, bool byDuals)
    {
        var around = Around.Select(at => (at.Point, Derivative: at.Gradients[leaf].ElementAsDouble(entry)))
            .Select(at => (at.Point, at.Derivative, Witness: byDuals ? Dual(at.Point, leaf, entry)?.Tangent ?? double.NaN : Refutation(at.Point, leaf, entry, at.Derivative)))
            .Where(at => double.IsFinite(at.Derivative - at.Witness)).ToImmutableArray();
        return around.Length >= 6 && (IsOneShare(at => at.Derivative) || IsOneShare(at => at.Witness))
            && around.All(at => Math.Abs(at.Derivative - at.Witness) > 8 * GradientScatter(at.Point)[leaf][entry]);

        bool IsOneShare(Func<(ImmutableArray<Tensor> Point, double Derivative, double Witness), double> of)
        {
            double[] shares = [.. around.Select(at => (at.Derivative - at.Witness) / of(at))];
            double least = shares.Select(Math.Abs).Min();
            return least > Tolerance && Array.TrueForAll(shares, share => Math.Sign(share) == Math.Sign(shares[0]) && Math.Abs(share) <= 1.5 * least);
        }
    }

    /// <summary>What differences say at a point, if they refute the derivative there.</summary>
    private double Refutation(ImmutableArray<Tensor> point, int leaf, int entry, double derivative)
    {
        var magnified = new Magnified(Along(point, leaf, entry), point[leaf].ElementAsDouble(entry), Epsilon(_single && !_isWide));
        return magnified.Kink is null && magnified.Refutes(derivative, 0) ? magnified.Difference.Value : derivative;
    }

    /// <summary>How far rounding scatters each entry of the gradient at a point.</summary>
    private ImmutableArray<double[]> GradientScatter(ImmutableArray<Tensor> point) => Scatter.Of(GradientGraph, point, _checks.Seed);

    private Graph GradientGraph => _gradientGraph ??= Graph.TraceAt(point => [.. _graph.Replay(point, reverse: true).Pullback(Cotangents)], [.. _point.Select(Expr.Constant)]);

    /// <summary>How much the gradient jumps at the point, at most: the function may have a kink there, if not along each entry.</summary>
    private double Jump => _jump ??= Gradients.SelectMany((gradient, leaf) => Enumerable.Range(0, gradient.Size).Select(entry => Noise([.. Beside.Select(at => at.Gradients[leaf].ElementAsDouble(entry))]))).Max();

    private static Tensor Beyond(Tensor x, Random random, double by)
    {
        double[] entries = [.. Enumerable.Range(0, x.Size).Select(x.ElementAsDouble)];
        double largest = entries.Select(Math.Abs).Where(double.IsFinite).Append(0).Max();
        double Magnitude(double entry) => entry != 0 ? Math.Abs(entry) : largest > 0 ? largest : 0.05;
        return Expr.Cast(Tensor.Of([.. entries.Select(entry => entry + (random.NextBool() ? 1 : -1) * (1 + random.NextDouble()) / 2 * by * Magnitude(entry))], x.Shape), x.DType).Value;
    }

    private static double Epsilon(bool single) => single ? MathF.BitIncrement(1) - 1 : Math.BitIncrement(1) - 1;

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

    private Dual<double>? Dual(ImmutableArray<Tensor> point, int leaf, int entry)
    {
        if (point.Sum(x => x.Size) > MostForDuals)
            return null;
        try
        {
            var values = _graph.Evaluate<Dual<double>>([.. point.Select((x, i) => new Numbers<Dual<double>>(x.Shape,
                [.. Enumerable.Range(0, x.Size).Select(k => new Dual<double>(x.ElementAsDouble(k), i == leaf && k == entry ? 1 : 0))]))]);
            return values.Zip(_weights, (value, weight) => weight is null ? default : value.Elements.Select((element, k) => weight.ElementAsDouble(k) * element).Aggregate(default(Dual<double>), (sum, term) => sum + term))
                .Aggregate(default(Dual<double>), (sum, term) => sum + term);
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
