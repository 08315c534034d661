using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>An op of the compiler's own with several outputs, which knows the step that computes them.</summary>
internal interface IPartsOp : IParts
{
    /// <summary>The step that computes the outputs.</summary>
    Step Compile(ImmutableArray<Operand> inputs, ImmutableArray<Operand> outputs, CompileOptions options, Bodies bodies);
}
