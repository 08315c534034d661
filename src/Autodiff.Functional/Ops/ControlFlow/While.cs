using System.Collections.Immutable;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// A loop that ends when a condition no longer holds. The inputs are what condition and body close over, and the first carries; the outputs are the last carries. Forward mode
/// carries tangents along. There is no reverse mode: how many steps must be kept is not known before.
/// </summary>
/// <remarks>Over a batch it goes on until all elements are done; one that is done keeps its carries.</remarks>
/// <param name="Condition">From captures and carries to a Bool.</param>
/// <param name="Body">From captures and carries to the next carries.</param>
/// <param name="Captures">How many values are closed over.</param>
internal sealed record While(Graph Condition, Graph Body, int Captures) : MultiOutput, IWhile
{
    /// <summary>The number of carries.</summary>
    public int Carries => Body.Outputs.Length;

    internal override IEnumerable<(string Name, Graph Graph)> Bodies => [("condition", Condition), ("step", Body)];

    /// <summary>The loop of two functions of the carries.</summary>
    public static ImmutableArray<Expr> Of(Func<ImmutableArray<Expr>, Expr> condition, Func<ImmutableArray<Expr>, ImmutableArray<Expr>> body, ImmutableArray<Expr> starts)
    {
        var carries = Closure.Parameters("a while loop", starts.Select(start => start.Type));
        return Of(carries, condition(carries), body(carries), starts);
    }

    /// <summary>The loop of a condition and a step that were traced.</summary>
    public static ImmutableArray<Expr> Of(ImmutableArray<Expr> carries, Expr condition, ImmutableArray<Expr> next, ImmutableArray<Expr> starts)
    {
        var (captures, graphs) = Closure.Of((carries, [condition]), (carries, Closure.Conform(next, carries)));
        return Apply(new While(graphs[0], graphs[1], captures.Length), [.. captures, .. starts]);
    }

    public override ImmutableArray<TensorType> InferParts(Inputs inputs)
    {
        for (int i = 0; i < inputs.Count; i++)
            if (inputs[i].Type != Body.Parameters[i].Type)
                throw new ShapeException(Name, $"{Body.Parameters[i].Type} as input {i}", $"{inputs[i].Type}");
        return [.. Body.Outputs.Select(output => output.Type)];
    }

    public override ImmutableArray<Tensor> EvaluateParts(ReadOnlySpan<Tensor> inputs)
    {
        var other = Stepper.ElementOf(inputs);
        Stepper.Frame condition = new(Condition.Stepper, other), body = new(Body.Stepper, other);
        for (int i = 0; i < inputs.Length; i++)
        {
            condition.Set(i, inputs[i]);
            body.Set(i, inputs[i]);
        }
        ImmutableArray<Tensor> carries = [.. inputs[Captures..]];
        while (true)
        {
            condition.Step();
            if (!condition[0].Elements<bool>()[0])
                return carries;
            body.Step();
            carries = body.Outputs;
            for (int i = 0; i < carries.Length; i++)
            {
                condition.Set(Captures + i, carries[i]);
                body.Set(Captures + i, carries[i]);
            }
        }
    }

    internal override ImmutableArray<Degree> DegreesOf(Inputs inputs, ReadOnlySpan<Degree> given)
    {
        var (parameters, _) = Linearity.OfLoop(Body, Captures, Carries, [.. given]);
        bool ends = Linearity.Of(Condition, parameters.AsSpan())[0].IsFree;
        return [.. parameters[Captures..].Select(degree => ends ? degree : Degree.Other)];
    }

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents)
    {
        var given = ImmutableArray.Create(tangents);
        var moving = Closure.Spread(Body, Captures, Carries, [.. given.Select((tangent, i) => tangent is not null && inputs[i].DType.IsFloating())], smoothly: true);
        ImmutableArray<int> carries = [.. Enumerable.Range(0, Carries).Where(i => moving[Captures + i])];
        ImmutableArray<Expr> captures = [.. inputs.Take(Captures)], starts = [.. inputs.Skip(Captures)];
        var results = Of(
            carried => Condition.Call([.. captures, .. carried[..Carries]])[0],
            carried =>
            {
                var pushed = new Expr?[inputs.Count];
                for (int i = 0; i < Captures; i++)
                    pushed[i] = moving[i] ? given[i] : null;
                for (int i = 0; i < carries.Length; i++)
                    pushed[Captures + carries[i]] = carried[Carries + i];
                var replay = Body.Replay([.. captures, .. carried[..Carries]]);
                var next = replay.Pushforward([.. pushed]);
                return [.. replay.Outputs, .. carries.Select(i => next[i])];
            },
            [.. starts, .. carries.Select(i => given[Captures + i] ?? Expr.ZerosLike(starts[i]))]);
        return Pack.Of([.. starts.Select((start, i) => carries.IndexOf(i) is var place and >= 0 ? results[Carries + place] : Expr.ZerosLike(start))]);
    }

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted)
    {
        var marked = new bool[inputs.Count];
        for (int i = 0; i < marked.Length; i++)
            marked[i] = wanted[i] && inputs[i].DType.IsFloating();
        var moving = Closure.Spread(Body, Captures, Carries, [.. marked], smoothly: true);
        for (int i = 0; i < Carries; i++)
            if (moving[Captures + i] && !cotangent.Parts[i].IsNone)
                throw new DerivativeException("While", "forward mode", "reverse mode, which would have to keep a number of steps that is not known before",
                    "Use ForLoop or Scan if the number of steps has a bound, Fix if the loop seeks a fixed point; Jvp, JacobianForward and Linearize go through While.");
        return Contributions.None;
    }

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size)
    {
        ImmutableArray<Expr> captures = [.. inputs.Take(Captures)], starts = [.. inputs.Skip(Captures)];
        var given = ImmutableArray.Create(batched);
        var marked = Closure.Spread(Body, Captures, Carries, given, smoothly: false);
        bool each = Closure.Dependent(Condition, marked, smoothly: false)[0];
        // If each element has its own condition, each has its own carries.
        if (each)
            marked = [.. marked[..Captures], .. Enumerable.Repeat(true, Carries)];
        ImmutableArray<Expr> first = [.. starts.Select((start, i) => marked[Captures + i] && !given[Captures + i] ? Batching.Repeat(start, size) : start)];
        Batching.Batched Holds(ImmutableArray<Expr> carries) => Batching.Fold(Condition, [.. captures, .. carries], marked, size)[0];
        ImmutableArray<Expr> Step(ImmutableArray<Expr> arguments) =>
            [.. Batching.Fold(Body, arguments, marked, size).Select((next, i) => marked[Captures + i] ? Batching.WithAxis(next, size) : next.Node)];
        var results = !each
            ? Of(carries => Holds(carries).Node, carries => Step([.. captures, .. carries]), first)
            : Of(carried => Expr.Any(carried[0]), carried =>
            {
                var (going, carries) = (carried[0], carried[1..]);
                // An element that is done is beyond where the body must be defined.
                var at = Body.MayThrow ? Batching.InPlaceOfOthers(going, [.. captures, .. carries], marked) : [.. captures, .. carries];
                ImmutableArray<Expr> next = [.. Step(at).Select((after, i) => Expr.Where(Expr.Reshape(going, Shape.Ones(after.Rank).With(0, size)), after, carries[i]))];
                return [Batching.WithAxis(Holds(next), size), .. next];
            },
            [Batching.WithAxis(Holds(first), size), .. first])[1..];
        return Pack.Of([.. results.Select((result, i) => marked[Captures + i] ? result : Batching.Repeat(result, size))]);
    }
}
