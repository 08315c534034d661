using System.Reflection;
using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>Nothing is missing from the catalogue, and everything in it is drawn.</summary>
public sealed class CatalogueTests
{
    /// <summary>Ways to make leaves, and the way in for any op: these are no ops.</summary>
    private static readonly string[] s_noOps = [nameof(Expr.Constant), nameof(Expr.Variable), nameof(Expr.Scalar), nameof(Expr.Literal), nameof(Expr.Apply)];

    /// <summary>Leaves, the identity that a trace starts from, and what only ops with several outputs need, or third derivatives, or rules that read values, or plans.</summary>
    private static readonly Type[] s_undrawn =
    [
        typeof(Constant), typeof(Variable), typeof(Placeholder), typeof(Seed), typeof(Project), typeof(Pack), typeof(NoDerivative), typeof(OutsideValue),
        typeof(InverseMillsExcessSlope), typeof(TanhTail), typeof(TanhFrom), typeof(WhereVarying),
    ];

    [Fact]
    public void Every_op_that_a_user_can_call_has_an_entry()
    {
        var names = Catalogue.Of(typeof(Expr).Assembly).Select(op => op.Name).ToHashSet();
        var missing = typeof(Expr).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Where(method => method.ReturnType == typeof(Expr) && !method.IsSpecialName && !s_noOps.Contains(method.Name))
            .Select(method => method.Name).Distinct().Where(name => !names.Contains(name)).ToArray();
        Assert.True(missing.Length == 0, $"Without an entry in the catalogue: {string.Join(", ", missing)}. Give each a static property of type OpInfo in its file.");
    }

    [Fact]
    public void Names_are_told_apart_and_entries_say_something() => Assert.All(EachOp.Ops().GroupBy(op => op.Name), entries =>
    {
        var entry = Assert.Single(entries);
        Assert.NotEmpty(entry.Formula);
        Assert.Contains("(", entry.Signature.Replace('[', '('), StringComparison.Ordinal);
    });

    [Theory, InlineData(typeof(Expr)), InlineData(typeof(CatalogueTests))]
    public void Every_op_is_drawn(Type of)
    {
        var drawn = new HashSet<Type>();
        foreach (var op in EachOp.Ops())
            for (int i = 0; i < Cases.Of(40); i++)
                foreach (var type in Drawn(Point.Draw(op, i)))
                    drawn.Add(type);
        var missing = of.Assembly.GetTypes().Where(type => type.Namespace == of.Namespace && IsOp(type) && !drawn.Contains(type)).Except(s_undrawn).ToArray();
        Assert.True(missing.Length == 0, $"Never drawn: {string.Join(", ", missing.Select(type => type.Name))}");
    }

    private static bool IsOp(Type type) => !type.IsAbstract && !type.ContainsGenericParameters &&
        (type.IsAssignableTo(typeof(Op)) || (type.IsValueType && (type.IsAssignableTo(typeof(IUnary)) || type.IsAssignableTo(typeof(IBinary)) || type.IsAssignableTo(typeof(IPredicate)))));

    /// <summary>
    /// The ops of a call and of its gradient, taken from a part of the value, so that supports are met as well, and of the gradient of that; for an elementwise op also its function.
    /// </summary>
    private static IEnumerable<Type> Drawn(Point point)
    {
        var roots = new List<Expr>(Graph.Trace(x => [point.Case.Apply(x)], [.. point.Case.Inputs.Select(input => input.Type)]).Outputs);
        if (point.HasDerivative && point.Value.Shape.Size > 0)
        {
            Func<Expr[], Expr[]> gradient = Ad.Grad<Expr[]>(at => Expr.Sum(Expr.Square(Expr.Ravel(point.F(at))[..1])));
            roots.AddRange(Graph.Trace(x => [.. gradient([.. x])], [.. point.Types]).Outputs);
            roots.AddRange(Graph.Trace(x => [.. Ad.Grad<Expr[]>(at => gradient(at).Aggregate(Expr.Zero, (sum, part) => sum + Expr.Sum(Expr.Cast(part, DType.Float64))), [.. x])], [.. point.Types]).Outputs);
        }
        return KahnOrder.From([.. roots]).Select(visit => visit.Op.GetType()).SelectMany(type => type.GetGenericArguments().Append(type));
    }
}
