using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>Steps that run together on one block after the other along an axis that they have in common.</summary>
internal sealed record Blocked : ProgramOp, IPartsOp
{
    /// <summary>No more chunks than this, as one thread adds up what they give.</summary>
    private const int MaxChunks = 16;

    /// <param name="length">The length of the axis.</param>
    /// <param name="size">The length of a block.</param>
    /// <param name="whole">What is computed, over the whole axis.</param>
    /// <param name="body">The same over a block.</param>
    /// <param name="rest">The same over what is left when the axis is no multiple of a block.</param>
    /// <param name="reads">For each parameter of the programs what it reads.</param>
    /// <param name="steps">For each output of the programs by how many elements it moves along the axis; 0 for a sum over it.</param>
    /// <param name="given">The types of the outputs.</param>
    public Blocked(int length, int size, Program whole, Program body, Program? rest, ImmutableArray<Moving> reads, ImmutableArray<int> steps, ImmutableArray<TensorType> given)
    {
        (Length, Size, Whole, Body, Rest, Reads) = (length, size, whole, body, rest, reads);
        Writes = [.. steps.Select((step, i) => new Moving(i, step))];
        int blocks = (length + size - 1) / size;
        BlocksPerChunk = (blocks + MaxChunks - 1) / MaxChunks;
        Chunks = (blocks + BlocksPerChunk - 1) / BlocksPerChunk;
        // A chunk has for each sum its total, what rounding lost of that, and what a block adds; in 8 bytes an element at most.
        SumsOfChunk = Writes.Where(write => write.Step == 0).Sum(write => 3 * Padded(given[write.Array].Shape.Size));
        Parts = SumsOfChunk == 0 ? given : given.Add(new(DType.Float64, Shape.Of(Chunks * SumsOfChunk)));
    }

    /// <summary>The room for some elements: sums that threads write lie in cache lines of their own.</summary>
    public static int Padded(int elements) => (elements + 7) / 8 * 8;

    public int Length { get; }
    public int Size { get; }
    public Program Whole { get; }
    public Program Body { get; }
    public Program? Rest { get; }
    public ImmutableArray<Moving> Reads { get; }
    public ImmutableArray<Moving> Writes { get; }
    public int Chunks { get; }
    public int BlocksPerChunk { get; }
    public int SumsOfChunk { get; }

    /// <summary>The outputs, and memory for sums.</summary>
    public ImmutableArray<TensorType> Parts { get; }

    public override string Attributes => $"{Size} of {Length} at a time: {string.Join("; ", Body.Instructions.Where(instruction => instruction.Op is not (Leaf or View or Part)).Select(instruction => instruction.Op))}";

    Step IPartsOp.Compile(ImmutableArray<Operand> inputs, ImmutableArray<Operand> outputs, CompileOptions options, Bodies bodies) => new BlockedStep(this, inputs, outputs, options);

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs)
    {
        var arguments = new Tensor[Reads.Length];
        for (int i = 0; i < arguments.Length; i++)
            arguments[i] = inputs[Reads[i].Array];
        return Tensor.Bundle([.. Whole.Evaluate(arguments), .. Parts[Writes.Length..].Select(part => ElementType.Of(part.DType).Zeros(part.Shape))]);
    }
}

/// <summary>An array whose place moves from block to block.</summary>
/// <param name="Array">Which array.</param>
/// <param name="Step">By how many elements for each index along the axis.</param>
internal readonly record struct Moving(int Array, int Step);
