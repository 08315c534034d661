using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>An op that plans run in memory that is at hand, without allocating.</summary>
internal interface ICompiledOp
{
    /// <summary>The step that computes the op of some arrays, none of them without elements; null if there is none for arrays that lie like these, and the op is evaluated on tensors.</summary>
    Step? Compile(ImmutableArray<Operand> inputs, Operand output, CompileOptions options);
}
