using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>A program ready to run: its steps, where each value lies, and its constants. What is run by itself is a <see cref="Plan"/>; the body of a loop is this alone.</summary>
internal sealed class Executable
{
    private readonly ImmutableArray<Step> _steps;
    private readonly byte[] _constants;     // pinned
    private readonly nint _constantsStart;
    private readonly int _bundles, _children;

    /// <param name="program">The program, without the passes.</param>
    /// <param name="options">How it is compiled.</param>
    /// <param name="isBody">Are all arguments and outputs where somebody else keeps them?</param>
    /// <param name="isReady">Has it been through the passes?</param>
    public Executable(Program program, CompileOptions options, bool isBody, bool isReady = false)
    {
        Program = isReady ? program : Pipeline.Of(options).Aggregate(program, (current, pass) => pass.Apply(current));
        ImmutableArray<LoopKernel?> kernels = [.. Program.Instructions.Select(instruction => instruction.Op is Fused fused ? LoopKernel.Compile(fused.Loop, options.GenerateCode) : null)];
        Buffers = new(Program, kernels, isBody ? -1 : Buffers.Small);
        (_steps, _bundles, _children) = StepMaker.Make(Program, Buffers, kernels, options);
        _constants = GC.AllocateUninitializedArray<byte>(checked((int)Buffers.ConstantBytes + 64), pinned: true);
        _constantsStart = Frame.Aligned(_constants);
        for (int value = 0; value < Program.Count; value++)
            if (Program[value].Constant is { } constant && Buffers.IsRead(value))
                constant.Element.Run<ConstantWriter, bool>(new(constant, _constantsStart + (nint)Buffers[value].At.Offset));
        Arguments = [.. Enumerable.Range(0, Program.Parameters).Select(value => Buffers.IsRead(value) ? Buffers[value] : null)];
        Outputs = [.. Program.Outputs.Select(output => Buffers[output])];
    }

    /// <summary>The program that is run.</summary>
    public Program Program { get; }

    public Buffers Buffers { get; }

    public ImmutableArray<Step> Steps => _steps;

    /// <summary>Where each argument is expected; null for one that nothing depends on.</summary>
    public ImmutableArray<Operand?> Arguments { get; }

    /// <summary>Where each output is left.</summary>
    public ImmutableArray<Operand> Outputs { get; }

    public Frame NewFrame() => new(Buffers.ArenaBytes, _constantsStart, Buffers.Regions, _bundles, _children);

    public void Run(Frame frame)
    {
        foreach (var step in _steps)
            step.Run(frame);
    }

    private readonly unsafe struct ConstantWriter(Tensor value, nint address) : IKernel<bool>
    {
        public bool Run<E>() where E : unmanaged, IElementary<E>
        {
            value.Read(0, new Span<E>((void*)address, value.Size));
            return true;
        }
    }
}

/// <summary>A program that another runs as a part of a step, in memory that the step says.</summary>
/// <param name="graph">What is computed.</param>
/// <param name="options">How it is compiled.</param>
/// <param name="number">Its number among the bodies of the program that it is in.</param>
internal sealed class SubProgram(Graph graph, CompileOptions options, int number)
{
    private readonly Executable _executable = new(Program.Of(graph).Program, options, isBody: true);

    public double Flops => _executable.Steps.Sum(step => step.Flops);

    public Executable Executable => _executable;

    /// <summary>The memory for it in a run.</summary>
    public Frame In(Frame frame) => frame.Children[number] ??= _executable.NewFrame();

    /// <summary>Says where a parameter's value stands.</summary>
    public unsafe void Argument(Frame own, int index, nint address)
    {
        if (_executable.Arguments[index] is { } argument)
            own.Regions[argument.At.Region] = address;
    }

    /// <summary>Says where an output goes.</summary>
    public unsafe void Output(Frame own, int index, nint address) => own.Regions[_executable.Outputs[index].At.Region] = address;

    public void Run(Frame own) => _executable.Run(own);
}
