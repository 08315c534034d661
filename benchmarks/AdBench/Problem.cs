using System.Collections.Immutable;
using System.Globalization;
using Autodiff.Functional.Benchmarks.Models;

namespace Autodiff.Functional.Benchmarks.AdBench;

/// <summary>A problem of the ADBench suite, read from one of its files: https://github.com/microsoft/ADBench.</summary>
public abstract record Problem
{
    /// <summary>The function and its derivative, whose leaves are in the suite's order.</summary>
    public abstract Work Prepare(CompileOptions options);

    /// <summary>With the options that users have, but for the threads.</summary>
    public Work Prepare(int threads) => Prepare(new CompileOptions { Threads = threads });

    /// <summary>The one number that stands for the function's values.</summary>
    public abstract double Objective(ImmutableArray<double> values);

    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="FormatException">It is not of the format.</exception>
    public static Problem Read(string kind, string path) => kind switch
    {
        "gmm" => GmmProblem.Read(new(path)),
        "lstm" => LstmProblem.Read(new(path)),
        "ba" => BaProblem.Read(new(path)),
        _ => throw new ArgumentException($"The problems are gmm, lstm and ba, not '{kind}'."),
    };
}

/// <summary>File: D K N; α; μ; factors; points; γ m.</summary>
public sealed record GmmProblem(GaussianMixture.Parameters At, GaussianMixture.Observations Data) : Problem
{
    public static GmmProblem Read(NumberFile file)
    {
        int dimensions = file.Count("D"), components = file.Count("K"), points = file.Count("N");
        var at = new GaussianMixture.Parameters(file.Tensor(Shape.Of(components), "a weight α"), file.Tensor(Shape.Of(components, dimensions), "a mean μ"),
            file.Tensor(Shape.Of(components, dimensions * (dimensions + 1) / 2), "a factor q, l"));
        return new(at, new(file.Tensor(Shape.Of(points, dimensions), "a point x"), file.Next("γ"), file.Count("m")));
    }

    /// <summary>A file's lines with only the first of its points.</summary>
    public static IEnumerable<string> WithFewerPoints(string[] lines, int points)
    {
        string[] header = lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int before = 1 + 3 * int.Parse(header[1], CultureInfo.InvariantCulture);
        return [$"{header[0]} {header[1]} {points}", .. lines[1..(before + points)], lines.Last(line => !string.IsNullOrWhiteSpace(line))];
    }

    public override Work Prepare(CompileOptions options) => Work.Of(p => GaussianMixture.LogPosterior(p, Data), At, options);

    public override double Objective(ImmutableArray<double> values) => values.Single();
}

/// <summary>File: layers, characters, bits; main parameters; extra parameters; state; sequence.</summary>
public sealed record LstmProblem(Lstm.Parameters At, ImmutableArray<Lstm.State> Start, Expr Sequence) : Problem
{
    public static LstmProblem Read(NumberFile file)
    {
        int layers = file.Count("the number of layers"), characters = file.Count("the number of characters"), bits = file.Count("the number of bits");
        var at = new Lstm.Parameters(file.Tensor(Shape.Of(layers, 2, 4, bits), "a main parameter"), file.Tensor(Shape.Of(3, bits), "an extra parameter"));
        var states = file.Tensor(Shape.Of(layers, 2, bits), "a state");
        return new(at, [.. Enumerable.Range(0, layers).Select(layer => new Lstm.State(states[layer, 0], states[layer, 1]))],
            file.Tensor(Shape.Of(characters, bits), "the sequence"));
    }

    public override Work Prepare(CompileOptions options) => Work.Of(p => Lstm.Loss(p, Start, Sequence), At, options);

    public override double Objective(ImmutableArray<double> values) => values.Single();
}

/// <summary>File: n m p; one camera, point, weight and feature, which are repeated n, m, p and p times.</summary>
public sealed record BaProblem(BundleAdjustment.Problem At) : Problem
{
    public static BaProblem Read(NumberFile file)
    {
        int cameras = file.Count("n"), points = file.Count("m"), observations = file.Count("p");
        Expr camera = file.Tensor(Shape.Of(11), "a camera"), point = file.Tensor(Shape.Of(3), "a point"), weight = file.Tensor(Shape.Of(1), "a weight"), feature = file.Tensor(Shape.Of(2), "a feature");
        return new(new BundleAdjustment.Problem(Repeated(camera, cameras), Repeated(point, points), Expr.Squeeze(Repeated(weight, observations), 1), Repeated(feature, observations),
            BundleAdjustment.Problem.RoundRobin(observations, cameras), BundleAdjustment.Problem.RoundRobin(observations, points)));
    }

    private static Expr Repeated(Expr x, int times)
    {
        double[] one = Models.Data.Elements(x), all = new double[times * one.Length];
        for (int i = 0; i < times; i++)
            one.CopyTo(all.AsSpan(i * one.Length));
        return Expr.Constant(Tensor.Of(all, x.Shape.Insert(0, times)));
    }

    public override Work Prepare(CompileOptions options) => Work.Of(BundleAdjustment.Residuals, BundleAdjustment.Jacobian, At, options);

    /// <summary>The sum of squares of all residuals.</summary>
    public override double Objective(ImmutableArray<double> values) => Agreement.SumOfSquares(values.AsSpan());
}
