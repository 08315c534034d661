using System.Collections.Immutable;
using Xunit;
using static Autodiff.Functional.Properties.Structures.Zoo;

namespace Autodiff.Functional.Properties.Structures;

/// <summary>A structure taken apart and rebuilt is the same; with other nodes it has those; and gradients come back in the same type.</summary>
public sealed class RoundTripLaws
{
    private static readonly Expr a = 2.0, b = 3.0, c = 5.0, d = 7.0;

    /// <summary>The values of the zoo, each with the paths that its nodes have.</summary>
    public static TheoryData<object, string> Zoo() => new()
    {
        { Of(a), "v" },
        { Of(new Positional(a, b)), "v.W v.B" },
        { Of(new Unsealed(a, "n")), "v.W" },
        { Of<Unsealed>(new Derived(a, "n", b)), "v.W v.Extra" },
        { Of(new Init { W = a, B = b, Name = "n", Depth = 3 }), "v.W v.B" },
        { Of(new Optional(a, b)), "v.W v.B" },
        { Of(new Optional(a, null)), "v.W" },
        { Of(new Computed(a, b)), "v.W v.B" },
        { Of(new Generic<Expr>(a, b, 4)), "v.Value v.Other" },
        { Of(new Generic<Positional>(new(a, b), new(c, d), 4)), "v.Value.W v.Value.B v.Other.W v.Other.B" },
        { Of(new Point(a, b)), "v.X v.Y" },
        { Of(new Changing(a, 0.1)), "v.X" },
        { Of(new Tagged<Positional>(new(a, b), "t")), "v.Value.W v.Value.B" },
        { Of(new Fields { X = a, N = 3 }), "v.X" },
        { Of(new Constructed(a, 3)), "v.X" },
        { Of(new Dense(a, b, Expr.Tanh)), "v.Weight v.Bias" },
        { Of(new Backed(a, "n")), "v.W" },
        { Of(new InitOnly { W = a, Name = "n" }), "v.W" },
        { Of(new WithViews(a, [1.0])), "v.W" },
        { Of(new Animal(a)), "v.Legs" },
        { Of<Animal>(new Bird(a, b)), "v.Legs v.Wings" },
        { Of<Layer>(new Affine(a, b)), "v.W v.B" },
        { Of<Layer>(new Residual([new Affine(a, b), new Dropout(0.5), new Residual([new Affine(c, d)])])), "v.Inner[0].W v.Inner[0].B v.Inner[2].Inner[0].W v.Inner[2].Inner[0].B" },
        { Of(new Tree(a, new(b, null, null), new(c, new(d, null, null), null))), "v.Value v.Left.Value v.Right.Value v.Right.Left.Value" },
        { Of(new Network([new Affine(a, b), new Dropout(0.5)], "n", 1.0, 0.9, Expr.Exp, typeof(int), [1, 2])), "v.Layers[0].W v.Layers[0].B" },
        { Of(new Drawing([new Circle(a), new Box(b)], null)), "v.Shapes[0].Radius v.Shapes[1].Side" },
        { Of(new Drawing(new List<IShape> { new Circle(a) }, "tag")), "v.Shapes[0].Radius" },
        { Of(new Drawing([], new Circle(a))), "v.Tag.Radius" },
        { Of((a, b)), "v.Item1 v.Item2" },
        { Of(Tuple.Create(a, "n", b)), "v.Item1 v.Item3" },
        { Of((a, (b, 1), new[] { c, d })), "v.Item1 v.Item2.Item1 v.Item3[0] v.Item3[1]" },
        { Of((1, 2, 3, 4, 5, 6, a, b, c)), "v.Item7 v.Rest.Item1 v.Rest.Item2" },
        { Of(new { W = a, Name = "n", B = b }), "v.W v.B" },
        { Of<Expr[]>([a, b]), "v[0] v[1]" },
        { Of<Expr[]>([]), "" },
        { Of<Expr[][]>([[a], [], [b, c]]), "v[0][0] v[2][0] v[2][1]" },
        { Of<ImmutableArray<Positional>>([new(a, b)]), "v[0].W v[0].B" },
        { Of<ImmutableArray<Expr>>(default), "" },
        { Of<ImmutableList<Expr>>([a, b]), "v[0] v[1]" },
        { Of<IReadOnlyList<Expr>>([a, b]), "v[0] v[1]" },
        { Of<IReadOnlyList<Expr>>(new List<Expr> { a, b }), "v[0] v[1]" },
        { Of<IReadOnlyList<Expr>>(ImmutableArray.Create(a, b)), "v[0] v[1]" },
        { Of<IReadOnlyList<Expr>>(new Bag([a, b])), "v[0] v[1]" },
        { Of<IReadOnlyCollection<Positional>>([new(a, b)]), "v[0].W v[0].B" },
        { Of<IImmutableList<Expr>>(ImmutableList.Create(a)), "v[0]" },
        { Of(ImmutableDictionary.CreateRange(new Dictionary<string, Expr> { ["z"] = a, ["k"] = b })), "v[\"k\"] v[\"z\"]" },
        { Of(ImmutableSortedDictionary.CreateRange(new Dictionary<int, Positional> { [2] = new(a, b), [-1] = new(c, d) })), "v[-1].W v[-1].B v[2].W v[2].B" },
        { Of<IReadOnlyDictionary<string, Expr>>(new Dictionary<string, Expr> { ["z"] = a, ["k"] = b }), "v[\"k\"] v[\"z\"]" },
        { Of(KeyValuePair.Create("n", a)), "v.Value" },
        { Of<Point?>(new Point(a, b)), "v.X v.Y" },
        { Of<(Point?, Expr)>((null, a)), "v.Item2" },
        { Of<object>(new Circle(a)), "v.Radius" },
        { Of<object>(new Derived(a, "n", b)), "v.W v.Extra" },
        { Of<object>(Tuple.Create<object, object>(a, "n")), "v.Item1" },
        { Of<object[]>([a, "n", 1, b]), "v[0] v[3]" },
    };

    /// <summary>A value with its static type.</summary>
    public interface ICase
    {
        void Check(string paths);
    }

    private static Case<P> Of<P>(P value) => new(value);

    private sealed class Case<P>(P value) : ICase
    {
        public void Check(string paths)
        {
            var leaves = Structure.Leaves(value, "v");
            Assert.Equal(paths, string.Join(' ', leaves.Select(leaf => leaf.Path)));

            var same = Structure.Rebuild(value, leaves.Select(leaf => leaf.Node));
            Assert.Equal(leaves.Select(leaf => leaf.Path), Structure.Leaves(same, "v").Select(leaf => leaf.Path));
            Assert.All(leaves.Zip(Structure.Leaves(same)), pair => Assert.Same(pair.First.Node, pair.Second.Node));
            Assert.Equal(Untouched(value, []), Untouched(same, []), ReferenceEqualityComparer.Instance);

            var doubled = Structure.Map(value, x => x * 2.0);
            Assert.Equal(leaves.Select(leaf => 2 * (double)leaf.Node), Structure.Leaves(doubled).Select(leaf => (double)leaf.Node));
            Assert.Equal(leaves.Select(leaf => 3 * (double)leaf.Node), Structure.Leaves(Structure.Zip(value, doubled, (x, y) => x + y)).Select(leaf => (double)leaf.Node));

            var (vector, unravel) = Structure.Ravel(value);
            Assert.Equal(leaves.Length, vector.Shape.Size);
            Assert.Equal(leaves.Select(leaf => (double)leaf.Node), Structure.Leaves(unravel(vector)).Select(leaf => (double)leaf.Node));

            var gradient = Ad.Grad<P>(p => Structure.Leaves(p).Aggregate(Expr.Scalar(0.0), (sum, leaf) => sum + leaf.Node * leaf.Node), value);
            Assert.Equal(doubled is IReadOnlyCollection<Expr> ? null : doubled?.GetType(), gradient is IReadOnlyCollection<Expr> ? null : gradient?.GetType());
            Assert.Equal(leaves.Select(leaf => (leaf.Path, 2 * (double)leaf.Node)), Structure.Leaves(gradient, "v").Select(leaf => (leaf.Path, (double)leaf.Node)));
            Assert.Equal(Untouched(value, []), Untouched(gradient, []), ReferenceEqualityComparer.Instance);
        }

        // Strings, functions, tensors and types in a value, by its public properties.
        private static List<object> Untouched(object? of, List<object> found)
        {
            if (of is string or Delegate or Tensor or Type or int[])
                found.Add(of);
            else if (of is Array or Expr or null || of.GetType().IsPrimitive)
                return found;
            else
                foreach (var property in of.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0 && p.Name is not ("SyncRoot" or "Comparer" or "KeyComparer" or "ValueComparer") && p.PropertyType != of.GetType() && !p.PropertyType.IsByRef && !p.PropertyType.IsByRefLike && p.GetMethod is { IsStatic: false }))
                    if (of is not System.Collections.IEnumerable)
                        Untouched(property.GetValue(of), found);
            return found;
        }
    }

    [Theory]
    [MemberData(nameof(Zoo))]
    public void The_zoo(object value, string paths) => ((ICase)value).Check(paths);

    [Fact]
    public void The_zoo_is_large() => Assert.True(Zoo().Count >= 30);
}
