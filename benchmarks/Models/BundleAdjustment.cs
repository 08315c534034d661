namespace Autodiff.Functional.Benchmarks.Models;

/// <summary>ADBench's bundle adjustment: cameras see points; the residuals of all observations, and their sparse Jacobian.</summary>
public static class BundleAdjustment
{
    /// <summary>What one observation depends on.</summary>
    /// <param name="Camera">11: rotation [3], centre [3], focal length, principal point [2], radial distortion [2].</param>
    /// <param name="Point">3.</param>
    /// <param name="Weight">A scalar.</param>
    public sealed record Seen(Expr Camera, Expr Point, Expr Weight);

    /// <summary>The problem: observation i is of camera <c>CameraOf[i]</c> and point <c>PointOf[i]</c>.</summary>
    public sealed record Problem(Expr Cameras, Expr Points, Expr Weights, Expr Features, Expr CameraOf, Expr PointOf)
    {
        /// <summary>What each observation depends on, with a leading axis.</summary>
        public (Seen Seen, Expr Feature) Observations => (new(Expr.Take(Cameras, CameraOf), Expr.Take(Points, PointOf), Weights), Features);

        /// <summary>0, 1 … count − 1, and again.</summary>
        public static Expr RoundRobin(int length, int count) => Expr.Constant(Tensor.Of([.. Enumerable.Range(0, length).Select(i => i % count)]));
    }

    /// <summary>How far an observation is from where the camera should see the point, weighted: 2 numbers.</summary>
    public static Expr Residual(Seen seen, Expr feature)
    {
        var camera = seen.Camera;
        Expr rotation = camera[0..3], centre = camera[3..6], focal = camera[6], principal = camera[7..9], radial = camera[9..11];
        var turned = Rotate(rotation, seen.Point - centre);
        var projected = turned[0..2] / turned[2];
        var squared = Expr.Sum(Expr.Square(projected));
        var distorted = projected * (1 + radial[0] * squared + radial[1] * Expr.Square(squared));
        return seen.Weight * (focal * distorted + principal - feature);
    }

    /// <summary>Rodrigues' formula: a vector turned about an axis by the axis' length.</summary>
    private static Expr Rotate(Expr axis, Expr x)
    {
        var squared = Expr.Sum(Expr.Square(axis));
        var angle = Expr.Sqrt(squared);
        Expr cross = Expr.Cross(axis, x), cosine = Expr.Cos(angle);
        var turned = x * cosine + cross * (Expr.Sin(angle) / angle) + axis * (Expr.Sum(axis * x) * (1 - cosine) / squared);
        return Expr.Where(Expr.Equal(squared, 0.0), x + cross, turned);
    }

    /// <summary>The residual of a weight, which keeps it from vanishing.</summary>
    public static Expr WeightResidual(Expr weight) => 1 - Expr.Square(weight);

    /// <summary>All residuals: 2 numbers for each observation, and one for each weight.</summary>
    public static (Expr Residuals, Expr Weights) Residuals(Problem problem) =>
        Ad.Vmap(((Seen Seen, Expr Feature) o) => (Residual(o.Seen, o.Feature), WeightResidual(o.Seen.Weight)), problem.Observations);

    /// <summary>The sparse Jacobian's entries: for each observation two rows over camera, point and weight; then for each weight its residual's derivative.</summary>
    public static (Expr Rows, Expr Weights) Jacobian(Problem problem) => Ad.Vmap(((Seen Seen, Expr Feature) o) =>
    {
        var rows = Ad.Jacobian(seen => Residual(seen, o.Feature), o.Seen);
        return (Expr.Concatenate([rows.Camera, rows.Point, Expr.ExpandDims(rows.Weight, 1)], 1), Ad.Grad(WeightResidual, o.Seen.Weight));
    }, problem.Observations);

    /// <summary>In what the Jacobian differs from central differences, on cameras, points, weights and features that all differ, one camera without rotation.</summary>
    public static IEnumerable<string> Faults()
    {
        const int Observations = 12;
        Expr mixed = Data.Random(1, Shape.Of(5, 11), scale: 0.5), still = Expr.Constant(new double[] { 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1 });
        var problem = new Problem(Expr.Concatenate([mixed[..4], Expr.ExpandDims(mixed[4] * still, 0)]), Data.Random(2, Shape.Of(4, 3)) + 3, Data.Random(3, Shape.Of(Observations)),
            Data.Random(4, Shape.Of(Observations, 2)), Problem.RoundRobin(Observations, 5), Problem.RoundRobin(Observations, 4));
        var (rows, weights) = Jacobian(problem);
        var (seen, feature) = problem.Observations;
        for (int i = 0; i < Observations; i++)
        {
            // Parameter j of an observation alone, moved by a step.
            double[] differences = [.. Enumerable.Range(0, 30).Select(entry => Agreement.Difference(step => (double)Residual(Moved(i, entry % 15, step), feature[i])[entry / 15]))];
            if (Agreement.Fault($"BA: the Jacobian of observation {i}", Data.Elements(rows[i]), differences, 1e-8) is { } fault)
                yield return fault;
            if (Agreement.Fault($"BA: the derivative of weight residual {i}", (double)weights[i], Agreement.Difference(step => (double)WeightResidual(seen.Weight[i] + step)), 1e-8) is { } weight)
                yield return weight;
        }

        Seen Moved(int observation, int parameter, double step)
        {
            var all = Expr.Concatenate([seen.Camera[observation], seen.Point[observation], Expr.Reshape(seen.Weight[observation], 1)]);
            var moved = all.At(parameter).Add(step);
            return new(moved[..11], moved[11..14], moved[14]);
        }
    }
}
