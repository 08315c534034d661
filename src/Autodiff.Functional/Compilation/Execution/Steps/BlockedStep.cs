using System.Collections.Immutable;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Compilation;

/// <summary>Several steps, run on block after block. A chunk is some blocks, whose sums it adds up; the chunks' are added up in order.</summary>
internal sealed unsafe class BlockedStep : ChunkedStep
{
    /// <summary>The memory that a chunk has for each sum.</summary>
    private const int Total = 0, Lost = 1, Block = 2;

    private readonly Blocked _op;
    private readonly ImmutableArray<Operand> _inputs, _outputs;
    private readonly Body _body;
    private readonly Body? _rest;
    private readonly Location _sums;                             // of all chunks
    private readonly int[] _offsets;                              // of each output in those of a chunk, in elements of 8 bytes

    public BlockedStep(Blocked op, ImmutableArray<Operand> inputs, ImmutableArray<Operand> outputs, CompileOptions options) : base(options.Threads)
    {
        (_op, _inputs, _outputs) = (op, inputs, outputs);
        options = options with { Threads = 1 };                  // each thread has blocks of its own
        _body = new(op.Body, options);
        _rest = op.Rest is null ? null : new(op.Rest, options);
        _offsets = new int[op.Writes.Length];
        for (int i = 1; i < _offsets.Length; i++)
            _offsets[i] = _offsets[i - 1] + (op.Writes[i - 1].Step == 0 ? 3 * Padded(outputs[i - 1]) : 0);
        if (op.SumsOfChunk > 0)
            _sums = outputs[^1].At;
        Flops = (op.Length / op.Size) * _body.Steps.Flops + (_rest?.Steps.Flops ?? 0);
    }

    public override string Kind => "blocks";

    public override double Flops { get; }

    protected override int Chunks => _op.Chunks;

    private static int Padded(Operand sum) => Blocked.Padded(sum.Size);

    public override void Run(Frame frame, int firstChunk, int endChunk)
    {
        for (int chunk = firstChunk; chunk < endChunk; chunk++)
        {
            int first = chunk * _op.BlocksPerChunk * _op.Size, end = Math.Min(_op.Length, first + _op.BlocksPerChunk * _op.Size);
            for (int start = first; start < end; start += _op.Size)
            {
                RunBlock(frame, chunk, start, start == first ? Total : Block);
                Each(frame, chunk, start == first ? Sums.Begin : Sums.Add, chunk);
            }
            Each(frame, chunk, Sums.Round, chunk);
        }
    }

    private void RunBlock(Frame frame, int chunk, int start, int sums)
    {
        var body = _op.Length - start < _op.Size ? _rest! : _body;
        var own = body.Frames.Rent(frame.Root.Cancellation);
        for (int i = 0; i < _op.Reads.Length; i++)
            body.Steps.Argument(own, i, At(frame, _inputs[_op.Reads[i].Array], _op.Reads[i].Step, start));
        for (int i = 0; i < _op.Writes.Length; i++)
            body.Steps.Output(own, i, _op.Writes[i].Step == 0 ? Sum(frame, chunk, i, sums) : At(frame, _outputs[i], _op.Writes[i].Step, start));
        body.Steps.Run(own);
        body.Frames.Return(own);
    }

    private static nint At(Frame frame, Operand array, int step, int index) => frame.Address(array.At) + (nint)index * step * array.Element.Size;

    /// <summary>The total of a chunk's sum, what rounding lost of it, or what a block adds to it, in memory that is scratch.</summary>
    private nint Sum(Frame frame, int chunk, int output, int which) =>
        frame.Address(_sums) + (nint)sizeof(double) * (chunk * _op.SumsOfChunk + _offsets[output] + which * Padded(_outputs[output]));

    protected override void Finish(Frame frame)
    {
        Each(frame, 0, Sums.Begin, 0);
        for (int chunk = 1; chunk < _op.Chunks; chunk++)
            Each(frame, 0, Sums.AddTotal, chunk);
        Each(frame, 0, Sums.Round, 0);
        foreach (var (i, step) in _op.Writes)
            if (step == 0)
                System.Buffer.MemoryCopy((void*)Sum(frame, 0, i, Total), (void*)frame.Address(_outputs[i].At), _outputs[i].Bytes, _outputs[i].Bytes);
    }

    /// <summary>What is done with sums: nothing was lost yet; a block is added, or another chunk's total; what was lost is added.</summary>
    private enum Sums { Begin, Add, AddTotal, Round }

    private void Each(Frame frame, int chunk, Sums what, int other)
    {
        foreach (var (i, step) in _op.Writes)
            if (step == 0)
                _outputs[i].Element.Run<Summing, bool>(new(what, Sum(frame, chunk, i, Total), Sum(frame, chunk, i, Lost), Sum(frame, other, i, what == Sums.Add ? Block : Total), _outputs[i].Size));
    }

    private readonly struct Summing(Sums what, nint total, nint lost, nint added, int count) : IKernel<bool>
    {
        public bool Run<E>() where E : unmanaged, IElementary<E>
        {
            Span<E> totals = new((void*)total, count), rests = new((void*)lost, count);
            if (what == Sums.Begin)
                rests.Fill(E.Literal(0));
            else if (what == Sums.Round)
                Accumulators.Round(totals, rests);
            else
                Accumulators.Add<Plus, E>(new ReadOnlySpan<E>((void*)added, count), totals, rests);
            return true;
        }
    }

    /// <summary>The steps over a block of one length, and memory for the threads that run them.</summary>
    private sealed class Body
    {
        public Body(Program program, CompileOptions options)
        {
            Steps = new(program, options, isBody: true, isReady: true);
            Frames = new(Steps);
        }

        public Executable Steps { get; }

        public FramePool Frames { get; }
    }
}
