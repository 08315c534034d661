using System.Collections.Immutable;
using Autodiff.Functional.Compilation;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>
/// Compiled = interpreted within 8 ulp of the condition-scaled value: of the value, or of what it changes by, in units of a relative change of all that it is computed from
/// (arguments, constants, every value on the way), if that is more. Rounding otherwise changes each of those by an ulp or two.
/// </summary>
/// <remarks>The scale is measured: the program is evaluated some times with every value changed by as much at random, up or down.</remarks>
internal static class Conditioned
{
    private const int Ulps = 8, Samples = 8;

    private static readonly ImmutableArray<CompileOptions> s_options = [new() { Threads = 1, GenerateCode = false }, new() { Threads = 3 }];

    public static string? Differ(Graph graph, ImmutableArray<Tensor> inputs)
    {
        var program = Functional.Compilation.Program.Of(graph).Program;
        var expected = program.Evaluate(inputs.AsSpan());
        bool single = program.Instructions.Any(instruction => instruction.Type.DType == DType.Float32);
        double[][]? scales = null;
        foreach (var options in s_options)
        {
            var actual = Same.Plan(graph, options).Run([.. inputs.Select(Expr.Constant)]);
            for (int output = 0; output < expected.Length; output++)
                for (int i = 0; i < expected[output].Size; i++)
                {
                    double left = expected[output].ElementAsDouble(i), right = actual[output].Value.ElementAsDouble(i);
                    if (left.Equals(right))
                        continue;
                    double scale = (scales ??= Scales(program, inputs, expected, single))[output][i];
                    double ulp = Math.ScaleB(1, Math.Max(Math.ILogB(scale), single ? -126 : -1022) - (single ? 23 : 52));
                    if (!expected[output].DType.IsFloating() || !(Math.Abs(left - right) <= Ulps * ulp))
                        return $"output {output}, element {i}: {left:R} and {right:R} differ by {Math.Abs(left - right) / ulp:F1} ulp of {scale:G3} with {options}\n{program}";
                }
        }
        return null;
    }

    private static double[][] Scales(Functional.Compilation.Program program, ImmutableArray<Tensor> inputs, ImmutableArray<Tensor> expected, bool single)
    {
        double change = Math.ScaleB(1, single ? -13 : -30);
        double[][] scales = [.. expected.Select(output => Enumerable.Range(0, output.Size).Select(i => Math.Abs(output.ElementAsDouble(i))).ToArray())];
        for (int sample = 0; sample < Samples; sample++)
        {
            var random = new Random(sample);
            var values = new Tensor[program.Count];
            for (int i = 0; i < program.Count; i++)
                values[i] = Changed(random, i < program.Parameters ? inputs[i] : program[i].Op.Evaluate([.. program[i].Inputs.Select(input => values[input])]), program[i], change);
            for (int output = 0; output < scales.Length; output++)
                for (int i = 0; i < scales[output].Length; i++)
                    scales[output][i] = Math.Max(scales[output][i], Math.Abs(values[program.Outputs[output]].ElementAsDouble(i) - expected[output].ElementAsDouble(i)) / change);
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
