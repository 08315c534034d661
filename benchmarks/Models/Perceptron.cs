using System.Collections.Immutable;

namespace Autodiff.Functional.Benchmarks.Models;

/// <summary>W5: relu layers and softmax cross-entropy, the gradient in all weights and biases.</summary>
public static class Perceptron
{
    public sealed record Layer(Expr Weights, Expr Biases);

    public static Model<ImmutableArray<Layer>> Of(DType dtype, int batch, params ImmutableArray<int> widths)
    {
        var images = Data.Random(1, Shape.Of(batch, widths[0]), dtype);
        int[] labels = [.. Enumerable.Range(0, batch).Select(i => i * 7 % widths[^1])];
        ImmutableArray<Layer> layers = [.. widths.Zip(widths.Skip(1), (from, to) =>
            new Layer(Data.Random(from, Shape.Of(from, to), dtype, Math.Sqrt(3.0 / from)), Data.Random(to, Shape.Of(to), dtype, 0.1)))];
        return new($"W5 {string.Join('-', widths)} batch {batch} {dtype}", p => Loss(Expr.Cast(images, p[0].Weights.DType), Expr.Constant(Tensor.Of(labels)), p), layers, () => Reference(images, labels, layers), Step: 1e-6);
    }

    public static Expr Loss(Expr images, Expr labels, ImmutableArray<Layer> layers)
    {
        var x = images;
        foreach (var layer in layers[..^1])
            x = Expr.Relu(Expr.MatMul(x, layer.Weights) + layer.Biases);
        var logits = Expr.MatMul(x, layers[^1].Weights) + layers[^1].Biases;
        var chosen = Expr.Squeeze(Expr.TakeAlongAxis(logits, Expr.ExpandDims(labels, 1), 1), 1);
        return Expr.Mean(Expr.LogSumExp(logits, 1) - chosen);
    }

    private static double Reference(Expr images, int[] labels, ImmutableArray<Layer> layers)
    {
        int batch = labels.Length;
        double[] x = Data.Elements(images);
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
