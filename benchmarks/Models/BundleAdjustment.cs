namespace Autodiff.Functional.Benchmarks.Models;

/// <summary>ADBench's bundle adjustment: cameras see points; the residuals of all observations, and their sparse Jacobian.</summary>
public static class BundleAdjustment
{
    public sealed record Vector(Expr X, Expr Y, Expr Z)
    {
        public static Vector Of(Expr x) => new(x[0], x[1], x[2]);
        public static Vector operator -(Vector a, Vector b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);
        public static Vector operator +(Vector a, Vector b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);
        public static Vector operator *(Vector a, Expr b) => new(a.X * b, a.Y * b, a.Z * b);
        public static Expr Dot(Vector a, Vector b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;
        public static Vector Cross(Vector a, Vector b) => new(a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X);
        public static Vector Where(Expr condition, Vector a, Vector b) => new(Expr.Where(condition, a.X, b.X), Expr.Where(condition, a.Y, b.Y), Expr.Where(condition, a.Z, b.Z));
    }

    /// <summary>Eleven numbers: the principal point is (U, V), the radial distortion K1, K2.</summary>
    public sealed record Camera(Vector Rotation, Vector Centre, Expr Focal, Expr U, Expr V, Expr K1, Expr K2)
    {
        public static Camera Of(Expr x) => new(Vector.Of(x[0..3]), Vector.Of(x[3..6]), x[6], x[7], x[8], x[9], x[10]);
    }

    /// <summary>What one observation depends on.</summary>
    public sealed record Seen(Camera Camera, Vector Point, Expr Weight);

    /// <summary>One observation, as it comes out of arrays: what it depends on, and where the camera saw the point.</summary>
    public sealed record Observation(Expr Camera, Expr Point, Expr Weight, Expr Feature)
    {
        public Seen Seen => new(BundleAdjustment.Camera.Of(Camera), Vector.Of(Point), Weight);
    }

    /// <summary>The problem: observation i is of camera <c>CameraOf[i]</c> and point <c>PointOf[i]</c>.</summary>
    public sealed record Problem(Expr Cameras, Expr Points, Expr Weights, Expr Features, Expr CameraOf, Expr PointOf)
    {
        /// <summary>All observations, along a leading axis.</summary>
        public Observation Observations => new(Expr.Take(Cameras, CameraOf), Expr.Take(Points, PointOf), Weights, Features);

        /// <summary>0, 1 … count − 1, and again.</summary>
        public static Expr RoundRobin(int length, int count) => Expr.Constant(Tensor.Of([.. Enumerable.Range(0, length).Select(i => i % count)]));
    }

    /// <summary>How far an observation is from where the camera should see the point, weighted.</summary>
    public static (Expr X, Expr Y) Residual(Seen seen, Expr feature)
    {
        var (camera, point, weight) = seen;
        var turned = Rotate(camera.Rotation, point - camera.Centre);
        Expr x = turned.X / turned.Z, y = turned.Y / turned.Z, squared = x * x + y * y;
        var scale = camera.Focal * (1 + camera.K1 * squared + camera.K2 * squared * squared);
        return (weight * (scale * x + camera.U - feature[0]), weight * (scale * y + camera.V - feature[1]));
    }

    /// <summary>Rodrigues' formula: a vector turned about an axis by the axis' length.</summary>
    private static Vector Rotate(Vector axis, Vector v)
    {
        var squared = Vector.Dot(axis, axis);
        var angle = Expr.Sqrt(squared);
        var cosine = Expr.Cos(angle);
        var cross = Vector.Cross(axis, v);
        var turned = v * cosine + cross * (Expr.Sin(angle) / angle) + axis * (Vector.Dot(axis, v) * (1 - cosine) / squared);
        return Vector.Where(Expr.Equal(squared, 0.0), v + cross, turned);
    }

    /// <summary>The residual of a weight, which keeps it from vanishing.</summary>
    public static Expr WeightResidual(Expr weight) => 1 - Expr.Square(weight);

    /// <summary>All residuals: 2 numbers for each observation, and one for each weight.</summary>
    public static (Expr Residuals, Expr Weights) Residuals(Problem problem) => Ad.Vmap((Observation o) =>
    {
        var (x, y) = Residual(o.Seen, o.Feature);
        return (Expr.Stack([x, y]), WeightResidual(o.Weight));
    }, problem.Observations);

    /// <summary>The sparse Jacobian's entries: for each observation two rows over camera, point and weight; then for each weight its residual's derivative.</summary>
    public static (Expr Rows, Expr Weights) Jacobian(Problem problem) => Ad.Vmap((Observation o) =>
    {
        var jacobian = Ad.Jacobian(seen => Residual(seen, o.Feature), o.Seen);
        var entries = Structure.Leaves((jacobian[r => r.X], jacobian[r => r.Y])).Select(leaf => leaf.Node);
        return (Expr.Stack(entries), Ad.Grad(WeightResidual, o.Weight));
    }, problem.Observations);

    /// <summary>In what the Jacobian differs from central differences, on cameras, points, weights and features that all differ, one camera without rotation.</summary>
    public static IEnumerable<string> Faults()
    {
        const int Observations = 12;
        Expr mixed = Data.Random(1, Shape.Of(5, 11), scale: 0.5), still = Expr.Constant(new double[] { 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1 });
        var problem = new Problem(Expr.Concatenate([mixed[..4], Expr.ExpandDims(mixed[4] * still, 0)]), Data.Random(2, Shape.Of(4, 3)) + 3, Data.Random(3, Shape.Of(Observations)),
            Data.Random(4, Shape.Of(Observations, 2)), Problem.RoundRobin(Observations, 5), Problem.RoundRobin(Observations, 4));
        var (rows, weights) = Jacobian(problem);
        var all = problem.Observations;
        for (int i = 0; i < Observations; i++)
        {
            double[] differences = [.. Enumerable.Range(0, 30).Select(entry => Agreement.Difference(step => Residual(i, entry % 15, step) is var (x, y) ? (double)(entry < 15 ? x : y) : 0))];
            if (Agreement.Fault($"BA: the Jacobian of observation {i}", Data.Elements(rows[i]), differences, 1e-8) is { } fault)
                yield return fault;
            if (Agreement.Fault($"BA: the derivative of weight residual {i}", (double)weights[i], Agreement.Difference(step => (double)WeightResidual(all.Weight[i] + step)), 1e-8) is { } weight)
                yield return weight;
        }

        // The residual of an observation where one of its 15 parameters is moved.
        (Expr, Expr) Residual(int observation, int parameter, double step)
        {
            var numbers = Expr.Concatenate([all.Camera[observation], all.Point[observation], Expr.Reshape(all.Weight[observation], 1)]).At(parameter).Add(step);
            return BundleAdjustment.Residual(new Observation(numbers[..11], numbers[11..14], numbers[14], all.Feature[observation]).Seen, all.Feature[observation]);
        }
    }
}
