using System.Collections.Immutable;
using System.Reflection;
using FsCheck;
using FsCheck.Fluent;

namespace Autodiff.Functional.FsCheck;

/// <summary>The laws that every op of the library is tested by, for an op of yours.</summary>
/// <example><code>
/// OpProperties.Lawful&lt;Cube>().QuickCheckThrowOnFailure();
/// </code></example>
public static class OpProperties
{
    /// <summary>
    /// First derivatives agree by reverse mode, forward mode, differences and dual numbers, and second derivatives too; a batch is a loop, over the whole first input and over all. The calls are those that the op's entry draws.
    /// </summary>
    /// <typeparam name="TOp">The op, or an elementwise op's function: the type with the static property of type <see cref="OpInfo"/>.</typeparam>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    public static Property Lawful<TOp>() => Lawful(InfoOf(typeof(TOp)));

    /// <summary>The same for a given entry.</summary>
    public static Property Lawful(OpInfo op)
    {
        ArgumentNullException.ThrowIfNull(op);
        return Prop.ForAll(Calls(op), (Action<OpCase>)(call =>
        {
            Derivatives(op, call);
            Batches(call);
        }));
    }

    /// <summary>Random calls of an op; smaller ones are other draws of fewer elements, then simpler numbers.</summary>
    public static Arbitrary<OpCase> Calls(OpInfo op)
    {
        ArgumentNullException.ThrowIfNull(op);
        return Arb.From(Generate.Seeded(op.Draw), call => Enumerable.Range(0, 100).Select(seed => op.Draw(new Random(seed))).Where(other => Size(other) < Size(call)).OrderBy(Size).Take(20)
            .Concat(Enumerable.Range(0, call.Inputs.Length).SelectMany(i => Rounded(call, i))));
    }

    private static OpInfo InfoOf(Type type) => type.GetProperties(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        .FirstOrDefault(property => property.PropertyType == typeof(OpInfo))?.GetValue(null) as OpInfo
        ?? throw new InvalidOperationException($"OpProperties.Lawful: {type.Name} has no static property of type OpInfo, which says how calls of it are drawn. See CONTRIBUTING, \"Add an op in five minutes\".");

    private static int Size(OpCase call) => call.Inputs.Sum(input => input.Size);

    // Numbers of few digits are easier to read, and stay near where the op's entry wants them.
    private static IEnumerable<OpCase> Rounded(OpCase call, int input)
    {
        var tensor = call.Inputs[input];
        if (tensor.DType != DType.Float64)
            yield break;
        Tensor rounded = Expr.Constant(Tensor.Of([.. tensor.ToArray<double>().Select(number => Math.Round(number, 1))], tensor.Shape)).Value;
        if (!rounded.Equals(tensor))
            yield return call with { Inputs = call.Inputs.SetItem(input, rounded) };
    }

    private static void Derivatives(OpInfo op, OpCase call)
    {
        ImmutableArray<int> floating = [.. Enumerable.Range(0, call.Inputs.Length).Where(i => call.Inputs[i].DType.IsFloating())];
        Expr[] at = [.. floating.Select(i => Expr.Constant(call.Inputs[i]))];
        Expr F(Expr[] x)
        {
            ImmutableArray<Expr> inputs = [.. call.Inputs.Select(Expr.Constant)];
            for (int i = 0; i < x.Length; i++)
                inputs = inputs.SetItem(floating[i], x[i]);
            return call.Apply(inputs);
        }
        var value = F(at);
        if (op.Detached || at.Length == 0 || !value.DType.IsFloating() || value.Shape.Size == 0)
            return;
        var random = new Random(Size(call));
        Expr weights = Expr.Cast(random.NextTensor(value.Shape), value.DType);
        Ad.CheckGradients<Expr[], Expr>(F, at, name: "x").ThrowIfWrong();
        Ad.CheckGradients<Expr[], Expr[]>(x => Ad.Vjp<Expr[], Expr>(F, x).Pullback(weights), at, new() { Entries = 4, Tolerance = 1e-5 }, "the slope at x").ThrowIfWrong();
    }

    private static void Batches(OpCase call)
    {
        const int Size = 3;
        var graph = Graph.Trace(x => [call.Apply(x)], [.. call.Inputs.Select(input => input.Type)]);
        var random = new Random(1);
        ImmutableArray<ImmutableArray<Tensor>> rows = [.. Enumerable.Range(0, Size).Select(_ => call.Redraw?.Invoke(random) ?? [.. call.Inputs.Select(input => Shuffled(input, random))])];
        foreach (int last in new[] { 1, call.Inputs.Length }.Distinct())
        {
            ImmutableArray<bool> batched = [.. Enumerable.Range(0, call.Inputs.Length).Select(i => i < last)];
            var batch = graph.Batch([.. call.Inputs.Select((input, i) => batched[i] ? Expr.Stack(rows.Select(row => Expr.Constant(row[i]))) : Expr.Constant(input))], batched, Size)[0].Value;
            Tensor Loop(Func<Tensor, Tensor> of) => Expr.Stack(rows.Select(row => Expr.Constant(graph.Evaluate([.. row.Select((input, i) => of(batched[i] ? input : call.Inputs[i]))])[0]))).Value;
            var loop = Loop(input => input);
            bool AreEqual(Func<int, double> noise) => Enumerable.Range(0, loop.Size).All(i => !Differ(Entry(batch, i), Entry(loop, i), loop.DType, noise(i)));
            // What rounding alone makes of an entry shows in what the last digits of the inputs make of it.
            double Noise(int i) => Enumerable.Range(0, 3).Max(seed => Math.Abs(Entry(Loop(input => Rounded(input, new Random(seed))), i) - Entry(loop, i)));
            if (batch.Type != loop.Type || !(AreEqual(_ => 0) || AreEqual(Noise)))
                throw new DerivativeException("OpProperties.Lawful", $"a batch that is a loop: {loop}", $"{batch}", "Look at the op's Batch, or at Lifted if it is linear.");
        }
    }

    private static double Entry(Tensor tensor, int index) => Expr.Cast(Expr.Ravel(tensor), DType.Float64).Value.ToArray<double>()[index];

    private static bool Differ(double a, double b, DType dtype, double noise) => !(Math.Abs(a - b) <= (dtype == DType.Float32 ? 1e-4 : 1e-10) * (1 + Math.Abs(b)) + 16 * noise) && !a.Equals(b);

    private static Tensor Rounded(Tensor tensor, Random random) => !tensor.DType.IsFloating() ? tensor
        : (Expr.Constant(tensor) * (1 + Expr.Cast(random.NextTensor(tensor.Shape), tensor.DType) * (tensor.DType == DType.Float32 ? 5e-7 : 1e-15))).Value;

    private static Tensor Shuffled(Tensor tensor, Random random)
    {
        int[] order = [.. Enumerable.Range(0, tensor.Size)];
        random.Shuffle(order);
        return Expr.Reshape(Expr.Take(Expr.Ravel(tensor), Tensor.Of(order)), tensor.Shape).Value;
    }
}
