using System.Collections.Immutable;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// A function with a linear map that stands for its derivative: a pushforward, from tangents to tangents, or a pullback, from cotangents to cotangents. The other one is its
/// transpose. Besides its values the op gives the residuals that the map needs; those have their own derivatives, by the expressions that they are.
/// </summary>
/// <param name="Forward">From the inputs (what the function closes over, then parameters) to the values, then the residuals.</param>
/// <param name="Rule">The map, of one element if the op is over a batch: a function of the inputs, of all that <paramref name="Forward"/> gives, and of a direction for each floating-point parameter or value.</param>
/// <param name="Pushes">Is it the pushforward?</param>
/// <param name="Captures">How many values are closed over.</param>
/// <param name="Values">How many of the outputs are values.</param>
internal sealed record CustomRule(Graph Forward, Graph Rule, bool Pushes, int Captures, int Values) : MultiOutput, ICall
{
    /// <summary>A batch that the op is over: its size, and which inputs have it as an axis.</summary>
    private readonly record struct Level(int Size, ImmutableArray<bool> Batched);

    /// <summary>The batches, from the outermost; each is an axis of all values.</summary>
    private ImmutableArray<Level> Levels { get; init; } = [];

    public override string Name => Pushes ? "CustomJvp" : "CustomVjp";
    internal override IEnumerable<(string Name, Graph Graph)> Bodies => [("value", Forward), ("rule", Rule)];

    public override ImmutableArray<TensorType> InferParts(Inputs inputs) => [.. Forward.Outputs.Select(output => output.Type)];

    Graph ICall.Body => Forward;

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
        var map = Map(pushes: true);
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
        var map = Map(pushes: false) ?? throw NotLinear.Error();
        var pulled = map.Call([.. inputs, .. Parts(output),
            .. FloatingValues.Select(i => parts[i].Value ?? Expr.Zeros(Forward.Outputs[i].Shape, Forward.Outputs[i].DType))]);
        var (given, next) = (parts.Where(part => !part.IsNone), 0);
        foreach (int i in FloatingParameters)
        {
            // Of each element of the batch, so that one that nobody looks at adds exactly 0 to what several share.
            var value = pulled[next++];
            var support = given.Select(part => Support.Any(part.Support, value.Shape, Levels.Length)).Aggregate(Support.Union);
            value = Guard.Of(support, value);
            var sharing = Axes.Of([.. Enumerable.Range(0, Levels.Length).Where(level => !Levels[level].Batched[i])]);
            contributions[i] = sharing.Count == 0 ? new(value, support)
                : new(Expr.Sum(value, sharing), support is null ? null : Support.From(support, mask => Expr.Any(mask!, sharing)));
        }
    }

    // ---- batches ----

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size)
    {
        ImmutableArray<bool> given = [.. batched];
        var forward = Graph.Trace(x => Forward.Batch(x, given, size), [.. inputs.Select(input => input.Type)]);
        return Expr.Apply(this with { Forward = forward, Levels = Levels.Insert(0, new(size, given)) }, [.. inputs]);
    }

    /// <summary>The pushforward or the pullback, over the batches; the latter gives a cotangent for each element, also of what several share. Null if the rule is not linear.</summary>
    private Graph? Map(bool pushes)
    {
        var map = pushes == Pushes ? Rule : Transposed();
        for (int i = Levels.Length - 1; i >= 0 && map is not null; i--)
        {
            var (level, single) = (Levels[i], map);
            ImmutableArray<bool> batched = [.. level.Batched, .. Forward.Outputs.Select(_ => true), .. pushes ? FloatingParameters.Select(parameter => level.Batched[parameter]) : FloatingValues.Select(_ => true)];
            map = Graph.Trace(x => single.Batch(x, batched, level.Size),
                [.. single.Parameters.Select((parameter, k) => batched[k] ? new(parameter.DType, parameter.Shape.Insert(0, level.Size)) : parameter.Type)]);
        }
        return map;
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
