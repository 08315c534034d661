using System.Collections.Immutable;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// One of several functions of the same inputs, picked by the first input: a Bool (true takes the first branch, false the second) or a branch's index. Only the branch that is taken
/// is computed. Derivatives are switches of the branches' derivatives; what a branch does not depend on is outside of the support of what it gives back.
/// </summary>
/// <remarks>Over a batch in which elements take different branches all branches are computed, and <c>Where</c> selects.</remarks>
/// <param name="Branches">The branches; their parameters are the inputs after the first.</param>
internal sealed record Switch(ImmutableArray<Graph> Branches) : MultiOutput, IBranch
{
    public override string Name => IsCond ? "Cond" : "Switch";
    internal override IEnumerable<(string Name, Graph Graph)> Bodies => Branches.Select((branch, i) => (!IsCond ? $"branch {i}" : i == 0 ? "yes" : "no", branch));

    /// <summary>Two branches, told apart by a Bool.</summary>
    public bool IsCond { get; init; }

    // ---- types and values ----

    public override ImmutableArray<TensorType> InferParts(Inputs inputs)
    {
        for (int i = 1; i < inputs.Count; i++)
            if (inputs[i].Type != Branches[0].Parameters[i - 1].Type)
                throw new ShapeException(Name, $"{Branches[0].Parameters[i - 1].Type} as input {i}", $"{inputs[i].Type}");
        return [.. Branches[0].Outputs.Select(output => output.Type)];
    }

    public override ImmutableArray<Tensor> EvaluateParts(ReadOnlySpan<Tensor> inputs) => Branches[Taken(inputs[0])].Stepper.Evaluate(inputs[1..]);

    /// <summary>Which branch a selector takes.</summary>
    public int Taken(Tensor selector) => IsCond ? Taken(selector.Elements<bool>()[0]) : (int)selector.Elements<long>()[0];

    /// <summary>Which branch a condition takes.</summary>
    public static int Taken(bool holds) => holds ? 0 : 1;

    // ---- making ----

    /// <summary>The values of the branch that a selector takes. One that is known leaves no switch behind.</summary>
    public ImmutableArray<Expr> At(Expr selector, ImmutableArray<Expr> arguments) =>
        selector.IsConstant ? Branches[Taken(selector.Value)].Call(arguments.AsSpan()) : Apply(this, [selector, .. arguments]);

    /// <summary>The switch whose branches are made from this one's: functions of some arguments.</summary>
    private ImmutableArray<Expr> Derived(Expr selector, ImmutableArray<Expr> arguments, Func<Graph, ImmutableArray<Expr>, ImmutableArray<Expr>> derive)
    {
        if (selector.IsConstant)
            return derive(Branches[Taken(selector.Value)], arguments);
        // The arguments may be constants: as parameters they make no branch compute what it is not asked for.
        var at = Closure.Parameters("a branch", arguments.Select(argument => argument.Type));
        ImmutableArray<ImmutableArray<Expr>> values = [.. Branches.Select(branch => derive(branch, at))];
        return (this with { Branches = [.. values.Select(branch => Graph.Of(at, Closure.Conform(branch, values[0])))] }).At(selector, arguments);
    }

    internal override ImmutableArray<Degree> DegreesOf(Inputs inputs, ReadOnlySpan<Degree> given)
    {
        var arguments = given[1..];
        if (!given[0].IsFree)
            return [.. Branches[0].Outputs.Select(_ => Degree.Other)];
        var all = Linearity.Of(Branches[0], arguments);
        foreach (var branch in Branches.AsSpan()[1..])
            all = [.. all.Zip(Linearity.Of(branch, arguments), (one, other) => one + other)];
        return all;
    }

    // ---- derivatives ----

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents)
    {
        var given = ImmutableArray.Create(tangents[1..]);
        ImmutableArray<int> moving = [.. Enumerable.Range(0, given.Length).Where(i => given[i] is not null)];
        return Pack.Of(Derived(inputs[0], [.. inputs.Skip(1), .. moving.Select(i => given[i]!)], (branch, at) =>
        {
            var pushed = new Expr?[given.Length];
            for (int i = 0; i < moving.Length; i++)
                pushed[moving[i]] = at[given.Length + i];
            return branch.Replay(at[..given.Length]).Pushforward([.. pushed]);
        }).AsSpan());
    }

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted)
    {
        ImmutableArray<bool> moving = wanted.Of(inputs.Count)[1..], active = [.. moving.Select((moves, i) => moves && inputs[i + 1].DType.IsFloating())];
        ImmutableArray<Expr> arguments = [.. inputs.Skip(1)];
        ImmutableArray<Cotangent> contributions;
        if (inputs[0].IsConstant)
            contributions = Closure.Contributions(Branches[Taken(inputs[0].Value)], active, moving, arguments, cotangent.Parts);
        else
        {
            ImmutableArray<Expr> all = [.. arguments, .. cotangent.Parts.SelectMany(CotangentNodes.Of)];
            var at = Closure.Parameters("a branch", all.Select(argument => argument.Type));
            ImmutableArray<ImmutableArray<Cotangent>> back = [.. Branches.Select(branch =>
            {
                var rest = new Queue<Expr>(at[active.Length..]);
                return Closure.Contributions(branch, active, moving, at[..active.Length], [.. cotangent.Parts.Select(part => CotangentNodes.Take(rest, part))]);
            })];
            // An input has a cotangent if it has one in any branch, and a support if it has none, or a support, in some.
            ImmutableArray<bool> some = [.. back[0].Select((_, i) => back.Any(branch => !branch[i].IsNone))];
            ImmutableArray<bool> masked = [.. back[0].Select((_, i) => back.Any(branch => branch[i].IsNone || branch[i].Support is not null))];
            ImmutableArray<int> given = [.. Enumerable.Range(0, some.Length).Where(i => some[i])];
            if (given.IsEmpty)
                return Contributions.None;
            ImmutableArray<TensorType> types = [.. arguments.Where((_, i) => active[i]).Select(argument => argument.Type)];
            var results = (this with { Branches = [.. back.Select(branch => Graph.Of(at, [.. given.SelectMany(i => CotangentNodes.Of(branch[i], types[i], masked[i]))]))] }).At(inputs[0], all);
            var queue = new Queue<Expr>(results);
            contributions = [.. some.Select((any, i) => any ? CotangentNodes.Take(queue, masked[i]) : default)];
        }
        var perInput = new Cotangent[inputs.Count];
        for (int i = 0, next = 0; i < active.Length; i++)
            if (active[i])
                perInput[i + 1] = contributions[next++];
        return new([.. perInput]);
    }

    // ---- batches ----

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size)
    {
        ImmutableArray<bool> marked = ImmutableArray.Create(batched[1..]);
        ImmutableArray<Expr> arguments = [.. inputs.Skip(1)];
        if (!batched[0])
            return Pack.Of(Derived(inputs[0], arguments, (branch, at) => branch.Batch(at, marked, size)).AsSpan());
        ImmutableArray<Expr> takes = [.. Branches.Select((_, branch) => !IsCond ? Expr.Equal(inputs[0], branch) : branch == 0 ? inputs[0] : Expr.Not(inputs[0]))];
        ImmutableArray<ImmutableArray<Expr>> all = [.. Branches.Select((branch, i) => branch.MayThrow ? Asked(branch, takes[i], arguments, marked, size) : branch.Batch(arguments, marked, size))];
        return Pack.Of([.. all[^1].Select((last, output) => Enumerable.Range(0, Branches.Length - 1).Reverse().Aggregate(last, (otherwise, branch) =>
            Expr.Where(Expr.Reshape(takes[branch], Shape.Ones(last.Rank).With(0, size)), all[branch][output], otherwise)))]);
    }

    /// <summary>A branch that may throw: computed if any element takes it, and for the others at the values of one that does.</summary>
    private static ImmutableArray<Expr> Asked(Graph branch, Expr takes, ImmutableArray<Expr> arguments, ImmutableArray<bool> marked, int size)
    {
        ImmutableArray<Expr> all = [takes, .. arguments];
        var at = Closure.Parameters("a branch", all.Select(argument => argument.Type));
        var values = branch.Batch(Batching.InPlaceOfOthers(at[0], at[1..], marked), marked, size);
        return new Switch([Graph.Of(at, values), Graph.Of(at, [.. values.Select(value => Expr.Zeros(value.Shape, value.DType))])]) { IsCond = true }.At(Expr.Any(takes), all);
    }
}

/// <summary>The index of a branch, or one for each element of a batch: itself, if there is such a branch.</summary>
internal sealed record BranchIndex(int Count) : Op
{
    public override string Attributes => $"{Count}";
    public override TensorType Infer(Inputs inputs) => inputs[0].Type;
    internal override bool MayThrow(Inputs inputs) => true;

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs)
    {
        foreach (long index in inputs[0].Elements<long>())
            if (index < 0 || index >= Count)
                throw new IndexException("Switch", $"the index of a branch, in 0 … {Count - 1}", $"{index}", "It is never moved to fit; Clamp it if you want that.");
        return inputs[0];
    }

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => null;
    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => default;
    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this, inputs[0]);
}
