using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// A fused loop, ready to run. It is cut into chunks by its space alone, each of which any thread may run, in any order; then
/// <see cref="Finish"/> combines what chunks have folded, in a fixed order. So the results do not depend on the number of threads.
/// </summary>
/// <remarks>
/// A result may lie over an input that has its strides and element size if <see cref="InPlace"/> says so; otherwise results share no memory with inputs.
/// Running allocates nothing.
/// </remarks>
internal abstract class LoopKernel
{
    /// <summary>
    /// An instruction takes 5 µs to compile, some as much as 70, and is then some 0.5 ns faster, so that it pays after 10 000 runs or more. Short loops are compiled at once, as all of it
    /// takes few milliseconds.
    /// </summary>
    private const int PatientFrom = 250, Patience = 10_000;

    /// <summary>Can a loop compute this op?</summary>
    public static bool Supports(Op op, DType dtype) => op is IPointwise && Enum.IsDefined(dtype);

    /// <summary>Makes a loop ready to run.</summary>
    /// <param name="program">What it does.</param>
    /// <param name="generateCode">May code be generated for it? If not, or where the runtime cannot, tiles are interpreted; the results are the same, bit for bit.</param>
    public static LoopKernel Compile(LoopProgram program, bool generateCode) => program.Space.Size switch
    {
        0 => new EmptyLoop(program),
        1 when program.Inputs.All(input => input.Rows is null) => (generateCode && RuntimeFeature.IsDynamicCodeSupported ? Generated(program) : null) ?? new GroupedScalars(program),
        _ => TiledLoop.Of(program, generateCode),
    };

    /// <summary>A loop over a single point with code, now or once it pays; null if it is too long for that.</summary>
    [RequiresDynamicCode("Makes methods.")]
    private static LoopKernel? Generated(LoopProgram program) => program.Instructions.Length switch
    {
        <= PatientFrom => StraightLine.Of(program),
        <= StraightLine.MaxLength => new WarmingLoop(program, Patience),
        _ => null,
    };

    /// <summary>The number of chunks; 0 if there is nothing to run but <see cref="Finish"/>.</summary>
    public abstract int Chunks { get; }

    /// <summary>The bytes of scratch that all <see cref="Run"/>s of one execution and its <see cref="Finish"/> share, aligned to 8.</summary>
    public abstract int ScratchBytes { get; }

    /// <summary>May a result lie over an input with the same strides and element size?</summary>
    public virtual bool InPlace => true;

    /// <summary>The loop as code for so many points that may be run again and again, from a list of addresses that its caller keeps; null if there is more to it.</summary>
    public virtual (TileBody Body, int Points)? Bare => null;

    /// <summary>Runs some chunks.</summary>
    /// <param name="addresses">Where the first elements lie, of the inputs and then of the results.</param>
    /// <param name="firstChunk">The first chunk.</param>
    /// <param name="endChunk">The first that is not to be run.</param>
    /// <param name="scratch">The address of the scratch.</param>
    public abstract void Run(ReadOnlySpan<nint> addresses, int firstChunk, int endChunk, nint scratch);

    /// <summary>Is there anything for <see cref="Finish"/> to do?</summary>
    public virtual bool Finishes => true;

    /// <summary>To be called once when all chunks have run.</summary>
    public abstract void Finish(ReadOnlySpan<nint> addresses, nint scratch);
}
