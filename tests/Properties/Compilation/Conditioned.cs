using System.Collections.Immutable;
using Autodiff.Functional.Compilation;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>
/// Compiled = interpreted within 8 ulp of the condition-scaled value: of the value, or of what it changes by, in units of a relative change of all that it is computed from
/// (arguments, constants, every value on the way), if that is more. Rounding otherwise changes each of those by an ulp or two.
/// </summary>
/// <remarks>
/// The scale is measured: the program is evaluated some times with every value changed by as much at random, up or down. So it is again with changes of 4 ulp, for what rounding does at a jump.
/// </remarks>
internal sealed class Conditioned
{
    private const int Ulps = 8, Samples = 8;

    private static readonly ImmutableArray<CompileOptions> s_options = [new() { Threads = 1, GenerateCode = false }, new() { Threads = 3 }];

    private readonly ImmutableArray<Tensor> _inputs;
    private readonly Lazy<double[][]> _scales;

    public Conditioned(Graph graph, ImmutableArray<Tensor> inputs)
    {
        _inputs = inputs;
        Program = Functional.Compilation.Program.Of(graph).Program;
        Values = Program.Evaluate(inputs.AsSpan());
        IsSingle = Program.Instructions.Any(instruction => instruction.Type.DType == DType.Float32);
        _scales = new(Scales);
    }

    /// <summary>The graph as a program.</summary>
    public Functional.Compilation.Program Program { get; }

    /// <summary>The outputs, op by op.</summary>
    public ImmutableArray<Tensor> Values { get; }

    private bool IsSingle { get; }

    /// <summary>By how many ulp of the condition-scaled value an output's element is away from what it should be; 0 if it is the same number.</summary>
    public double Ulp(int output, int element, double expected, double actual)
    {
        if (expected.Equals(actual))
            return 0;
        double scale = _scales.Value[output][element];
        double ulp = Math.ScaleB(1, Math.Max(Math.ILogB(scale), IsSingle ? -126 : -1022) - (IsSingle ? 23 : 52));
        return Values[output].DType.IsFloating() && Math.Abs(expected - actual) / ulp is var ulps && !double.IsNaN(ulps) ? ulps : double.PositiveInfinity;
    }

    /// <summary>What an output's element would change by if every value on the way changed by 100 %, to first order; at least its size.</summary>
    public double Scale(int output, int element) => _scales.Value[output][element];

    public static string? Differ(Graph graph, ImmutableArray<Tensor> inputs)
    {
        var conditioned = new Conditioned(graph, inputs);
        foreach (var options in s_options)
        {
            var actual = Same.Plan(graph, options).Run([.. inputs.Select(Expr.Constant)]);
            for (int output = 0; output < actual.Length; output++)
                if (conditioned.Differ(output, conditioned.Values[output], actual[output].Value) is { } wrong)
                    return $"{wrong} with {options}\n{conditioned.Program}";
        }
        return null;
    }

    /// <summary>How what should be an output differs from it by more than some ulp; null if it does not.</summary>
    public string? Differ(int output, Tensor expected, Tensor actual, double atMost = Ulps)
    {
        for (int i = 0; i < expected.Size; i++)
            if (Ulp(output, i, expected.ElementAsDouble(i), actual.ElementAsDouble(i)) is var ulps && ulps > atMost)
                return $"output {output}, element {i}: {expected.ElementAsDouble(i):R} and {actual.ElementAsDouble(i):R} differ by {ulps:G3} ulp of {Scale(output, i):G3}";
        return null;
    }

    private double[][] Scales()
    {
        double[][] scales = [.. Values.Select(output => Enumerable.Range(0, output.Size).Select(i => Math.Abs(output.ElementAsDouble(i))).ToArray())];
        for (int sample = 0; sample < 2 * Samples; sample++)
        {
            double change = Math.ScaleB(1, sample < Samples ? (IsSingle ? -13 : -30) : (IsSingle ? -21 : -50));
            var random = new Random(sample);
            var values = new Tensor[Program.Count];
            for (int i = 0; i < Program.Count; i++)
                values[i] = Changed(random, i < Program.Parameters ? _inputs[i] : Program[i].Op.Evaluate([.. Program[i].Inputs.Select(input => values[input])]), Program[i], change);
            for (int output = 0; output < scales.Length; output++)
                for (int i = 0; i < scales[output].Length; i++)
                    scales[output][i] = Math.Max(scales[output][i], Math.Abs(values[Program.Outputs[output]].ElementAsDouble(i) - Values[output].ElementAsDouble(i)) / change);
        }
        return scales;
    }

    private static Tensor Changed(Random random, Tensor value, Instruction instruction, double change)
    {
        if (!instruction.Type.DType.IsFloating() || instruction.Op is MultiOutput or Pack)
            return value;
        double[] elements = new double[value.Size];
        for (int i = 0; i < elements.Length; i++)
            elements[i] = value.ElementAsDouble(i) * (1 + (random.Next(2) == 0 ? change : -change));
        return new Cast(value.DType).Evaluate([Tensor.Of(elements, value.Shape)]);
    }
}
