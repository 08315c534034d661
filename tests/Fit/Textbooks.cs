using System.Text.Json;
using Xunit;

namespace Fit.Tests;

/// <summary>Data from textbooks and papers, and what is published about them.</summary>
public sealed class Textbooks
{
    internal const string Puromycin = "x,y\n0.02,76\n0.02,47\n0.06,97\n0.06,107\n0.11,123\n0.11,139\n0.22,159\n0.22,152\n0.56,191\n0.56,201\n1.10,207\n1.10,200\n";

    internal const string Stackloss = """
        loss,air,water,acid
        42,80,27,89
        37,80,27,88
        37,75,25,90
        28,62,24,87
        18,62,22,87
        18,62,23,87
        19,62,24,93
        20,62,24,93
        15,58,23,87
        14,58,18,80
        14,58,18,89
        13,58,17,88
        11,58,18,82
        12,58,19,93
        8,50,18,89
        7,50,18,86
        8,50,19,72
        8,50,19,79
        9,50,20,80
        15,56,20,82
        15,70,20,91
        """;

    /// <summary>Bates &amp; Watts 1988, Nonlinear Regression Analysis and Its Applications, p. 43 and after.</summary>
    [Fact]
    public void Puromycin_of_Bates_and_Watts() => Agrees(
        Fitted(Puromycin, "y = vm * x / (k + x)", "vm=200,k=0.1"), ("vm", 212.7, 6.947), ("k", 0.06412, 0.00828), sum: 1195.449);

    /// <summary>Bates &amp; Watts 1988, table A1.4 and p. 41.</summary>
    [Fact]
    public void Oxygen_demand_of_Bates_and_Watts() => Agrees(
        Fitted("t,demand\n1,8.3\n2,10.3\n3,19\n4,16\n5,15.6\n7,19.8\n", "demand = a * (1 - exp(-b * t))", "a=20,b=0.24"), ("a", 19.143, 2.496), ("b", 0.5311, 0.2031), sum: 25.99);

    /// <summary>Box, Hunter &amp; Hunter 1978, Statistics for Experimenters, p. 483; from both of NIST's starts, of which the first is far.</summary>
    [Theory]
    [InlineData("b1=1,b2=1")]
    [InlineData("b1=100,b2=0.75")]
    public void Oxygen_demand_of_Box_Hunter_and_Hunter(string start) => Agrees(
        Fitted("x,y\n1,109\n2,149\n3,149\n5,191\n7,213\n10,224\n", "y = b1*(1-exp[-b2*x])", start), ("b1", 213.80940889, 12.354515176), ("b2", 0.54723748542, 0.10455993237), sum: 1168.0088766);

    /// <summary>Meyer &amp; Roth 1972, "Modified damped least squares"; a valley so narrow that the plain method takes a hundred steps.</summary>
    [Theory]
    [InlineData("b1=2,b2=400000,b3=25000")]
    [InlineData("b1=0.02,b2=4000,b3=250")]
    public void Thermistor_of_Meyer(string start) => Agrees(
        Fitted("y,x\n34780,50\n28610,55\n23650,60\n19630,65\n16370,70\n13720,75\n11540,80\n9744,85\n8261,90\n7030,95\n6005,100\n5147,105\n4427,110\n3820,115\n3307,120\n2872,125\n",
            "y = b1 * exp[b2/(x+b3)]", start), ("b1", 5.6096364710e-03, 1.5687892471e-04), ("b2", 6181.3463463, 23.309021107), ("b3", 345.22363462, 0.78486103508), sum: 87.945855171);

    /// <summary>Kowalik &amp; Osborne 1968, Methods for Unconstrained Optimization Problems.</summary>
    [Theory]
    [InlineData("b1=25,b2=39,b3=41.5,b4=39")]
    [InlineData("b1=0.25,b2=0.39,b3=0.415,b4=0.39")]
    public void Enzyme_of_Kowalik_and_Osborne(string start) => Agrees(
        Fitted("y,x\n0.1957,4\n0.1947,2\n0.1735,1\n0.16,0.5\n0.0844,0.25\n0.0627,0.167\n0.0456,0.125\n0.0342,0.1\n0.0323,0.0833\n0.0235,0.0714\n0.0246,0.0625\n",
            "y = b1*(x**2+x*b2) / (x**2+x*b3+b4)", start), ("b1", 0.19280693458, 0.011435312227), ("b3", 0.12305650693, 0.080842031232), sum: 3.0750560385e-04);

    /// <summary>Venables &amp; Ripley 2002, Modern Applied Statistics with S: rlm of the stack loss data, Huber's weights (it prints 9.8073, but stops at 1e-4).</summary>
    [Fact]
    public void Stack_loss_by_Huber() => Agrees(
        Fitted(Stackloss, "loss = a + b * air + c * water + d * acid", "a=0,b=0,c=0,d=0", "--robust", "huber"), ("a", -41.0265, 9.807), ("b", 0.8294, 0.1112), ("c", 0.9261, 0.3034), sum: null);

    /// <summary>A weight of two is the row twice.</summary>
    [Fact]
    public void Weights_count_rows()
    {
        var weighted = Fitted("x,y,w\n1,2.1,2\n2,2.9,1\n3,5.2,3\n4,9.1,1\n", "y = a * exp(b * x)", "a=1,b=0.5", "--weights", "w");
        var repeated = Fitted("x,y\n1,2.1\n1,2.1\n2,2.9\n3,5.2\n3,5.2\n3,5.2\n4,9.1\n", "y = a * exp(b * x)", "a=1,b=0.5");
        foreach (var name in "ab")
            Assert.Equal(Parameter(repeated, $"{name}"), Parameter(weighted, $"{name}"), 1e-9);
    }

    /// <summary>For a linear model all three intervals and both standard errors are the same.</summary>
    [Fact]
    public void Profiles_of_a_linear_model_are_linear()
    {
        var run = Fitted("x,y\n1,2.1\n2,2.9\n3,5.2\n4,5.9\n5,7.5\n", "y = a + b * x", "a=0,b=0", "--profile");
        using var document = JsonDocument.Parse(run.Output);
        var error = document.RootElement.GetProperty("starts")[0].GetProperty("standardErrors").GetProperty("b").GetDouble();
        var profile = document.RootElement.GetProperty("profile").GetProperty("b");
        Assert.Equal(error, profile.GetProperty("hessianStandardError").GetDouble(), 1e-9);
        const double Quantile = 3.182446305284263;   // Student's t, 3 degrees of freedom
        Assert.Equal(Parameter(run, "b") - Quantile * error, profile.GetProperty("lower").GetDouble(), 1e-6);
        Assert.Equal(Parameter(run, "b") + Quantile * error, profile.GetProperty("upper").GetDouble(), 1e-6);
    }

    [Fact]
    public void A_response_may_have_a_minus_sign() => Assert.Equal(
        -Parameter(Fitted(Puromycin, "y = a * x", "a=1"), "a"), Parameter(Fitted(Puromycin, "-y = a * x", "a=-1"), "a"), 1e-9);

    /// <summary>A bound that is in the way holds the parameter; the others are as if it were fixed there.</summary>
    [Fact]
    public void At_a_bound_is_like_fixed()
    {
        var bounded = Fitted(Puromycin, "y = vm * x / (k + x)", "vm=200,k=0.2", "--bounds", "k=0.1..1");
        var known = Fitted(Puromycin, "y = vm * x / (k + x)", "vm=200", "--fix", "k=0.1");
        Assert.Equal(0.1, Parameter(bounded, "k"), 1e-15);
        Assert.Equal(Parameter(known, "vm"), Parameter(bounded, "vm"), 1e-7);
    }

    static Run Fitted(string table, string model, string start, params string[] more)
    {
        var run = Run.On(table, "csv", ["--model", model, "--start", start, "--json", .. more]);
        Assert.True(run.ExitCode == 0, run.Error);
        return run;
    }

    static double Parameter(Run run, string name)
    {
        using var document = JsonDocument.Parse(run.Output);
        return document.RootElement.GetProperty("starts")[0].GetProperty("parameters").GetProperty(name).GetDouble();
    }

    static void Agrees(Run run, (string Name, double Value, double Error) first, (string Name, double Value, double Error) second, double? sum) => Agrees(run, [first, second], sum);

    static void Agrees(Run run, (string Name, double Value, double Error) first, (string Name, double Value, double Error) second, (string Name, double Value, double Error) third, double? sum) =>
        Agrees(run, [first, second, third], sum);

    /// <summary>As many digits as are published.</summary>
    static void Agrees(Run run, (string Name, double Value, double Error)[] published, double? sum)
    {
        using var document = JsonDocument.Parse(run.Output);
        var start = document.RootElement.GetProperty("starts")[0];
        foreach (var (name, value, error) in published)
        {
            Same(value, start.GetProperty("parameters").GetProperty(name).GetDouble());
            Same(error, start.GetProperty("standardErrors").GetProperty(name).GetDouble());
        }
        if (sum is { } published_sum)
            Same(published_sum, start.GetProperty("residualSumOfSquares").GetDouble());
    }

    static void Same(double published, double ours)
    {
        var digits = published.ToString("R", System.Globalization.CultureInfo.InvariantCulture).ToUpperInvariant().Split('E')[0].Count(char.IsDigit);
        var magnitude = Math.Pow(10, Math.Floor(Math.Log10(Math.Abs(published))));
        Assert.True(Math.Abs(published - ours) <= magnitude * Math.Max(1e-8, 1.01 * Math.Pow(10, 1 - digits + LeadingZeros(published))), $"published {published}, ours {ours}");
    }

    static int LeadingZeros(double value) => Math.Abs(value) is < 1 and >= 1e-5 ? (int)-Math.Floor(Math.Log10(Math.Abs(value))) : 0;
}
