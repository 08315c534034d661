using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>An op with several outputs that plans run in memory that is at hand.</summary>
internal interface IPartsOp
{
    /// <summary>The types of the outputs.</summary>
    ImmutableArray<TensorType> Parts { get; }

    /// <summary>The step that computes them.</summary>
    Step Compile(ImmutableArray<Operand> inputs, ImmutableArray<Operand> outputs, CompileOptions options, Bodies bodies);
}
