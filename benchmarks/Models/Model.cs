namespace Autodiff.Functional.Benchmarks.Models;

/// <summary>A pure function of the public API with its data: what is checked, then timed.</summary>
public abstract record Model(string Name)
{
    /// <summary>What the time grows with: the number of parameters, unless a model says otherwise.</summary>
    public abstract double Size { get; }

    /// <summary>The function and its gradient, ready to be run again and again.</summary>
    public abstract Work Prepare(CompileOptions options);

    /// <summary>With the options that users have, but for the threads.</summary>
    public Work Prepare(int threads) => Prepare(new CompileOptions { Threads = threads });

    /// <summary>What is wrong with the value or the gradient, by arithmetic that has nothing of ours; empty when all is well.</summary>
    public abstract IEnumerable<string> Faults();
}

/// <summary>A scalar function of a structure of parameters.</summary>
/// <param name="Name">The row of the table.</param>
/// <param name="Function">What a user would write.</param>
/// <param name="At">The parameters.</param>
/// <param name="Reference">The value, by plain loops over <see cref="double"/>.</param>
/// <param name="Step">Of the differences that check the gradient: small where the function has kinks.</param>
public sealed record Model<P>(string Name, Func<P, Expr> Function, P At, Func<double> Reference, double Step = 1e-3) : Model(Name)
{
    private static readonly Structure<P> s_structure = Structure.Of<P>();

    public override double Size => s_structure.Leaves(At).Sum(leaf => leaf.Node.Shape.Size);

    public override Work Prepare(CompileOptions options) => Work.Of(Function, At, options);

    public override IEnumerable<string> Faults()
    {
        bool single = s_structure.Leaves(At).Any(leaf => leaf.Node.DType == DType.Float32);
        var (value, gradient) = Ad.ValueAndGrad(Function, At);
        if (Agreement.Fault($"{Name}: value", (double)value, Reference(), single ? 1e-5 : 1e-10) is { } fault)
            yield return fault;

        // The derivative along one random direction, in double precision, sees every entry of the gradient.
        var at = s_structure.Map(At, x => Expr.Cast(x, DType.Float64));
        int leaf = 0;
        var direction = s_structure.Map(at, x => Data.Random(100 + leaf++, x.Shape));
        double along = s_structure.Leaves(s_structure.Zip(gradient, direction, (g, d) => Expr.Sum(Expr.Cast(g, DType.Float64) * d))).Sum(term => (double)term.Node);
        if (Agreement.Fault($"{Name}: derivative along a direction", along, Agreement.Difference(step => (double)Function(s_structure.Zip(at, direction, (x, d) => x + step * d)), Step), single ? 1e-3 : 1e-7) is { } slope)
            yield return slope;
    }
}
