using System.Collections.Immutable;
using Autodiff.Functional.FsCheck;
using Autodiff.Functional.Properties.Ops;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Autodiff.Functional.Properties.FsCheckPackage;

/// <summary>The package as a user calls it: what is right passes, what is wrong is found and made small.</summary>
public sealed class PackageTests
{
    private sealed record Layer(Expr Weight, Expr Bias);

    private sealed record Network(ImmutableArray<Layer> Layers, string Name);

    private static readonly Network s_network = new([new(Expr.Zeros([3, 2]), Expr.Zeros([3])), new(Expr.Zeros([1, 3]), Expr.Zeros([1]))], "xor");

    private static Expr Loss(Network network) =>
        Expr.Sum(Expr.Square(network.Layers.Aggregate((Expr)Tensor.Of([0.5, -1]), (x, layer) => Expr.Tanh(Expr.MatMul(layer.Weight, x) + layer.Bias)) - 0.5));

    // A sine whose slope is wrong beyond 1, so that most small cases pass.
    private static readonly Func<Expr, Expr> s_wrong = Ad.CustomVjp((Expr x) => (Expr.Sin(x), x), (x, c) => c * Expr.Where(x > 1, -Expr.Cos(x), Expr.Cos(x)));

    private static void Try(Property property, int cases) => Check.One(Config.QuickThrowOnFailure.WithMaxTest(Cases.Of(cases)).WithQuietOnSuccess(true).WithReplay(1, 0x9E3779B97F4A7C15), property);

    [Fact]
    public void A_model_is_trainable() => Try(ModelProperties.Trainable(Loss, s_network), 5);

    [Fact]
    public void A_function_agrees_with_itself()
    {
        Try(GradientProperties.Agree<Expr, Expr>(x => Expr.Sin(x) * x, Generate.Node([3])), 20);
        Try(GradientProperties.AgreeInSecondOrder<Expr>(x => Expr.Sum(Expr.Log(x) * x), Generate.Node([3], new(0.5, 3))), 20);
        Try(GradientProperties.Agree<Network, Layer>(n => n.Layers[0] with { Bias = Expr.Exp(n.Layers[1].Weight) }, Generate.Like(s_network)), 5);
    }

    [Fact]
    public void Ops_are_lawful()
    {
        Try(OpProperties.Lawful<Cube>(), 20);
        Try(OpProperties.Lawful<Gudermannian>(), 20);
        Try(OpProperties.Lawful<VectorProduct>(), 20);
        Try(OpProperties.Lawful<Differences>(), 20);
    }

    [Fact]
    public void A_wrong_rule_is_found_and_made_small()
    {
        // The smallest: the others are 1 or ½, where the rule is right, and the one that is wrong stands alone.
        string message = Failure(GradientProperties.Agree<Expr, Expr>(x => Expr.Sum(s_wrong(x)), Generate.Node([2, 3])));
        Assert.Contains("The sign is the wrong way round", message, StringComparison.Ordinal);
        string shrunk = message[message.IndexOf("Shrunk", StringComparison.Ordinal)..];
        var numbers = System.Text.RegularExpressions.Regex.Matches(shrunk[..shrunk.IndexOf("with exception", StringComparison.Ordinal)], @"-?\d+\.\d+|-?\d+").Select(match => double.Parse(match.Value, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.Single(numbers, number => number is > 1 and < 2 && number != Math.Floor(number));
    }

    [Fact]
    public void A_wrong_op_is_found_and_made_small()
    {
        string message = Failure(OpProperties.Lawful(OpInfo.Unary("WrongCube", Unary<WrongCube>.Of, "x³", "2·x²·d")));
        Assert.Contains("It is 0.6666667 times what it should be", message, StringComparison.Ordinal);
        string shrunk = message[message.IndexOf("Shrunk", StringComparison.Ordinal)..];
        Assert.Contains("Shape.Of()", shrunk, StringComparison.Ordinal);     // a scalar
        Assert.Contains("no static property", Assert.Throws<InvalidOperationException>(() => OpProperties.Lawful<string>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_generated_is_what_was_asked_for_and_so_is_what_it_shrinks_to()
    {
        static bool All<T>(Arbitrary<T> arbitrary, Func<T, bool> holds) =>
            arbitrary.Generator.Sample(100).All(drawn => holds(drawn) && arbitrary.Shrinker(drawn).Take(50).All(holds));
        Assert.True(All(Generate.Shape(1, 2, 2), shape => shape.Rank is 1 or 2 && shape.All(dimension => dimension >= 2)));
        Assert.True(All(Generate.Tensor(maxRank: 2, on: new(0.7, 3)), x => x.Shape.Rank <= 2 && x.ToArray<double>().All(e => e is >= 0.7 and <= 3)));
        Assert.True(All(Generate.Tensor(Shape.Of(2, 2)), x => x.Shape == Shape.Of(2, 2)));
        Assert.True(All(Generate.Like((Expr.Scalar(1f), 3, Expr.Constant(Tensor.Of([1, 2])))), p => p.Item1.DType == DType.Float32 && p.Item2 == 3 && p.Item3.Value.Equals(Tensor.Of([1, 2]))));
    }

    private static string Failure(Property property)
    {
        var failed = Assert.ThrowsAny<Exception>(() => Try(property, 50));
        return $"{failed.Message}{failed.InnerException?.Message}";
    }

    private readonly struct WrongCube : IUnary
    {
        // It is no entry of the catalogue of this assembly: that one's laws are for right ones.
        public static T Apply<T>(T x) where T : IElementary<T> => x * x * x;
        public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Literal(2) * x * x;
    }
}
