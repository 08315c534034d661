using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Autodiff.Functional.Properties.Structures;

/// <summary>Types as users write them.</summary>
public static class Zoo
{
    public sealed record Positional(Expr W, Expr B);

    public record Unsealed(Expr W, string Name);

    public sealed record Derived(Expr W, string Name, Expr Extra) : Unsealed(W, Name);

    public sealed record Init
    {
        public required Expr W { get; init; }
        public Expr B { get; init; } = 0.0;
        public string Name { get; init; } = "";
        public int Depth { get; init; }
    }

    public sealed record Optional(Expr W, Expr? B);

    public sealed record Computed(Expr W, Expr B)
    {
        public Expr Sum => W + B;
        public static Positional Shared { get; } = new(1.0, 2.0);
    }

    public sealed record Generic<T>(T Value, T Other, int Count);

    public readonly record struct Point(Expr X, Expr Y);

    public record struct Changing(Expr X, double Rate);

    public readonly record struct Tagged<T>(T Value, string Tag) where T : class;

    [SuppressMessage("Design", "CA1051", Justification = "a case")]
    public struct Fields
    {
        public Expr X;
        public int N;
    }

    public readonly struct Constructed(Expr x, int n)
    {
        public Expr X { get; } = x;
        public int N { get; } = n;
    }

    public sealed class Dense(Expr weight, Expr bias, Func<Expr, Expr> activation)
    {
        public Expr Weight { get; } = weight;
        public Expr Bias { get; } = bias;
        public Func<Expr, Expr> Activation { get; } = activation;
    }

    public sealed class Backed
    {
        private readonly Expr _w;

        public Backed(Expr w, string name) => (_w, Name) = (w, name);

        public Expr W => _w;
        public string Name { get; }
    }

    public sealed class InitOnly
    {
        public Expr W { get; init; } = 0.0;
        public string Name { get; init; } = "";
    }

    public class Animal(Expr legs)
    {
        public Expr Legs { get; } = legs;
    }

    public sealed class Bird(Expr legs, Expr wings) : Animal(legs)
    {
        public Expr Wings { get; } = wings;
    }

    // A union, as one writes it in C#.
    public abstract record Layer;

    public sealed record Affine(Expr W, Expr B) : Layer;

    public sealed record Dropout(double Rate) : Layer;

    public sealed record Residual(ImmutableArray<Layer> Inner) : Layer;

    public sealed record Tree(Expr Value, Tree? Left, Tree? Right);

    public sealed record Chain(Expr Head, Chain? Tail);

    public sealed record Network(ImmutableArray<Layer> Layers, string Name, Tensor Mean, double Momentum, Delegate? Loss, Type Kind, int[] Sizes);

    public interface IShape;

    public sealed record Circle(Expr Radius) : IShape;

    public readonly record struct Box(Expr Side) : IShape;

    public sealed class WithViews(Expr w, double[] data)
    {
        public Expr W { get; } = w;
        public double[] Data { get; } = data;
        public ReadOnlySpan<double> Span => Data;
        public ref double First => ref Data[0];
    }

    public class Bag(Expr[] items) : IReadOnlyList<Expr>
    {
        private Expr[] _items = items;

        public Expr this[int index] => _items[index];
        public int Count => _items.Length;
        public void Clear() => _items = [];
        public IEnumerator<Expr> GetEnumerator() => ((IEnumerable<Expr>)_items).GetEnumerator();
        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    public sealed record Drawing(IReadOnlyList<IShape> Shapes, object? Tag);

    // ---- what can't be rebuilt ----

    public sealed class Counter
    {
        public Expr Value { get; set; } = 0.0;
    }

    public sealed record HoldsCounter(Expr W, ImmutableArray<Counter> Counters);

    public sealed class Hidden(Expr w)
    {
        public Expr Twice() => w + w;
    }

    public sealed class Misnamed
    {
        public Misnamed(Expr weights) => W = weights;

        public Expr W { get; }
    }

    public sealed class Partial
    {
        public Partial(Expr w) => (W, B) = (w, 1.0);

        public Expr W { get; }
        public Expr B { get; }
    }

    public sealed record Knot(Expr W, object?[] Links);
}
