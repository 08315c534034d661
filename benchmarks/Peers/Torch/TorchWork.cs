using System.Collections.Immutable;
using Autodiff.Functional;
using Autodiff.Functional.Benchmarks;
using Autodiff.Functional.Benchmarks.Models;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Peers;

/// <summary>The models once more, as a user of TorchSharp writes them; the data are the models' own.</summary>
public static class TorchWork
{
    public static Work W1 => Scalar(inputs =>
    {
        Tensor x = inputs[0], y = inputs[1], z = x;
        for (int i = 0; i < 5; i++)
            z = tanh(sin(z * y) + 0.5 * x);
        return z;
    }, Scalars.SmallGraph.At.X, Scalars.SmallGraph.At.Y);

    public static Work W2(int links, Expr at) => Scalar(inputs =>
    {
        var z = inputs[0];
        for (int i = 0; i < links; i++)
            z = sin(z) * 1e-5 + z;
        return z;
    }, at);

    public static Work W3(Expr at) => Scalar(inputs => inputs[0] is var x ? (exp(-x.square()) * sin(x) + log(1 + x.square())).sum() : throw new InvalidOperationException(), at);

    public static Work W4(LogisticRegression.Inputs data, Expr at)
    {
        Tensor features = Of(data.Features), labels = Of(data.Labels);
        return Scalar(inputs => nn.functional.softplus(-labels * features.mv(inputs[0])).mean(), at);
    }

    public static Work W5(Perceptron.Inputs data, ImmutableArray<Perceptron.Layer> layers)
    {
        var images = Of(data.Images);
        var labels = tensor(data.Labels.Value.ToArray<int>()).to(ScalarType.Int64);
        return Scalar(inputs =>
        {
            var x = images;
            for (int i = 0; i < inputs.Count; i += 2)
            {
                x = addmm(inputs[i + 1], x, inputs[i], 1, 1);
                if (i + 2 < inputs.Count)
                    x = nn.functional.relu(x);
            }
            return nn.functional.cross_entropy(x, labels);
        }, [.. layers.SelectMany(layer => new[] { layer.Weights, layer.Biases })]);
    }

    public static Work W7(Expr left, Expr right)
    {
        Tensor a = Of(left), b = Of(right);
        var last = new Kept();
        return new(new(() => last.Set(a.matmul(b)), () => last.Elements()), null, HasValue: false);
    }

    public static Work W8 => Scalar(inputs =>
    {
        Tensor matrix = inputs[0], v = inputs[1];
        for (int i = 0; i < 15; i++)
            v = tanh(matrix.mv(v));
        return v.sum();
    }, Recurrence.Small.At.Matrix, Recurrence.Small.At.Vector);

    /// <summary>A scalar function: its value, and its value and gradient.</summary>
    private static Work Scalar(Func<IReadOnlyList<Tensor>, Tensor> f, params ImmutableArray<Expr> at)
    {
        Tensor[] plain = [.. at.Select(Of)], inputs = [.. at.Select(x => Of(x).requires_grad_(true))];
        Kept function = new(), derivative = new();
        return new(
            new(() =>
            {
                using var nothing = no_grad();
                using var scope = NewDisposeScope();
                function.Set(f(plain).MoveToOuterDisposeScope());
            }, function.Elements),
            new(() =>
            {
                using var scope = NewDisposeScope();
                var loss = f(inputs);
                var gradients = autograd.grad([loss], inputs);
                derivative.Set([loss.detach().MoveToOuterDisposeScope(), .. gradients.Select(gradient => gradient.MoveToOuterDisposeScope())]);
            }, derivative.Elements), HasValue: true);
    }

    private static Tensor Of(Expr x)
    {
        long[] shape = [.. x.Shape.Select(dimension => (long)dimension)];
        return x.DType == DType.Float32 ? tensor(x.Value.ToArray<float>(), shape) : tensor(x.Value.ToArray<double>(), shape);
    }

    /// <summary>The result of the last run; the one before is given back.</summary>
    private sealed class Kept
    {
        private Tensor[] _tensors = [];

        public void Set(params Tensor[] tensors)
        {
            foreach (var tensor in _tensors)
                tensor.Dispose();
            _tensors = tensors;
        }

        public ImmutableArray<double> Elements() => [.. _tensors.SelectMany(tensor => tensor.to(ScalarType.Float64).contiguous().data<double>().ToArray())];
    }
}
