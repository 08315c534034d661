namespace Autodiff.Functional.Kernels;

/// <summary>One over Mills' ratio of the normal distribution, φ(x)/Φ(x), and its derivatives in double precision.</summary>
internal static class MillsRatio
{
    private const double Root2OverPi = 0.79788456080286535588, HalfRoot2 = 0.70710678118654752440;

    /// <summary>Beyond this order too little is left of the precision.</summary>
    private const int MostOrder = 8;

    private const double Center = -0.75;

    // Taylor's series at the center. eng/tables/coefficients.py makes it.
    private static ReadOnlySpan<double> Series =>
    [
        1.3287779652212070407, -0.76906740694150602726, 0.069130563900016097546, 0.015244104459823341749,
        0.0020306453178357914582, -0.000089844213499353139334, -0.00014058721207734613865, -0.000041901765936467178578,
        -5.6517109380761021718e-6, 6.9839677156671217347e-7, 6.0709078542018456314e-7, 1.672352051013856746e-7,
        1.902907939322060016e-8, -4.298050501996310182e-9, -2.7732786547944763547e-9, -6.9582554490703722341e-10,
        -6.2396656134911200496e-11, 2.4065055770051821464e-11, 1.2663472013737776271e-11, 2.8876887891446311603e-12,
        1.8187516403424283519e-13, -1.2743732364880248926e-13, -5.7254401004401986826e-14, -1.1822975817254844325e-14,
        -3.8480945759878242119e-16, 6.4960238139033989029e-16, 2.5587021032081721097e-16, 4.7518911074943529487e-17,
        -1.6611479764114027316e-19, -3.2184041151825645175e-18, -1.1299629762140049352e-18, -1.866095322790969293e-19,
        8.973915814629167505e-21, 1.5589476952261897772e-20, 4.9302813829336508012e-21, 7.1137470005842337306e-22,
        -7.5617582723402312652e-23, -7.4109654489746061193e-23, -2.1246422099500865383e-23, -2.6048810545406043559e-24,
        4.8919820351609677448e-25, 3.4664137974083388973e-25, 9.0368482159811026273e-26, 8.9898366834849573004e-27,
        -2.8215799527415736466e-27, -1.5981000470826569312e-27, -3.7896885420837528304e-28, -2.8096547125130383142e-29,
        1.5237227838795686884e-29, 7.270320188436734276e-30, 1.5644244390538561103e-30,
    ];

    /// <summary>φ(x) / Φ(x): the slope of log Φ.</summary>
    public static double Inverse(double x) =>
        x < -1 ? x < -5 ? Excess(x) - x : Root2OverPi / ErrorFunction.Erfcx(-x * HalfRoot2)
        : ErrorFunction.NormalDerivative(0, x) / ErrorFunction.Cdf(x);

    /// <summary>φ(x) / Φ(x) + x, which vanishes as −1/x in the left tail: Laplace's continued fraction.</summary>
    public static double Excess(double x)
    {
        if (!(x < -1.5)) return Inverse(x) + x;
        double fraction = -x;
        for (int k = Terms(x); k > 1; k--) fraction = k / fraction - x;
        return 1 / fraction;
    }

    /// <summary>The slope of the excess, which vanishes as 1/x² in the left tail.</summary>
    public static double ExcessSlope(double x) => x < -2 ? ExcessDerivative(1, x) : 1 + InverseDerivative(1, x);

    /// <summary>The n-th derivative of φ(x) / Φ(x).</summary>
    public static double InverseDerivative(double order, double x)
    {
        if (!(order >= 0 && order <= MostOrder && order == Math.Floor(order)) || double.IsNaN(x)) return double.NaN;
        int n = (int)order;
        return n == 0 ? Inverse(x)
            : x < -2 ? n == 1 ? ExcessDerivative(1, x) - 1 : ExcessDerivative(n, x)
            : x < 0.5 ? NearCenter(n, x)
            : x > 9 ? ErrorFunction.NormalDerivative(n, x)      // Φ is 1
            : ByRecurrence(n, x);
    }

    private static double NearCenter(int n, double x)
    {
        double sum = 0;
        for (int k = Series.Length - 1; k >= n; k--)
        {
            double factor = 1;
            for (int i = 0; i < n; i++) factor *= k - i;
            sum = Math.FusedMultiplyAdd(sum, x - Center, factor * Series[k]);
        }
        return sum;
    }

    /// <summary>From h′ = −h·(h + x), by Leibniz' rule.</summary>
    private static double ByRecurrence(int n, double x)
    {
        Span<double> h = stackalloc double[MostOrder + 1];
        h[0] = Inverse(x);
        for (int m = 0; m < n; m++)
        {
            double sum = x * h[m] + (m > 0 ? m * h[m - 1] : 0), binomial = 1;
            for (int k = 0; k <= m; k++)
            {
                sum += binomial * h[k] * h[m - k];
                binomial = binomial * (m - k) / (k + 1);
            }
            h[m + 1] = -sum;
        }
        return h[n];
    }

    /// <summary>Laplace's continued fraction, of Taylor's series instead of numbers.</summary>
    private static double ExcessDerivative(int n, double x)
    {
        if (double.IsInfinity(x)) return 0;
        Span<double> series = stackalloc double[MostOrder + 1], quotient = stackalloc double[MostOrder + 1];
        double factorial = 1;
        for (int k = Terms(x) + (n > 1 && x < -5 ? 35 : 0); k > 0; k--)
        {
            series[0] -= x;
            series[1] -= 1;
            quotient[0] = k / series[0];
            for (int j = 1; j <= n; j++)
            {
                double sum = 0;
                for (int i = 1; i <= j; i++) sum += series[i] * quotient[j - i];
                quotient[j] = -sum / series[0];
            }
            quotient.CopyTo(series);
        }
        for (int i = 2; i <= n; i++) factorial *= i;
        return factorial * series[n];
    }

    private static int Terms(double x) => x < -5 ? 25 : x < -2.5 ? 120 : 220;
}
