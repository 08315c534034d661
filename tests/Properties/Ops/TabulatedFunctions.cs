using System.Reflection;
using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>The functions that there are tables of.</summary>
public sealed class TabulatedFunctions
{
    internal static readonly IReadOnlyDictionary<string, Func<Expr, Expr>> OfOneArgument = new Dictionary<string, Func<Expr, Expr>>
    {
        ["Negate"] = Expr.Negate,
        ["Abs"] = Expr.Abs,
        ["Square"] = Expr.Square,
        ["Reciprocal"] = Expr.Reciprocal,
        ["Exp"] = Expr.Exp,
        ["Exp2"] = Expr.Exp2,
        ["Expm1"] = Expr.Expm1,
        ["Log"] = Expr.Log,
        ["Log2"] = Expr.Log2,
        ["Log10"] = Expr.Log10,
        ["Log1p"] = Expr.Log1p,
        ["Sqrt"] = Expr.Sqrt,
        ["Rsqrt"] = Expr.Rsqrt,
        ["Cbrt"] = Expr.Cbrt,
        ["Sigmoid"] = Expr.Sigmoid,
        ["Softplus"] = Expr.Softplus,
        ["LogSigmoid"] = Expr.LogSigmoid,
        ["Sin"] = Expr.Sin,
        ["Cos"] = Expr.Cos,
        ["Tan"] = Expr.Tan,
        ["Asin"] = Expr.Asin,
        ["Acos"] = Expr.Acos,
        ["Atan"] = Expr.Atan,
        ["Sinh"] = Expr.Sinh,
        ["Cosh"] = Expr.Cosh,
        ["Tanh"] = Expr.Tanh,
        ["Asinh"] = Expr.Asinh,
        ["Acosh"] = Expr.Acosh,
        ["Atanh"] = Expr.Atanh,
        ["Relu"] = Expr.Relu,
        ["Silu"] = Expr.Silu,
        ["Gelu"] = Expr.Gelu,
        ["GeluTanh"] = Expr.GeluTanh,
        ["Elu"] = Expr.Elu,
        ["Erf"] = Expr.Erf,
        ["Erfc"] = Expr.Erfc,
        ["ErfInv"] = Expr.ErfInv,
        ["NormalPdf"] = Expr.NormalPdf,
        ["NormalLogPdf"] = Expr.NormalLogPdf,
        ["NormalCdf"] = Expr.NormalCdf,
        ["NormalLogCdf"] = Expr.NormalLogCdf,
        ["InverseMillsRatio"] = Expr.InverseMillsRatio,
        ["NormalQuantile"] = Expr.NormalQuantile,
        ["NormalQuantileOfLog"] = Expr.NormalQuantileOfLog,
        ["Lgamma"] = Expr.Lgamma,
        ["Digamma"] = Expr.Digamma,
        ["Polygamma1"] = x => Expr.Polygamma(1, x),
        ["Polygamma2"] = x => Expr.Polygamma(2, x),
        ["Polygamma3"] = x => Expr.Polygamma(3, x),
        ["Polygamma5"] = x => Expr.Polygamma(5, x),
        ["Polygamma10"] = x => Expr.Polygamma(10, x),
        ["Polygamma25"] = x => Expr.Polygamma(25, x),
    };

    internal static readonly IReadOnlyDictionary<string, Func<Expr, Expr, Expr>> OfTwoArguments = new Dictionary<string, Func<Expr, Expr, Expr>>
    {
        ["Divide"] = Expr.Divide,
        ["Mod"] = Expr.Mod,
        ["FMod"] = Expr.FMod,
        ["Power"] = Expr.Power,
        ["Hypot"] = Expr.Hypot,
        ["Atan2"] = Expr.Atan2,
        ["XLogY"] = Expr.XLogY,
        ["XLog1pY"] = Expr.XLog1pY,
        ["LogAddExp"] = Expr.LogAddExp,
        ["EluAlpha"] = Expr.Elu,
    };

    /// <summary>Those that are constant between their jumps need no table: their slope is 0.</summary>
    [Fact]
    public void Every_function_of_the_catalogue_has_a_table()
    {
        var functions = typeof(Expr).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(IUnary)) && type.IsValueType && Catalogued(type) is { Detached: false })
            .Where(type => (Slope)type.GetInterfaceMap(typeof(IUnary)).TargetMethods.Single(method => method.Name.EndsWith("get_Slope", StringComparison.Ordinal)).Invoke(null, null)! != Slope.Zero);
        Assert.Empty(functions.Select(type => type.Name).Except(OfOneArgument.Keys));
    }

    /// <summary>What adds, multiplies and selects needs none either; of Elu it is named after the argument that is new, and the order of Polygamma is no argument.</summary>
    [Fact]
    public void Every_function_of_two_arguments_has_a_table()
    {
        string[] none = ["Add", "Subtract", "Multiply", "Maximum", "Minimum", "CopySign", "And", "Or", "Polygamma"];
        var functions = typeof(Expr).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(IBinary)) && type.IsValueType && (Catalogued(type) ?? (object?)type.GetProperty("Entries")) is not null);
        Assert.Empty(functions.Select(type => type.Name == "Elu" ? "EluAlpha" : type.Name).Except(OfTwoArguments.Keys).Except(none));
    }

    private static OpInfo? Catalogued(Type function) => function.GetProperty("Info", BindingFlags.Static | BindingFlags.Public)?.GetValue(null) as OpInfo;
}
