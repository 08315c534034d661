using System.Collections.Immutable;

namespace Autodiff.Functional.Benchmarks.Models;

/// <summary>The models that need no file, at the sizes of the table.</summary>
public static class Rows
{
    public static Model<Expr> W2 { get; } = Scalars.LongChain(100_000);

    public static Model<Expr> W3 { get; } = Elementwise.Of(1_000_000);

    public static LogisticRegression.Inputs W4Inputs { get; } = LogisticRegression.Inputs.Of(10_000, 100);

    public static Model<Expr> W4 { get; } = LogisticRegression.Of(W4Inputs);

    public static ImmutableArray<(Perceptron.Sizes Sizes, DType DType)> W5Sizes { get; } =
    [
        .. from sizes in new Perceptron.Sizes[] { new(64, 784, 128, 10), new(128, 784, 512, 256, 10) }
           from dtype in new[] { DType.Float32, DType.Float64 }
           select (sizes, dtype),
    ];

    public static ImmutableArray<Model<ImmutableArray<Perceptron.Layer>>> W5 { get; } = [.. W5Sizes.Select(row => Perceptron.Of(row.Sizes, row.DType))];

    public static ImmutableArray<MatrixProduct> W7 { get; } = [new(256, DType.Float32), new(256, DType.Float64), new(1024, DType.Float32), new(1024, DType.Float64)];

    public static IEnumerable<Model> All => [Scalars.SmallGraph, W2, Scalars.LongLoop(100_000), W3, W4, .. W5, .. W7, Recurrence.Small];
}
