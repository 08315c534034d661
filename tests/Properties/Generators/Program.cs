using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Autodiff.Functional.Properties;

/// <summary>
/// A random well-typed function of tensors, and a point. It runs on the library, on nested dual numbers, and prints as C#.
/// </summary>
/// <param name="Inputs">The point; values 0 … of the program.</param>
/// <param name="Steps">The values after that.</param>
public sealed record Program(ImmutableArray<Tensor> Inputs, ImmutableArray<Step> Steps)
{
    /// <summary>The same program over tables of fewer rows, fewest first, if it was drawn over tables.</summary>
    public Func<IEnumerable<Program>>? OverFewerRows { get; init; }

    /// <summary>The output's shape: that of the last value.</summary>
    public Shape Shape => ShapeOf(Count - 1);

    /// <summary>How many values there are.</summary>
    public int Count => Inputs.Length + Steps.Length;

    /// <summary>The shape of a value.</summary>
    public Shape ShapeOf(int value) => value < Inputs.Length ? Inputs[value].Shape : Steps[value - Inputs.Length].Shape;

    /// <summary>The point as constants.</summary>
    public Expr[] At => [.. Inputs.Select(Expr.Constant)];

    /// <summary>The function, on the library.</summary>
    public Expr Run(Expr[] inputs) => Values(inputs)[^1];

    /// <summary>The function with a scalar value.</summary>
    public Expr Loss(Expr[] inputs) => Scalar(Run(inputs));

    /// <summary>All values, in order.</summary>
    public List<Expr> Values(Expr[] inputs)
    {
        var values = new List<Expr>(inputs);
        foreach (var step in Steps)
            values.Add(step.Apply([.. step.Operands.Select(o => values[o])]));
        return values;
    }

    /// <summary>A scalar that depends on every entry, and on each differently.</summary>
    public static Expr Scalar(Expr value) => value.Rank == 0 ? value : Expr.Sum(Expr.Sin(value));

    /// <summary>The same inputs in each of some rows, but for a last digit or two.</summary>
    public Program OverRows(int rows) => this with
    {
        Inputs = [.. Inputs.Select(input => (Expr.BroadcastTo(input, input.Shape.Insert(0, rows)) * (1 + Expr.Reshape(Expr.Cast(Expr.Arange(rows), DType.Float64) * 1e-6, Shape.Of([rows, .. input.Shape.Select(_ => 1)])))).Value)],
    };

    /// <summary>The function traced, with the inputs as parameters.</summary>
    public Graph Traced() => Graph.Trace(x => [Run([.. x])], [.. Inputs.Select(i => i.Type)]);

    /// <summary>The function with a scalar value, traced.</summary>
    public Graph TracedLoss() => Graph.Trace(x => [Loss([.. x])], [.. Inputs.Select(i => i.Type)]);

    /// <summary>How far the point is from a kink.</summary>
    public double Margin
    {
        get
        {
            var values = Values(At);
            return Steps.Select(s => s.Margin([.. s.Operands.Select(o => values[o].Value)])).Append(double.PositiveInfinity).Min();
        }
    }

    /// <summary>All values at the point are finite and moderate, and no kink is near.</summary>
    public bool IsTame => Values(At).All(v => v.Value.ToArray<double>().All(e => Math.Abs(e) < 100)) && Margin > 1e-3;

    /// <summary>The same with selections as they are at the point.</summary>
    public Program Frozen()
    {
        var values = Values(At);
        return this with { Steps = [.. Steps.Select(s => s.Frozen is null ? s : s with { Apply = s.Frozen([.. s.Operands.Select(o => values[o].Value)]) })] };
    }

    /// <summary>Without the steps that the last value does not depend on.</summary>
    public Program Pruned()
    {
        var used = new bool[Count];
        used[^1] = true;
        for (int i = Count - 1; i >= Inputs.Length; i--)
            if (used[i])
                foreach (int operand in Steps[i - Inputs.Length].Operands)
                    used[operand] = true;
        var moved = new int[Count];
        int next = 0;
        for (int i = 0; i < Count; i++)
            moved[i] = i < Inputs.Length || used[i] ? next++ : -1;
        return this with
        {
            Steps = [.. Steps.Where((_, i) => used[Inputs.Length + i]).Select(s => s with { Operands = [.. s.Operands.Select(o => moved[o])] })],
        };
    }

    /// <summary>The first values only.</summary>
    public Program Up(int toValue) => (this with { Steps = Steps[..(toValue - Inputs.Length + 1)] }).Pruned();

    /// <summary>With every use of a value replaced by an earlier one of the same shape.</summary>
    public Program Replace(int value, int by) => (this with
    {
        Steps = [.. Steps.Select(s => s with { Operands = [.. s.Operands.Select(o => o == value ? by : o)] })],
    }).Pruned();

    /// <summary>All steps, those of inner functions among them.</summary>
    public IEnumerable<Step> AllSteps => Steps.SelectMany(s => s.Inner is null ? [s] : s.Inner.Body.AllSteps.Prepend(s));

    /// <summary>How deep transforms are nested in one another.</summary>
    public int Nesting => Steps.Select(s => s.Inner is null ? 0 : 1 + s.Inner.Body.Nesting).Append(0).Max();

    /// <summary>The longest way from an input to the output.</summary>
    public int Depth
    {
        get
        {
            var depth = new int[Count];
            for (int i = Inputs.Length; i < Count; i++)
                depth[i] = 1 + Steps[i - Inputs.Length].Operands.Max(o => depth[o]);
            return depth[^1];
        }
    }

    /// <summary>Is a value other than an input used more than once?</summary>
    public bool Shares => Steps.SelectMany(s => s.Operands).Where(o => o >= Inputs.Length).GroupBy(o => o).Any(g => g.Count() > 1);

    /// <summary>The program as C#, to be pasted.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (int i = 0; i < Inputs.Length; i++)
            text.AppendLine(CultureInfo.InvariantCulture, $"var at{i} = {Literal(Inputs[i])};");
        text.AppendLine($"Expr F({string.Join(", ", Inputs.Select((_, i) => $"Expr x{i}"))})").AppendLine("{");
        int next = 0;
        Write(text, [.. Inputs.Select((_, i) => $"x{i}")], "    ", ref next);
        return text.AppendLine("}").AppendLine($"var y = F({string.Join(", ", Inputs.Select((_, i) => $"at{i}"))});").ToString();
    }

    private void Write(StringBuilder text, string[] inputs, string indent, ref int next)
    {
        var names = new List<string>(inputs);
        foreach (var step in Steps)
        {
            string[] operands = [.. step.Operands.Select(o => names[o])];
            string name = $"v{next++}";
            string value;
            if (step.Inner is { } inner)
            {
                string f = $"f{next}", parameter = $"p{next}", row = $"r{next++}";
                string[] own = inner.Mode == Mode.Scan ? [parameter, row] : [parameter];
                text.Append(indent).AppendLine($"Expr {f}({string.Join(", ", own.Select(o => $"Expr {o}"))})").Append(indent).AppendLine("{");
                inner.Body.Write(text, [.. own, .. operands[inner.Own..]], indent + "    ", ref next);
                text.Append(indent).AppendLine("}");
                value = inner.Mode switch
                {
                    Mode.Grad => $"Ad.Grad({(inner.Body.Shape.Rank == 0 ? f : $"x => Expr.Sum(Expr.Sin({f}(x)))")}, {operands[0]})",
                    Mode.Jvp => $"Ad.Jvp({f}, {operands[0]}, {operands[1]}).Tangent",
                    Mode.Linearize => $"Ad.Linearize({f}, {operands[0]}).Pushforward({operands[1]})",
                    Mode.Vmap => $"Ad.Vmap({f}, {operands[0]})",
                    Mode.Checkpoint => $"Ad.Checkpoint<Expr, Expr>({f})({operands[0]})",
                    Mode.Cond => $"Ad.Cond(Expr.Sum({operands[1]}) > 0, {f}, x => Expr.Sin({f}(x)), {operands[0]})",
                    Mode.Scan => $"Ad.Scan((c, r) => {f}(c, r) is var y ? (Expr.Sin(c + Expr.Mean(y)), y) : default, {operands[0]}, {operands[1]}) is var (c{name}, ys{name}) ? c{name} + Expr.Mean(ys{name}) : default!",
                    _ => $"Ad.Vjp({f}, {operands[0]}).Pullback({operands[1]})",
                };
            }
            else
                value = step.Code(operands);
            text.Append(indent).AppendLine($"var {name} = {value};");
            names.Add(name);
        }
        text.Append(indent).Append("return ").Append(names[^1]).AppendLine(";");
    }

    /// <summary>A constant as C#.</summary>
    public static string Literal(Tensor tensor)
    {
        if (Table.Call(tensor) is { } call)
            return $"Expr.Constant({call})";
        if (tensor.Size > 36 && tensor.ToArray<double>().Distinct().Take(2).ToArray() is [var one])
            return string.Create(CultureInfo.InvariantCulture, $"Expr.Full(Shape.Of({string.Join(", ", tensor.Shape)}), {one:R})");
        var elements = tensor.ToArray<double>().Select(e => e switch
        {
            double.PositiveInfinity => "double.PositiveInfinity",
            double.NegativeInfinity => "double.NegativeInfinity",
            double.NaN => "double.NaN",
            _ => e.ToString("R", CultureInfo.InvariantCulture) is var t && t.Contains('.', StringComparison.Ordinal) || t.Contains('E', StringComparison.Ordinal) ? t : t + ".0",
        });
        return tensor.Rank == 0
            ? $"Expr.Scalar({elements.Single()})"
            : $"Expr.Constant(Tensor.Of(new double[] {{ {string.Join(", ", elements)} }}, Shape.Of({string.Join(", ", tensor.Shape)})))";
    }
}
