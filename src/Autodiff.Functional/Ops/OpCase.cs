using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Autodiff.Functional.Json;

namespace Autodiff.Functional;

/// <summary>One call of an op at given inputs. It prints as a program.</summary>
/// <param name="Inputs">The inputs.</param>
/// <param name="Apply">The call, at nodes of the inputs' types.</param>
/// <param name="Call">The call as text; the inputs are x0, x1 …</param>
[JsonConverter(typeof(NoJsonConverter))]
public sealed record OpCase(ImmutableArray<Tensor> Inputs, Func<ImmutableArray<Expr>, Expr> Apply, string Call)
{
    /// <summary>A call with one input.</summary>
    public static OpCase Of(Tensor x, Func<Expr, Expr> op, string call) => new([x], inputs => op(inputs[0]), call);

    /// <summary>A call with two inputs.</summary>
    public static OpCase Of(Tensor x, Tensor y, Func<Expr, Expr, Expr> op, string call) => new([x, y], inputs => op(inputs[0], inputs[1]), call);

    /// <summary>
    /// Other inputs of the same types, that the same call takes as well: for batches. If not given, the same elements in another order.
    /// </summary>
    public Func<Random, ImmutableArray<Tensor>>? Redraw { get; init; }

    /// <summary>A program that makes the call.</summary>
    public override string ToString() =>
        string.Concat(Inputs.Select((input, i) => $"var x{i} = Expr.Constant({Literal(input)});\n")) + Call;

    private static string Literal(Tensor tensor) => tensor.DType switch
    {
        DType.Float64 => Literal<double>("double", "", tensor),
        DType.Float32 => Literal<float>("float", "f", tensor),
        DType.Int64 => Literal<long>("long", "", tensor),
        DType.Int32 => Literal<int>("int", "", tensor),
        _ => Literal<bool>("bool", "", tensor),
    };

    private static string Literal<T>(string type, string suffix, Tensor tensor) where T : unmanaged =>
        $"Tensor.Of(new {type}[] {{ {string.Join(", ", tensor.ToArray<T>().Select(value => Literal(value, type, suffix)))} }}, Shape.Of({string.Join(", ", tensor.Shape)}))";

    private static string Literal<T>(T value, string type, string suffix) => value switch
    {
        bool b => b ? "true" : "false",
        double.NaN or float.NaN => $"{type}.NaN",
        double.PositiveInfinity or float.PositiveInfinity => $"{type}.PositiveInfinity",
        double.NegativeInfinity or float.NegativeInfinity => $"{type}.NegativeInfinity",
        _ => ((IFormattable)value!).ToString(null, CultureInfo.InvariantCulture) + suffix,
    };
}
