using FsCheck.Xunit;
using Xunit;
using D = Autodiff.Functional.Dual<Autodiff.Functional.Dual<double>>;

namespace Autodiff.Functional.Properties.Duals;

/// <summary>Dual numbers are a commutative ring, and their tangents obey the rules of differentiation. Exact, on whole numbers.</summary>
[Properties(Arbitrary = [typeof(Given)])]
public sealed class AlgebraLaws
{
    [Sampled(100)] public void Addition_is_commutative(Exact x, Exact y) => Same(x.Value + y.Value, y.Value + x.Value);
    [Sampled(100)] public void Addition_is_associative(Exact x, Exact y, Exact z) => Same(x.Value + y.Value + z.Value, x.Value + (y.Value + z.Value));
    [Sampled(100)] public void Zero_is_neutral(Exact x) => Same(x.Value + D.Zero, x.Value);
    [Sampled(100)] public void Negation_is_inverse(Exact x) => Same(x.Value + -x.Value, D.Zero);
    [Sampled(100)] public void Subtraction_adds_the_negation(Exact x, Exact y) => Same(x.Value - y.Value, x.Value + -y.Value);
    [Sampled(100)] public void Multiplication_is_commutative(Exact x, Exact y) => Same(x.Value * y.Value, y.Value * x.Value);
    [Sampled(100)] public void Multiplication_is_associative(Exact x, Exact y, Exact z) => Same(x.Value * y.Value * z.Value, x.Value * (y.Value * z.Value));
    [Sampled(100)] public void One_is_neutral(Exact x) => Same(x.Value * D.One, x.Value);
    [Sampled(100)] public void Multiplication_distributes(Exact x, Exact y, Exact z) => Same(x.Value * (y.Value + z.Value), x.Value * y.Value + x.Value * z.Value);
    [Sampled(100)] public void Increment_adds_one(Exact x) { var y = x.Value; y++; Same(y--, x.Value + D.One); Same(y, x.Value); }
    [Sampled(100)] public void Literals_are_constants(Exact x) { Same(2 * x.Value - 3, x.Value * 2.0 + -3.0); Same(x.Value % 2, x.Value % D.CreateChecked(2)); }

    [Sampled(100)]
    public void Epsilon_squared_is_zero(Whole t) => Same(new D(0, t.Value) * new D(0, t.Value), D.Zero);

    [Sampled(100)]
    public void Division_undoes_multiplication(Exact x, Exact y) // exactly, where the primal of y is a power of two
    {
        var divisor = y.Value - y.Value.Primal.Primal + 4;
        Same(x.Value, x.Value * divisor / divisor);
    }

    [Sampled(100)]
    public void Leibniz(Whole x, Whole a, Whole b) // (f·g)″ = f″g + 2f′g′ + fg″ for f = x² + ax, g = x³ + b
    {
        var (v, f, g) = (x.Value, x.Value * x.Value + a.Value * x.Value, x.Value * x.Value * x.Value + b.Value);
        var second = Nested.Derivative(y => Nested.Derivative(z => (z * z + a.Value * z) * (z * z * z + b.Value), y), v);
        Assert.Equal(2 * g + 2 * (2 * v + a.Value) * (3 * v * v) + f * 6 * v, second);
    }

    [Sampled(100)]
    public void Chain_rule(Whole x, Whole a) // (f ∘ g)′(x) = f′(g(x))·g′(x) for f = x³ + x, g = x² + a
    {
        var g = x.Value * x.Value + a.Value;
        var whole = Nested.Derivative(y => Cube(y * y + a.Value), x.Value);
        Assert.Equal(Nested.Derivative<double>(Cube, g) * Nested.Derivative(y => y * y + a.Value, x.Value), whole);

        static Dual<double> Cube(Dual<double> y) => y * y * y + y;
    }

    [Sampled(100)]
    public void A_function_of_a_constant_is_constant(Fraction at)
    {
        var x = Dual<double>.Constant(at.In((0.1, 0.9)));
        Assert.Equal(0, Dual<double>.Atan2(Dual<double>.Sin(x) * x / (x + 1), Dual<double>.Pow(x, x)).Tangent);
    }

    static void Same(D expected, D found) => Assert.Equal(Nested.Parts(expected).Select(Plain), Nested.Parts(found).Select(Plain));

    static double Plain(double x) => x + 0.0; // −0 and 0 are the same number here
}
