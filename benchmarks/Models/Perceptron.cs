using System.Collections.Immutable;

namespace Autodiff.Functional.Benchmarks.Models;

/// <summary>W5: relu layers and softmax cross-entropy, the gradient in all weights and biases.</summary>
public static class Perceptron
{
    public sealed record Layer(Expr Weights, Expr Biases);

    /// <param name="Images">Batch × pixels.</param>
    /// <param name="Labels">A class for each.</param>
    public sealed record Inputs(Expr Images, Expr Labels);

    /// <param name="Batch">How many images.</param>
    /// <param name="Widths">Pixels, hidden units, classes.</param>
    public sealed record Sizes(int Batch, params ImmutableArray<int> Widths)
    {
        public Inputs Inputs(DType dtype) =>
            new(Data.Random(1, Shape.Of(Batch, Widths[0]), dtype), Expr.Constant(Tensor.Of([.. Enumerable.Range(0, Batch).Select(i => i * 7 % Widths[^1])])));
    }

    public static Model<ImmutableArray<Layer>> Of(Sizes sizes, DType dtype)
    {
        var inputs = sizes.Inputs(dtype);
        ImmutableArray<Layer> layers = [.. sizes.Widths.Zip(sizes.Widths.Skip(1), (from, to) =>
            new Layer(Data.Random(from, Shape.Of(from, to), dtype, Math.Sqrt(3.0 / from)), Data.Random(to, Shape.Of(to), dtype, 0.1)))];
        return new($"W5 {string.Join('-', sizes.Widths)} batch {sizes.Batch} {dtype}", p => Loss(inputs with { Images = Expr.Cast(inputs.Images, p[0].Weights.DType) }, p), layers,
            () => Reference(inputs, layers), Step: 1e-6);
    }

    public static Expr Loss(Inputs inputs, ImmutableArray<Layer> layers)
    {
        var x = inputs.Images;
        foreach (var layer in layers[..^1])
            x = Expr.Relu(Expr.MatMul(x, layer.Weights) + layer.Biases);
        var logits = Expr.MatMul(x, layers[^1].Weights) + layers[^1].Biases;
        var chosen = Expr.Squeeze(Expr.TakeAlongAxis(logits, Expr.ExpandDims(inputs.Labels, 1), 1), 1);
        return Expr.Mean(Expr.LogSumExp(logits, 1) - chosen);
    }

    private static double Reference(Inputs inputs, ImmutableArray<Layer> layers)
    {
        int[] labels = inputs.Labels.Value.ToArray<int>();
        int batch = labels.Length;
        double[] x = Data.Elements(inputs.Images);
        foreach (var layer in layers)
        {
            double[] weights = Data.Elements(layer.Weights), biases = Data.Elements(layer.Biases);
            int from = layer.Weights.Shape[0], to = layer.Weights.Shape[1];
            bool last = layer == layers[^1];
            var next = new double[batch * to];
            for (int i = 0; i < batch; i++)
            {
                for (int k = 0; k < to; k++)
                {
                    double sum = biases[k];
                    for (int j = 0; j < from; j++)
                        sum += x[i * from + j] * weights[j * to + k];
                    next[i * to + k] = last ? sum : Math.Max(0, sum);
                }
            }
            x = next;
        }
        int classes = x.Length / batch;
        return labels.Select((label, i) => Math.Log(x.Skip(i * classes).Take(classes).Sum(Math.Exp)) - x[i * classes + label]).Average();
    }
}
