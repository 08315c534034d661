using System.Collections.Immutable;
using Autodiff.Functional.Compilation;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// A function with a linear map that stands for its derivative: a pushforward, from tangents to tangents, or a pullback, from cotangents to cotangents. The other one is its
/// transpose. Besides its values the op gives the residuals that the map needs; those have their own derivatives, by the expressions that they are.
/// </summary>
/// <param name="Forward">From the inputs (what the function closes over, then parameters) to the values, then the residuals.</param>
/// <param name="Rule">The map: a function of the inputs, of all that <paramref name="Forward"/> gives, and of a direction for each floating-point parameter or value.</param>
/// <param name="Pushes">Is it the pushforward?</param>
/// <param name="Captures">How many values are closed over.</param>
/// <param name="Values">How many of the outputs are values.</param>
internal sealed record CustomRule(Graph Forward, Graph Rule, bool Pushes, int Captures, int Values) : MultiOutput, IPartsOp
{
    public override string Name => Pushes ? "CustomJvp" : "CustomVjp";
    internal override IEnumerable<(string Name, Graph Graph)> Bodies => [("value", Forward), ("rule", Rule)];

    public override ImmutableArray<TensorType> InferParts(Inputs inputs) => [.. Forward.Outputs.Select(output => output.Type)];

    ImmutableArray<TensorType> IPartsOp.Parts => [.. Forward.Outputs.Select(output => output.Type)];

    Step IPartsOp.Compile(ImmutableArray<Operand> inputs, ImmutableArray<Operand> outputs, CompileOptions options, Bodies bodies) => new CallStep(inputs, outputs, bodies.Of(Forward));

    public override ImmutableArray<Tensor> EvaluateParts(ReadOnlySpan<Tensor> inputs) => Forward.Stepper.Evaluate(inputs);

    internal override ImmutableArray<Degree> DegreesOf(Inputs inputs, ReadOnlySpan<Degree> given) => Linearity.Of(Forward, given);

    private Graph Residuals => Graph.Of(Forward.Parameters, Forward.Outputs[Values..]);

    // ---- forward mode ----

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents)
    {
        ImmutableArray<Expr?> given = [.. tangents];
        return Pack.Of([.. Pushed(inputs, output, given), .. Residuals.Replay([.. inputs]).Pushforward(given)]);
    }

    private ImmutableArray<Expr> Pushed(Inputs inputs, Expr output, ImmutableArray<Expr?> tangents)
    {
        var map = Pushes ? Rule : Transposed();
        var closedOver = Enumerable.Range(0, Captures).FirstOrDefault(i => IsVaried(inputs[i]) && tangents[i] is not null, -1);
        var flaw = closedOver >= 0 ? ClosedOver(inputs[closedOver]) : map is null ? NotLinear : null;
        var pushed = flaw is not null ? null : new Queue<Expr>(map!.Call([.. inputs, .. Parts(output),
            .. FloatingParameters.Select(i => tangents[i] ?? Expr.Zeros(inputs[i].Shape, inputs[i].DType))]));
        // A derivative that there is not is an error only for who asks for it: the tangents of residuals may be all that a Hessian needs.
        return [.. Forward.Outputs[..Values].Select(value => !value.DType.IsFloating() ? Expr.Zeros(value.Shape, value.DType)
            : pushed?.Dequeue() ?? Expr.Leaf(flaw!, value.Type))];
    }

    // ---- reverse mode ----

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted)
    {
        var contributions = new Cotangent[inputs.Count];
        if (cotangent.Parts[..Values].Any(part => !part.IsNone))
        {
            for (int i = 0; i < Captures; i++)
                if (wanted[i] && IsVaried(inputs[i]))
                    throw ClosedOver(inputs[i]).Error();
            Pull(inputs, output, cotangent.Parts[..Values], contributions);
        }
        if (cotangent.Parts[Values..].Any(part => !part.IsNone))
        {
            var ofResiduals = Residuals.Replay([.. inputs]).Contributions(cotangent.Parts[Values..]);
            for (int i = 0; i < inputs.Count; i++)
                contributions[i] += ofResiduals[i];
        }
        return new([.. contributions]);
    }

    private void Pull(Inputs inputs, Expr output, ImmutableArray<Cotangent> parts, Cotangent[] contributions)
    {
        var map = (Pushes ? Transposed() : Rule) ?? throw NotLinear.Error();
        var pulled = map.Call([.. inputs, .. Parts(output),
            .. FloatingValues.Select(i => parts[i].Value ?? Expr.Zeros(Forward.Outputs[i].Shape, Forward.Outputs[i].DType))]);
        var (given, next) = (parts.Where(part => !part.IsNone), 0);
        foreach (int i in FloatingParameters)
        {
            var support = given.Select(part => Support.Any(part.Support, inputs[i].Shape)).Aggregate(Support.Union);
            contributions[i] = new(Guard.Of(support, pulled[next++]), support);
        }
    }

    // ---- batches ----

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size)
    {
        ImmutableArray<bool> given = [.. batched];
        var parameters = FloatingParameters;
        var forward = Graph.Trace(x => Forward.Batch(x, given, size), [.. inputs.Select(input => input.Type)]);
        ImmutableArray<bool> directions = Pushes ? [.. parameters.Select(i => given[i])] : [.. FloatingValues.Select(_ => true)];
        var rule = Graph.Trace(x =>
        {
            var mapped = Rule.Batch(x, [.. given, .. forward.Outputs.Select(_ => true), .. directions], size);
            // What all elements of the batch share gets all their cotangents.
            return Pushes ? mapped : [.. mapped.Zip(parameters, (cotangent, i) => given[i] ? cotangent : Expr.Sum(cotangent, 0))];
        }, [.. forward.Parameters.Concat(forward.Outputs).Concat(Pushes ? parameters.Select(i => forward.Parameters[i]) : FloatingValues.Select(i => forward.Outputs[i])).Select(node => node.Type)]);
        return Expr.Apply(this with { Forward = forward, Rule = rule }, [.. inputs]);
    }

    // ---- the other map ----

    /// <summary>The transpose of the rule; null if the rule is not linear in its directions. A linear map has it at any direction, so at 0.</summary>
    private Graph? Transposed()
    {
        int known = Forward.Parameters.Length + Forward.Outputs.Length;
        ImmutableArray<bool> active = [.. Rule.Parameters.Select((_, i) => i >= known)];
        if (Linearity.Of(Rule, [.. active.Select(direction => direction ? Degree.Linear : Degree.Free)]).Any(degree => !degree.IsLinear))
            return null;
        ImmutableArray<Expr> zeros = [.. Rule.Parameters[known..].Select(direction => Expr.Zeros(direction.Shape, direction.DType))];
        return Graph.Trace(x => [.. Closure.InActive(Rule, active, [.. x[..known], .. zeros]).Replay(zeros, reverse: true).Pullback([.. x[known..].Select(direction => new Cotangent(direction))])],
            [.. Rule.Parameters[..known].Concat(Rule.Outputs).Select(node => node.Type)]);
    }

    private ImmutableArray<Expr> Parts(Expr output) => [.. Forward.Outputs.Select((part, i) => Project.Of(output, i, part.Type))];

    private ImmutableArray<int> FloatingParameters => [.. Enumerable.Range(Captures, Forward.Parameters.Length - Captures).Where(i => Forward.Parameters[i].DType.IsFloating())];

    private ImmutableArray<int> FloatingValues => [.. Enumerable.Range(0, Values).Where(i => Forward.Outputs[i].DType.IsFloating())];

    // ---- what can't be differentiated ----

    private static bool IsVaried(Expr closedOver) => closedOver.Op is not StopGradient && closedOver.DType.IsFloating();

    private NoDerivative ClosedOver(Expr node) => new(Name, "derivatives in the function's parameters alone", $"one in {node}, which the function closes over",
        "Its rule says nothing of that: make it a parameter, or close over Expr.StopGradient of it.");

    private NoDerivative NotLinear => Pushes
        ? new(Name, "a rule that is linear in the tangent, so that reverse mode is its transpose", "one that is not", "Write the tangent as a sum of products of d with expressions without d; or give a pullback, with Ad.CustomVjp.")
        : new(Name, "a rule that is linear in the cotangent, so that forward mode is its transpose", "one that is not (it clips, or branches on it)", "Use reverse mode; or give a pushforward, with Ad.CustomJvp.");
}

/// <summary>A derivative that is not there. Whoever asks for its value is told why.</summary>
/// <param name="Function">Which function has none.</param>
/// <param name="Expected">What its derivative needs.</param>
/// <param name="Got">What there is.</param>
/// <param name="Remedy">What the user can do.</param>
internal sealed record NoDerivative(string Function, string Expected, string Got, string Remedy) : Leaf
{
    public DerivativeException Error() => new(Function, Expected, Got, Remedy);

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => throw Error();
}
