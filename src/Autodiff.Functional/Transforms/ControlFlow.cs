using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>Loops and branches over structures: taken apart into nodes, traced, checked, and handed to the ops.</summary>
internal static class ControlFlow
{
    // ---- branches ----

    public static R Branch<P, R>(string op, Expr selector, ImmutableArray<Func<P, R>> branches, P operand, Structure<P> inputs, Structure<R> outputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        long moment = StampClock.Next(default);
        var arguments = inputs.Flatten(operand, op);
        var parameters = Closure.Parameters("a branch", arguments.Select(argument => argument.Type));
        // A literal stays one.
        var at = inputs.Rebuild(operand, [.. parameters.Select((parameter, i) => arguments[i].IsWeak ? arguments[i] : parameter)]);
        ImmutableArray<R> results = [.. branches.Select(branch => branch is null ? throw new ArgumentNullException(nameof(branches)) : branch(at))];
        var values = Alike(op, [.. results.Select((result, i) => i == 0 ? outputs.Flatten(result, op) : outputs.FlattenLike(result, results[0], op, "a branch's value"))],
            leaf => Path(outputs, results[0], leaf, "value"));
        foreach (var result in results.Skip(1))
            Required.SameBesideNodes(op, "a branch's value", outputs, result, results[0]);
        var (captures, graphs) = Closure.OfBranches(parameters, moment, values);
        var taken = new Switch(graphs) { IsCond = selector.DType == DType.Bool };
        return outputs.Rebuild(results[0], taken.At(selector, [.. captures, .. arguments]));
    }

    public static Expr Predicate(string op, Expr predicate)
    {
        if (predicate is null)
            throw new ArgumentNullException(nameof(predicate), $"{op}: expected a Bool predicate; got null.");
        if (predicate.DType != DType.Bool)
            throw new DTypeException(op, "a Bool predicate", $"{predicate.DType}", "Compare it with something.");
        return predicate.Shape.IsScalar ? predicate
            : throw new ShapeException(op, "one predicate, a scalar", $"the shape {predicate.Shape}", "To choose element by element use Where; for all at once reduce it by Any or All.");
    }

    public static Expr Index(string op, Expr index, int branches)
    {
        index = Expr.Indices(index);
        if (!index.DType.IsInteger())
            throw new DTypeException(op, "an index of dtype Int32 or Int64", $"{index.DType}", "Cast it.");
        return index.Shape.IsScalar ? Expr.Apply(new BranchIndex(branches), Expr.Cast(index, DType.Int64)) : throw new ShapeException(op, "one index, a scalar", $"the shape {index.Shape}");
    }

    /// <summary>The branches' values in the same types: literals take that of another branch.</summary>
    private static ImmutableArray<ImmutableArray<Expr>> Alike(string op, ImmutableArray<ImmutableArray<Expr>> branches, Func<int, string> path)
    {
        ImmutableArray<TensorType> types = [.. branches[0].Select((first, leaf) => (branches.FirstOrDefault(branch => !branch[leaf].IsWeak) is { IsDefault: false } strong ? strong[leaf] : first).Type)];
        return [.. branches.Select((branch, i) => ImmutableArray.CreateRange(branch.Select((value, leaf) =>
            RequireType(op, $"values of one type from all branches, {types[leaf]}, at {path(leaf)}", $"from branch {i}", value, types[leaf]))))];
    }

    // ---- loops ----

    public static (C Carry, Y Outputs) Scan<C, X, Y>(string op, Func<C, X, (C, Y)> body, C start, X inputs, int? length, bool reverse, Structure<C> carries, Structure<X> rows, Structure<Y> outputs)
    {
        ArgumentNullException.ThrowIfNull(carries);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(outputs);
        ImmutableArray<Expr> taken = [.. rows.Flatten(inputs, op).Select(Strong)];
        int steps = length ?? Length(op, taken, i => Path(rows, inputs, i, "inputs"));
        var starts = Starts(op, start, carries, (carry, row) => body(carry, rows.Rebuild(inputs, row)).Item1, taken);
        var (carried, row) = Functional.Scan.Parameters(starts, taken);
        var (next, given) = body(carries.Rebuild(start, carried), rows.Rebuild(inputs, row));
        if (outputs.HoldsNodes)
            Required.Nodes(op, "outputs", outputs, given);
        var results = Functional.Scan.Of(carried, row, Next(op, next, start, carries, carried), [.. outputs.Flatten(given, op).Select(Strong)], starts, taken, steps, reverse);
        return (carries.Rebuild(start, results[..starts.Length]), outputs.Rebuild(given, results[starts.Length..]));
    }

    public static C ForLoop<C>(int count, Func<Expr, C, C> body, C start, Structure<C> carries)
    {
        ArgumentNullException.ThrowIfNull(carries);
        // Of the type of the steps' numbers, which are made only if the body looks at them.
        ImmutableArray<Expr> numbers = [Expr.Zeros(Shape.Of(count), DType.Int64)];
        var starts = Starts("ForLoop", start, carries, (carry, row) => body(row[0], carry), numbers);
        var (carried, row) = Functional.Scan.Parameters(starts, numbers);
        var next = Next("ForLoop", body(row[0], carries.Rebuild(start, carried)), start, carries, carried);
        if (KahnOrder.Between(row.AsSpan(), next.AsSpan(), out _).Count > 0)
            numbers = [Expr.Arange(count)];
        return carries.Rebuild(start, Functional.Scan.Of(carried, row, next, [], starts, numbers, count, reverse: false));
    }

    public static C While<C>(string op, Func<C, Expr> condition, Func<C, C> body, C start, Structure<C> carries)
    {
        ArgumentNullException.ThrowIfNull(carries);
        var starts = Starts(op, start, carries, (carry, _) => body(carry), []);
        var carried = Closure.Parameters("a while loop", starts.Select(first => first.Type));
        var carry = carries.Rebuild(start, carried);
        var holds = Predicate(op, condition(carry));
        return carries.Rebuild(start, Functional.While.Of(carried, holds, Next(op, body(carry), start, carries, carried), starts));
    }

    public static P Implicit<P>(string op, Func<P, P> function, P start, double? tolerance, int maxIterations, Structure<P> structure)
    {
        ArgumentNullException.ThrowIfNull(function, "f");
        ArgumentNullException.ThrowIfNull(structure);
        OutOfRange.Below(op, maxIterations, 1, "Give as many steps as it may take to converge.");
        OutOfRange.Below(op, tolerance ?? 1, double.Epsilon, "It bounds the last step relative to each entry; leave it out for what the dtype allows.", nameof(tolerance));
        Required.Nodes(op, "a start", structure, start);
        var starts = Starts(op, start, structure, (at, _) => function(at), [], s_value);
        for (int i = 0; i < starts.Length; i++)
            if (!starts[i].DType.IsFloating() || starts[i].DType != starts[0].DType)
                throw new DTypeException(op, "nodes of one floating-point dtype", $"{starts[i].DType} at {Path(structure, start, i, "start")}", "Cast it; close over what does not change.");
        if (starts.IsEmpty)
            throw new StructureException(op, "a start with an Expr", "none");
        var parameters = Closure.Parameters($"the function of a {op}", starts.Select(first => first.Type));
        var values = Next(op, function(structure.Rebuild(start, parameters)), start, structure, parameters, s_value);
        double near = tolerance ?? (starts[0].DType == DType.Float32 ? 1e-6 : 1e-12);
        return structure.Rebuild(start, Functional.Implicit.Of(op == "Root", parameters, values, starts, near, maxIterations));
    }

    /// <summary>What errors call a value that must be of the type of what it is computed from.</summary>
    /// <param name="Given">The whole value.</param>
    /// <param name="Noun">One node of it.</param>
    /// <param name="Root">What its path begins with.</param>
    /// <param name="From">Where it comes from.</param>
    private sealed record Role(string Given, string Noun, string Root, string From);

    private static readonly Role s_carry = new("the carry that the body gives", "a carry", "carry", "from the body"), s_value = new("the value of f", "a value of f", "start", "from f");

    /// <summary>
    /// The first carries, strong. A literal takes the dtype that a step gives in its place, where all other carries are as they are; another literal may then have one as well.
    /// </summary>
    private static ImmutableArray<Expr> Starts<C>(string op, C start, Structure<C> carries, Func<C, ImmutableArray<Expr>, C> step, ImmutableArray<Expr> taken, Role? role = null)
    {
        var starts = carries.Flatten(start, op);
        for (bool changed = true; changed && starts.Any(first => first.IsWeak);)
        {
            changed = false;
            var (carried, row) = Functional.Scan.Parameters(starts, taken);
            var next = carries.FlattenLike(step(carries.Rebuild(start, [.. starts.Select((first, i) => first.IsWeak ? first : carried[i])]), row), start, op, (role ?? s_carry).Given);
            for (int i = 0; i < starts.Length; i++)
                if (starts[i].IsWeak && !next[i].IsWeak)
                    (starts, changed) = (starts.SetItem(i, Expr.Cast(starts[i], next[i].DType)), true);
        }
        return [.. starts.Select(Strong)];
    }

    /// <summary>What a step gives as carry: of the structure and the types of what it took.</summary>
    private static ImmutableArray<Expr> Next<C>(string op, C next, C start, Structure<C> carries, ImmutableArray<Expr> carried, Role? role = null)
    {
        var (given, noun, root, from) = role ?? s_carry;
        var values = carries.FlattenLike(next, start, op, given);
        Required.SameBesideNodes(op, noun, carries, next, start);
        return [.. values.Select((value, i) => value.Type == carried[i].Type ? value
            : RequireType(op, $"{noun} that stays {carried[i].Type}, at {Path(carries, start, i, root)}", from, value, carried[i].Type))];
    }

    private static Expr RequireType(string op, string expected, string from, Expr value, TensorType type)
    {
        if (Fits(value, type))
            return Expr.BroadcastTo(Expr.Cast(value, type.DType), type.Shape);
        if (value.Shape != type.Shape)
            throw new ShapeException(op, expected, $"{value.Type} {from}");
        return value.DType == type.DType ? value : throw new DTypeException(op, expected, $"{value.Type} {from}", "Cast it.");
    }

    /// <summary>Can a literal stand for a value of the type?</summary>
    private static bool Fits(Expr literal, TensorType type) => literal.IsWeak && literal.Shape.BroadcastsTo(type.Shape) &&
        (type.DType.IsFloating() || (type.DType.IsInteger() && Expr.Cast(Expr.Cast(literal, type.DType), DType.Float64).Value.Equals(literal.Value)));

    private static string Path<P>(Structure<P> structure, P value, int index, string name) => Paths.Leaves(structure, value, "Structure", name)[index].Path;

    private static Expr Strong(Expr node) => Expr.Cast(node, node.DType);

    /// <summary>The one length of the first axes.</summary>
    private static int Length(string op, ImmutableArray<Expr> inputs, Func<int, string> path)
    {
        if (inputs.IsEmpty)
            throw new StructureException(op, "inputs with an Expr, whose first axis says how many steps there are", "none", "Give the length instead of inputs.");
        for (int i = 0; i < inputs.Length; i++)
            if (inputs[i].Rank == 0)
                throw new ShapeException(op, "inputs with a first axis to go along", $"a scalar at {path(i)}", "What is the same in all steps is closed over.");
            else if (inputs[i].Shape[0] != inputs[0].Shape[0])
                throw new ShapeException(op, $"inputs of one length along the first axis, {inputs[0].Shape[0]} as at {path(0)}", $"{inputs[i].Shape[0]} at {path(i)}");
        return inputs[0].Shape[0];
    }
}
