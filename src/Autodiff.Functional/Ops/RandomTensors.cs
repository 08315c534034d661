namespace Autodiff.Functional;

/// <summary>Where a random number is drawn: between two bounds, and some way off 0.</summary>
/// <param name="From">The lower bound.</param>
/// <param name="To">The upper bound.</param>
/// <param name="OffZero">How far from 0 at least: for functions with a kink or a pole there.</param>
public readonly record struct Interval(double From, double To, double OffZero = 0)
{
    internal double Next(Random random)
    {
        double value;
        do
            value = From + random.NextDouble() * (To - From);
        while (Math.Abs(value) < OffZero);
        return value;
    }
}

/// <summary>Random shapes, axes and tensors, for the cases that an op is tested on.</summary>
public static class RandomTensors
{
    private static readonly Interval s_default = new(-2, 2);

    extension(Random random)
    {
        /// <summary>True or false.</summary>
        public bool NextBool() => random.Next(2) == 0;

        /// <summary>A small dimension, often 1, sometimes 0 if that is allowed.</summary>
        public int NextDimension(int minimum = 0) => Math.Max(minimum, random.Next(20) switch { 0 => 0, <= 4 => 1, <= 11 => 2, <= 16 => 3, _ => 4 });

        /// <summary>A small shape of a rank between two, empty dimensions among them if they are allowed.</summary>
        public Shape NextShape(int minRank = 0, int maxRank = 3, int minDimension = 0)
        {
            var dimensions = new int[random.Next(minRank, maxRank + 1)];
            for (int i = 0; i < dimensions.Length; i++)
                dimensions[i] = random.NextDimension(minDimension);
            return Shape.Of(dimensions);
        }

        /// <summary>Two shapes that broadcast: of one shape, each loses some leading axes, and has 1 in place of some dimensions.</summary>
        public (Shape Left, Shape Right) NextShapesThatBroadcast(int maxRank = 3)
        {
            var shape = random.NextShape(maxRank: maxRank);
            return (random.NextPartOf(shape), random.NextPartOf(shape));
        }

        /// <summary>A shape that broadcasts to another.</summary>
        public Shape NextPartOf(Shape shape)
        {
            int dropped = random.Next(3) == 0 ? random.Next(shape.Rank + 1) : 0;
            int[] dimensions = [.. shape.Slice(dropped, shape.Rank - dropped)];
            for (int i = 0; i < dimensions.Length; i++)
                dimensions[i] = random.Next(4) == 0 ? 1 : dimensions[i];
            return Shape.Of(dimensions);
        }

        /// <summary>An axis of a shape, counted from either end.</summary>
        public int NextAxis(int rank) => random.Next(-rank, rank);

        /// <summary>Some axes, in any order, counted from either end; all of them, or none.</summary>
        public Axes NextAxes(int rank)
        {
            if (random.Next(4) == 0)
                return Axes.All;
            int[] axes = [.. Enumerable.Range(0, rank)];
            random.Shuffle(axes);
            axes = axes[..random.Next(rank + 1)];
            for (int i = 0; i < axes.Length; i++)
                axes[i] -= random.Next(3) == 0 ? rank : 0;
            return Axes.Of(axes);
        }

        /// <summary>Float64 numbers, drawn evenly on an interval, −2 … 2 if none is given.</summary>
        public Tensor NextTensor(Shape shape, Interval? on = null)
        {
            var elements = new double[shape.Size];
            for (int i = 0; i < elements.Length; i++)
                elements[i] = (on ?? s_default).Next(random);
            return Tensor.Of(elements, shape);
        }

        /// <summary>Float64 square matrices over the last two axes that are far from singular, and so are their triangles: the diagonal dominates.</summary>
        public Tensor NextInvertible(Shape shape)
        {
            int n = shape[^1];
            var elements = random.NextTensor(shape, new(-1, 1)).ToArray<double>();
            for (int i = 0; i < elements.Length; i++)
                if (i / n % n == i % n)
                    elements[i] += random.NextBool() ? n + 1 : -n - 1;
            return Tensor.Of(elements, shape);
        }

        /// <summary>Float64 symmetric matrices over the last two axes, far from indefinite.</summary>
        public Tensor NextPositiveDefinite(Shape shape)
        {
            int n = shape[^1];
            var root = Expr.Constant(random.NextTensor(shape, new(-1, 1)));
            return (Expr.MatMul(root, Expr.SwapLast(root)) + (n / 2.0 + 0.5) * Expr.Eye(n)).Value;
        }

        /// <summary>Indices of an axis of some length, as Int32 or Int64; some of them count from the end.</summary>
        public Tensor NextIndices(Shape shape, int length)
        {
            var elements = new long[shape.Size];
            for (int i = 0; i < elements.Length; i++)
                elements[i] = random.Next(-length, length);
            return random.NextBool() ? Tensor.Of(elements, shape) : Tensor.Of(Array.ConvertAll(elements, i => (int)i), shape);
        }

        /// <summary>Bools.</summary>
        public Tensor NextMask(Shape shape)
        {
            var elements = new bool[shape.Size];
            for (int i = 0; i < elements.Length; i++)
                elements[i] = random.NextBool();
            return Tensor.Of(elements, shape);
        }
    }
}
