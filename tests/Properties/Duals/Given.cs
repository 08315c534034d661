using FsCheck;
using FsCheck.Fluent;

namespace Autodiff.Functional.Properties.Duals;

/// <summary>A number in [0, 1], to be scaled into the domain of a function.</summary>
public readonly record struct Fraction(double Value)
{
    public double In((double From, double To) domain) => domain.From + Value * (domain.To - domain.From);
}

/// <summary>A whole number of moderate size, on which floating-point arithmetic is exact.</summary>
public readonly record struct Whole(double Value);

/// <summary>A dual number with whole parts: laws of algebra hold exactly on them.</summary>
public readonly record struct Exact(Dual<Dual<double>> Value);

/// <summary>The generators of these tests.</summary>
public static class Given
{
    public static Arbitrary<Fraction> Fractions() => Gen.Choose(0, 1_000_000).Select(n => new Fraction(n / 1e6)).ToArbitrary();

    public static Arbitrary<Whole> Wholes() => WholeNumbers.Select(n => new Whole(n)).ToArbitrary();

    public static Arbitrary<Exact> Exacts() =>
        WholeNumbers.Four().Select(n => new Exact(new(new(n.Item1, n.Item2), new(n.Item3, n.Item4)))).ToArbitrary();

    static Gen<double> WholeNumbers => Gen.Choose(-1000, 1000).Select(n => (double)n);
}
