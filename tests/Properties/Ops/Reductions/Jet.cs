using Autodiff.Functional.Properties.Kernels;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>
/// A value with its first and second derivatives, in 256 bits, and for each the sum of the magnitudes of the terms that it is made of: the unit that errors of a program in double
/// precision are measured in.
/// </summary>
internal sealed class Jet
{
    private readonly int _n;
    private readonly Precise[] _gradient, _gradientTerms;
    private readonly Precise[,] _hessian, _hessianTerms;

    private Jet(int n, Precise value, Precise terms)
    {
        (_n, Value, Terms) = (n, value, terms);
        (_gradient, _gradientTerms, _hessian, _hessianTerms) = (new Precise[n], new Precise[n], new Precise[n, n], new Precise[n, n]);
    }

    public Precise Value { get; }

    private Precise Terms { get; }

    public (Precise Value, Precise Terms) Gradient(int i) => (_gradient[i], _gradientTerms[i]);

    public (Precise Value, Precise Terms) Hessian(int i, int j) => (_hessian[i, j], _hessianTerms[i, j]);

    /// <summary>The variables at a point.</summary>
    public static Jet[] Variables(double[] at) => [.. at.Select((x, i) =>
    {
        var variable = new Jet(at.Length, x, Abs(x));
        (variable._gradient[i], variable._gradientTerms[i]) = (1, 1);
        return variable;
    })];

    private static Precise Abs(Precise x) => x.Mantissa.Sign < 0 ? -x : x;

    private Jet New(Precise value, Precise terms, Func<int, (Precise, Precise)> gradient, Func<int, int, (Precise, Precise)> hessian)
    {
        var jet = new Jet(_n, value, terms);
        for (int i = 0; i < _n; i++)
        {
            (jet._gradient[i], jet._gradientTerms[i]) = gradient(i);
            for (int j = 0; j < _n; j++)
                (jet._hessian[i, j], jet._hessianTerms[i, j]) = hessian(i, j);
        }
        return jet;
    }

    public static Jet operator +(Jet x, Jet y) => x.New(x.Value + y.Value, x.Terms + y.Terms,
        i => (x._gradient[i] + y._gradient[i], x._gradientTerms[i] + y._gradientTerms[i]), (i, j) => (x._hessian[i, j] + y._hessian[i, j], x._hessianTerms[i, j] + y._hessianTerms[i, j]));

    public static Jet operator *(Jet x, Precise factor) => x.New(x.Value * factor, x.Terms * Abs(factor),
        i => (x._gradient[i] * factor, x._gradientTerms[i] * Abs(factor)), (i, j) => (x._hessian[i, j] * factor, x._hessianTerms[i, j] * Abs(factor)));

    public static Jet operator -(Jet x, Jet y) => x + y * -1;

    public static Jet operator *(Jet x, Jet y) => x.New(x.Value * y.Value, x.Terms * y.Terms,
        i => (x._gradient[i] * y.Value + x.Value * y._gradient[i], x._gradientTerms[i] * y.Terms + x.Terms * y._gradientTerms[i]),
        (i, j) => (x._hessian[i, j] * y.Value + x._gradient[i] * y._gradient[j] + x._gradient[j] * y._gradient[i] + x.Value * y._hessian[i, j],
            x._hessianTerms[i, j] * y.Terms + x._gradientTerms[i] * y._gradientTerms[j] + x._gradientTerms[j] * y._gradientTerms[i] + x.Terms * y._hessianTerms[i, j]));

    /// <summary>A constant is taken off: what is left is small where both are large and near each other, and is computed exactly there.</summary>
    public Jet Minus(Precise constant) => New(Value - constant, Abs(Value - constant), i => (_gradient[i], _gradientTerms[i]), (i, j) => (_hessian[i, j], _hessianTerms[i, j]));

    /// <summary>Each less the mean of all. Large parts that all have in common count as no term: they are taken off first.</summary>
    public static Jet[] Centered(Jet[] x)
    {
        var sum = Sum(x);
        Jet[] distances = [.. x.Select(element => (element * x.Length - sum) * ((Precise)1 / x.Length))];      // exactly 0 where all are equal
        Precise spread = distances.Aggregate((Precise)0, (total, d) => total + Abs(d.Value)) / x.Length;
        return [.. distances.Select(d => d.New(d.Value, Abs(d.Value) + spread, d.Gradient, d.Hessian))];
    }

    public static Jet Sum(IEnumerable<Jet> x) => x.Aggregate((sum, element) => sum + element);

    /// <summary>Half an ulp of an exponent x moves eˣ by |x| half ulps.</summary>
    public Jet Exp()
    {
        Precise e = Value.Scale > 11 ? Value.Mantissa.Sign < 0 ? 0 : throw new OverflowException() : Precise.Exp(Value);
        return Of(e, e, e, Value.Scale >= 0 && !Value.IsZero ? Abs(Value) : 1);
    }

    public Jet Log() => Of(Precise.Log(Value), (Precise)1 / Value, (Precise)(-1) / (Value * Value), Terms / Abs(Value));

    public Jet Inverse() => (Precise)1 / Value is var y ? Of(y, -(y * y), y * y * y * 2, Terms / Abs(Value)) : this;

    /// <summary>At 0 all derivatives are 0, by convention.</summary>
    public Jet Sqrt()
    {
        if (Value.IsZero)
            return new(_n, 0, 0);
        int half = Value.Scale / 2;
        Precise scaled = Value.Times2To(-2 * half), y = Math.Sqrt(scaled.ToDouble());
        for (int i = 0; i < 4; i++)
            y = (y + scaled / y) / 2;
        y = y.Times2To(half);
        return Of(y, (Precise)1 / (y * 2), (Precise)(-1) / (y * Value * 4), Terms / Abs(Value));
    }

    /// <param name="value">f(x).</param>
    /// <param name="first">f′(x).</param>
    /// <param name="second">f″(x).</param>
    /// <param name="condition">The error of these, in units of the error of x.</param>
    private Jet Of(Precise value, Precise first, Precise second, Precise condition)
    {
        condition = condition.Scale < 0 ? 1 : condition;
        return New(value, Abs(value) * condition, i => (first * _gradient[i], Abs(first) * condition * _gradientTerms[i]),
            (i, j) => (first * _hessian[i, j] + second * _gradient[i] * _gradient[j],
                (Abs(first) * _hessianTerms[i, j] + Abs(second) * _gradientTerms[i] * _gradientTerms[j]) * condition));
    }
}
