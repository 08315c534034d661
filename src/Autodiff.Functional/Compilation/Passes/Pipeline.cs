using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>A pass: a program that computes the same, better.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Apply">What it does.</param>
internal sealed record Pass(string Name, Func<Program, Program> Apply);

/// <summary>The passes, in order.</summary>
internal static class Pipeline
{
    public static ImmutableArray<Pass> Of(CompileOptions options) =>
    [
        .. options.CheckNaN ? ImmutableArray<Pass>.Empty : [new Pass("lowering", Lowering.Apply)],
        new("common subexpressions", CommonSubexpressions.Apply),
        new("constant folding", ConstantFolding.Apply),
        new("simplification", program => Simplification.Apply(program, options.AssumeFinite, options.StructuralZeros)),
        .. options.CheckNaN ? ImmutableArray<Pass>.Empty : [new Pass("selections", Selections.Apply)],      // a NaN may appear where nothing is selected
        new("dead code", DeadCode.Apply),
        new("parts", Parts.Apply),
        new("layout", program => Parts.OfDense(Views.Apply(program))),
        new("common views", CommonSubexpressions.Apply),
        .. options.CheckNaN ? ImmutableArray<Pass>.Empty : [new Pass("scalars", Scalarisation.Apply), new("fusion", Fusion.Apply)],
        new("all parts", Parts.Apply),
        .. options.CheckNaN ? ImmutableArray<Pass>.Empty : [new Pass("blocks", Blocks.Apply)],
    ];
}
