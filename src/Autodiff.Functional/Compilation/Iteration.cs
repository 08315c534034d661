using System.Collections.Immutable;
using System.Globalization;

namespace Autodiff.Functional.Compilation;

/// <summary>A <see cref="Scan"/> in a program: its body is a program too, so that passes can move what it computes out of it, or from one loop to another.</summary>
/// <param name="Body">Its parameters are captures, carries and rows; its outputs the next carries and rows.</param>
/// <param name="Captures">How many values the body closes over.</param>
/// <param name="Carries">How many carries.</param>
/// <param name="Length">How many steps.</param>
/// <param name="Reverse">Are rows taken and given from the last to the first?</param>
/// <param name="Graph">The scan's body.</param>
internal sealed record Iteration(Program Body, int Captures, int Carries, int Length, bool Reverse, Graph? Graph = null) : ProgramOp, IPartsOp
{
    public override string Name => nameof(Scan);

    internal override IEnumerable<(string Name, Graph Graph)> Bodies => Graph is null ? [] : [("step", Graph)];

    public override string Attributes => string.Create(CultureInfo.InvariantCulture, $"length={Length}{(Reverse ? ", reverse" : "")}");

    /// <summary>The number of rows that a step takes.</summary>
    public int Rows => Body.Parameters - Captures - Carries;

    /// <summary>The last carries, then what the steps gave, row on row.</summary>
    public ImmutableArray<TensorType> Parts => [.. Enumerable.Range(0, Body.Outputs.Length).Select(PartType)];

    /// <summary>The type of one of the parts.</summary>
    public TensorType PartType(int part) => Body[Body.Outputs[part]].Type is var type && part < Carries ? type : type with { Shape = type.Shape.Insert(0, Length) };

    /// <summary>The type of the bundle of its parts.</summary>
    public TensorType Type => new(default, Shape.Of(Body.Outputs.Length));

    /// <summary>Scans become iterations, whose bodies go through some passes.</summary>
    public static Program Of(Program program, ImmutableArray<Pass> passes) => !program.Has<Scan>() ? program : program.Rewrite((builder, instruction) => builder.Add(instruction.Op is Scan scan
        ? instruction with { Op = new Iteration(passes.Aggregate(Program.Of(scan.Body).Program, (body, pass) => pass.Apply(body)), scan.Captures, scan.Carries, scan.Length, scan.Reverse, scan.Body) }
        : instruction));

    /// <summary>Step by step, on whole arrays.</summary>
    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs)
    {
        ImmutableArray<Tensor> captures = [.. inputs[..Captures]], carries = [.. inputs[Captures..(Captures + Carries)]], rows = [.. inputs[(Captures + Carries)..]];
        var given = new ImmutableArray<Tensor>[Length];
        for (int step = 0; step < Length; step++)
        {
            int row = Reverse ? Length - 1 - step : step;
            var outputs = Body.Evaluate([.. captures, .. carries, .. rows.Select(array => Expr.Constant(array)[row].Value)]);
            (carries, given[row]) = (outputs[..Carries], outputs[Carries..]);
        }
        return Tensor.Bundle([.. carries, .. Parts[Carries..].Select((type, i) => Length == 0 ? ElementType.Of(type.DType).Zeros(type.Shape) : Expr.Stack(given.Select(row => Expr.Constant(row[i]))).Value)]);
    }

    Step IPartsOp.Compile(ImmutableArray<Operand> inputs, ImmutableArray<Operand> outputs, CompileOptions options, Bodies bodies) => new ScanStep(this, inputs, outputs, bodies.Of(Body, Graph));
}
