namespace Autodiff.Functional.Kernels;

/// <summary>
/// The logarithm of |Γ| and its derivatives in double precision: polynomials on [1, 3] with the roots taken out, recurrences, Stirling's series.
/// eng/tables/coefficients.py makes the polynomials.
/// </summary>
internal static class GammaFunction
{
    // log Γ(1 + s) / (s·(s − 1)) in 2s − 1, on s of [0, 1].
    private static ReadOnlySpan<double> Between1And2 =>
    [
        0.48312895054098088995, -0.072979947957153041299, 0.015727850268641098007, -0.0039135609376263309922,
        0.0010498186644546350183, -0.00029455070151643118115, 0.000085100903736344760051, -0.000025094328700900634119,
        7.5113918468379532734e-6, -2.2742472358027586281e-6, 6.9484283937040618593e-7, -2.1386380605280232526e-7,
        6.6238705716423163036e-8, -2.0619851263731666938e-8, 6.430366506216791786e-9, -2.0184741279133344446e-9,
        6.5655031582107998952e-10, -2.0753229542163659654e-10, 5.0300670906054816842e-11, -1.5936042537298722884e-11,
        1.1577613910649687619e-11, -3.700571132904742628e-12,
    ];

    // log Γ(2 + s) / (s·(s + 1)) in 2s − 1, on s of [0, 1].
    private static ReadOnlySpan<double> Between2And3 =>
    [
        0.37957716063055887951, -0.037331787077249704854, 0.0049762885761858018526, -0.00075234606587961425916,
        0.00012181609305914602652, -0.000020582490830156426097, 3.5789630855480136202e-6, -6.3517417250271300719e-7,
        1.1445032468769523329e-7, -2.0863787351334713953e-8, 3.8384629794069976719e-9, -7.1169637371863363298e-10,
        1.3271686656578359721e-10, -2.4598267873333702981e-11, 4.6299408435303984935e-12, -1.0332705731012683086e-12,
        1.960470240781870926e-13,
    ];

    // ψ(1 + s) / (1 + s − root) in 2s − 1, on s of [0, 1].
    private static ReadOnlySpan<double> Digamma12 =>
    [
        0.95105587603183287971, -0.21181371064073029989, 0.060135621060196745759, -0.018550615381735114366,
        0.0059367952783056488528, -0.0019350666648590097505, 0.00063688803032572004374, -0.00021074841140458636767,
        0.000069950188739505061824, -0.000023258242394452570673, 7.7412322235040566218e-6, -2.578094363053080202e-6,
        8.5891273530333797394e-7, -2.8631527584693402314e-7, 9.5420509726889069368e-8, -3.1630202689553338378e-8,
        1.0542687624027994328e-8, -3.7075072647122387859e-9, 1.2358072433984832127e-9, -2.7619635330317712883e-10,
        9.2064344991779915605e-11, -8.4981372301860961367e-11, 2.8327066680217587947e-11,
    ];

    private const double Root = 1.4616321449683622, RestOfRoot = 9.5499954299656977152e-17;

    public static double LogGamma(double x)
    {
        if (double.IsNaN(x)) return x;
        if (double.IsInfinity(x)) return double.PositiveInfinity;
        if (x <= 0)
            return Math.Floor(x) == x ? double.PositiveInfinity
                : x > -0.5 ? LogGamma1(x) - Math.Log(-x)
                : x > -30 ? LogGammaByProduct(x)
                : 1.1447298858494001741 - Math.Log(Math.Abs(x * SinPi(x))) - LogGamma(-x);
        if (x < 1) return LogGamma1(x) - Math.Log(x);
        if (x < 2) return LogGamma1(x - 1);
        if (x < 9)
        {
            double product = 1;
            for (; x >= 3; x--) product *= x - 1;
            double s = x - 2, value = s * (s + 1) * Polynomial.At(Between2And3, 2 * s - 1);
            return product == 1 ? value : value + Math.Log(product);
        }
        double log = Math.Log(x);
        if (x > 1e17) return x * (log - 1);
        double z = 1 / x, y = z * z;
        // Stirling's series: B₂ₖ / (2k(2k − 1)).
        double series = z * (1 / 12.0 - y * (1 / 360.0 - y * (1 / 1260.0 - y * (1 / 1680.0 - y * (1 / 1188.0 - y * (691 / 360360.0 - y * (1 / 156.0 - y * (3617 / 122400.0))))))));
        return (x - 0.5) * (log - 1) + (0.41893853320467274178 + series);
    }

    // log Γ(1 + s) for s of (−0.5, 1): below 0 from the polynomial above 1, by Γ(1 + s) = Γ(2 + s) / (1 + s).
    private static double LogGamma1(double s) => s >= 0
        ? s * (s - 1) * Polynomial.At(Between1And2, 2 * s - 1)
        : (1 + s) * s * Polynomial.At(Between1And2, 2 * s + 1) - ScalarMath.Log1p(s);

    /// <summary>
    /// Down from [1, 2) by Γ(x) = Γ(x + m) / (x(x + 1)…(x + m − 1)), with the product in twice the precision: near the roots, which lie ever closer to the
    /// poles, the reflection formula would subtract large logarithms.
    /// </summary>
    private static double LogGammaByProduct(double x)
    {
        double product = x, rest = 0;
        while (x < 0)
        {
            x++;
            double high = product * x;
            rest = rest * x + Math.FusedMultiplyAdd(product, x, -high);
            product = high;
        }
        return LogGamma1(x) - Math.Log(Math.Abs(product)) - rest / product;
    }

    public static double Digamma(double x)
    {
        if (double.IsNaN(x) || double.IsNegativeInfinity(x)) return double.NaN;
        if (x == 0) return Math.CopySign(double.PositiveInfinity, -x);
        if (x < 0)
        {
            if (Math.Floor(x) == x) return double.NaN;
            return x > -0.5 ? Digamma1(x) - 1 / x : Digamma(1 - x) - Math.PI * CotPi(x);
        }
        if (x < 1) return Digamma1(x) - 1 / x;
        double sum = 0;
        if (x < 10)
        {
            for (; x >= 2; x--) sum += 1 / (x - 1);
            return sum + Digamma1(x - 1);
        }
        double z = 1 / x, y = z * z;
        // The derivative of Stirling's series: B₂ₖ / 2k.
        double series = y * (1 / 12.0 - y * (1 / 120.0 - y * (1 / 252.0 - y * (1 / 240.0 - y * (1 / 132.0 - y * (691 / 32760.0 - y * (1 / 12.0 - y * (3617 / 8160.0))))))));
        return Math.Log(x) - z / 2 - series;
    }

    // ψ(1 + s) for s of (−0.5, 1).
    private static double Digamma1(double s) => s >= 0
        ? (s - (Root - 1) - RestOfRoot) * Polynomial.At(Digamma12, 2 * s - 1)
        : Digamma1(s + 1) - 1 / (s + 1);

    /// <summary>ψ⁽ⁿ⁾(x), the n-th derivative of digamma, for whole n ≥ 0.</summary>
    public static double Polygamma(double n, double x)
    {
        if (n == 0) return Digamma(x);
        if (!(n > 0 && n < 1e5) || Math.Floor(n) != n || double.IsNaN(x) || double.IsNegativeInfinity(x)) return double.NaN;
        int order = (int)n, sign = order % 2 == 0 ? -1 : 1;
        if (x > 0) return sign * ScaledZeta(order, x);
        if (Math.Floor(x) == x) return sign > 0 ? double.PositiveInfinity : x == 0 ? Math.CopySign(double.PositiveInfinity, -x) : double.NaN;
        // Near a pole by adding up, as for odd n, where all terms have one sign; between two poles, where even n has its roots, by reflection.
        return order <= 2 || (order % 2 == 0 && order <= 100 && Math.Abs(x - Math.Round(x)) > 0.5 - 0.5 / (order + 1))
            ? sign * CotDerivative(order, CotPi(x)) - ScaledZeta(order, 1 - x)
            : sign * NearPoles(order, x);
    }

    // Bernoulli's numbers B₂ₖ over (2k)!
    private static ReadOnlySpan<double> Bernoulli =>
        [1.0 / 12, -1.0 / 720, 1.0 / 30240, -1.0 / 1209600, 1.0 / 47900160, -691.0 / 1307674368000, 1.0 / 74724249600, -3617.0 / 10670622842880000];

    /// <summary>n!·Σ 1/(x + k)ⁿ⁺¹ over k ≥ 0, for x > 0: some terms, then the formula of Euler and Maclaurin.</summary>
    private static double ScaledZeta(int n, double x)
    {
        if (double.IsInfinity(x)) return 0;
        double unit = Unit(n), factor = Factor(n, unit), sum = 0, first = x, lost = 0, enough = 10 + 1.5 * n;
        for (int k = 1; x < enough; k++)
        {
            double term = Power(-n - 1);
            sum += term;
            if (term * x < sum * 1e-18 || double.IsInfinity(term)) return factor * sum;
            x = first + k;
            lost = first - (x - k);
        }
        double z = 1 / x, power = z * z, tail = 1.0 / n + z / 2, rise = n + 1;
        for (int k = 0; k < Bernoulli.Length; k++)
        {
            tail += Bernoulli[k] * rise * power;
            rise *= (n + 2.0 * k + 2) * (n + 2 * k + 3);
            power *= z * z;
        }
        return factor * (sum + unit * Power(-n) * tail);

        // With what the sum x lost to rounding, which a high power would multiply.
        double Power(int exponent) => Math.Pow(x / unit, exponent) * (1 + exponent * lost / x);
    }

    /// <summary>n!·Σ 1/(x + k)ⁿ⁺¹ over k ≥ 0, for x below 0: the poles around x one by one, those on either side by the sum for x > 0.</summary>
    private static double NearPoles(int n, double x)
    {
        double unit = Unit(n), sum = 0, from = Math.Max(0, Math.Floor(-x) - 2), to = Math.Floor(-x) + 4;
        for (double k = from; k < to; k++) sum += Math.Pow((x + k) / unit, -n - 1);
        double left = from > 0 ? ScaledZeta(n, 1 - x - from) - ScaledZeta(n, 1 - x) : 0;
        return Factor(n, unit) * sum + ScaledZeta(n, x + to) + (n % 2 == 0 ? -left : left);
    }

    // A power of two near the (n + 1)-th root of n!, so that n! and the powers are neither too large nor too small for a double.
    private static double Unit(int n) => Math.ScaleB(1, Math.Max(0, (int)Math.Round(Math.Log2(n / 2.718281828))));

    // n! / unitⁿ⁺¹.
    private static double Factor(int n, double unit)
    {
        double factor = 1 / unit;
        for (int k = 1; k <= n; k++) factor *= k / unit;
        return factor;
    }

    /// <summary>(−1)ⁿ times the n-th derivative of π·cot πx, as a polynomial in c = cot πx: the next one is (1 + c²) times its derivative.</summary>
    private static double CotDerivative(int n, double c)
    {
        bool few = n < 64;   // the order may come from data
        Span<double> q = few ? stackalloc double[n + 2] : new double[n + 2], next = few ? stackalloc double[n + 2] : new double[n + 2];
        q[1] = Math.PI;
        for (int k = 1; k <= n; k++)
        {
            next.Clear();
            for (int i = 1; i <= k; i++)
            {
                next[i - 1] += Math.PI * i * q[i];
                next[i + 1] += Math.PI * i * q[i];
            }
            next.CopyTo(q);
        }
        return Polynomial.At(q, c);
    }

    private static double SinPi(double x) => Math.Sin(Math.PI * (x - Math.Round(x)));

    private static double CotPi(double x)
    {
        double r = x - Math.Round(x), turn = Math.Abs(r) <= 0.25 ? r : 0.5 - Math.Abs(r);
        // The tangent at π·turn, with what rounding of π and of the product lost.
        double angle = Math.PI * turn, lost = Math.FusedMultiplyAdd(Math.PI, turn, -angle) + 1.2246467991473532e-16 * turn, tangent = Math.Tan(angle);
        tangent += (1 + tangent * tangent) * lost;
        return turn == r ? 1 / tangent : Math.CopySign(tangent, r);
    }
}
