using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>A pass: a program that computes the same, better.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Apply">The function from a program to the better one.</param>
internal sealed record Pass(string Name, Func<Program, Program> Apply);

/// <summary>The passes, in order.</summary>
internal static class Pipeline
{
    public static ImmutableArray<Pass> Of(CompileOptions options) => Without(options.LeftOut,
    [
        .. Simpler(options),
        new("loops", program => Iteration.Of(program, Simpler(options))),
        .. Unless(options.CheckNaN, new("invariants", Invariants.Apply), new("residuals", Residuals.Apply), new("unused carries", UnusedCarries.Apply)),
        new("joining", Joining.Apply),
        new("parts", Parts.Apply),
        new("layout", program => Parts.OfDense(Views.Apply(program, ordered: !options.CheckNaN && !options.Exact))),
        new("common views", program => program.Has<View>() ? CommonSubexpressions.Apply(program) : program),
        new("outputs", Views.OwnOutputs),
        .. Unless(options.CheckNaN, new("scalars", program => Scalarisation.Apply(program, options.Exact)), new("fusion", program => Fusion.Apply(program, options.Exact))),
        new("all parts", Parts.Apply),
        .. Unless(options.CheckNaN || options.Exact, new Pass("blocks", Blocks.Apply)),
        .. Unless(options.CheckNaN, new Pass("indexed reads", IndexedReads.Apply)),
        .. Unless(options.CheckNaN, new Pass("scheduling", Scheduling.Apply)),      // the first NaN is the first in the user's order
    ]);

    /// <summary>The passes that leave a program of ops, each on its own: a loop's body goes through them before it is looked into.</summary>
    private static ImmutableArray<Pass> Simpler(CompileOptions options) => Without(options.LeftOut,
    [
        .. Unless(options.CheckNaN || options.Exact, new Pass("lowering", Lowering.Apply)),
        new("common subexpressions", CommonSubexpressions.Apply),
        new("constant folding", ConstantFolding.Apply),
        new("simplification", program => Simplification.Apply(program, options.AssumeFinite, options.StructuralZeros)),
        .. Unless(options.CheckNaN, new Pass("selections", Selections.Apply)),      // a NaN may appear where nothing is selected
        new("dead code", DeadCode.Apply),
    ]);

    private static ImmutableArray<Pass> Without(string? leftOut, ImmutableArray<Pass> passes) => leftOut is null ? passes : [.. passes.Where(pass => pass.Name != leftOut)];

    private static ImmutableArray<Pass> Unless(bool not, params ImmutableArray<Pass> passes) => not ? [] : passes;
}
