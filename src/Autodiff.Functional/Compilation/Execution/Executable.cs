using System.Collections.Immutable;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Compilation;

/// <summary>A program ready to run: its steps, the location of each value, and its constants. A <see cref="Plan"/> has one that it runs by itself; the body of a loop is an executable too.</summary>
internal sealed class Executable
{
    private readonly ImmutableArray<Step> _steps;
    private readonly CacheLine[] _constants;
    private readonly nint _constantsStart;
    private readonly int _bundles, _children;
    private readonly BoundAddresses _addresses;
    private readonly long _bodyBytes;
    private readonly PoisonedLives? _lives;

    /// <param name="program">The program, without the passes.</param>
    /// <param name="options">How it is compiled.</param>
    /// <param name="isBody">Are all arguments and outputs where somebody else keeps them?</param>
    /// <param name="graph">The graph that the program was, of the body of a loop or branch.</param>
    /// <param name="isReady">Has it been through the passes?</param>
    public Executable(Program program, CompileOptions options, bool isBody, Graph? graph = null, bool isReady = false)
    {
        Program = isReady ? program : Pipeline.Of(options).Aggregate(program, (current, pass) => pass.Apply(current));
        var kernels = Fused.Kernels(Program, options.GenerateCode);
        Buffers = new(Program, kernels, isBody ? -1 : Buffers.Small);
        (_steps, _bundles, var bodies) = StepMaker.Make(Program, Buffers, kernels, options, graph);
        _children = bodies.Length;
        ConstantsInPlace = [.. Buffers.InPlace, .. bodies.SelectMany(body => body.Executable.ConstantsInPlace)];
        _bodyBytes = bodies.Select(body => body.Executable.ArenaBytes).DefaultIfEmpty().Max();
        _addresses = new(Buffers.Regions, Location.Constants + 1 + Buffers.InPlace.Length);
        if (isBody)
            _steps = [.. _steps.Select(_addresses.Bind)];
        _constants = CacheLine.Allocate(Buffers.ConstantBytes);
        _constantsStart = CacheLine.Start(_constants);
        for (int value = 0; value < Program.Count; value++)
            if (Program[value].Constant is { } constant && Buffers.IsRead(value) && Buffers[value].At.Region == Location.Constants)
                constant.Element.Run<ConstantWriter, bool>(new(constant, _constantsStart + (nint)Buffers[value].At.Offset));
        Arguments = [.. Enumerable.Range(0, Program.Parameters).Select(value => Buffers.IsRead(value) ? Buffers[value] : null)];
        Outputs = [.. Program.Outputs.Select(output => Buffers[output])];
        _lives = Poison.IsOn ? new(Program, Buffers, isBody) : null;
    }

    /// <summary>The program that is run.</summary>
    public Program Program { get; }

    public Buffers Buffers { get; }

    public ImmutableArray<Step> Steps => _steps;

    /// <summary>The operand of each argument; null for one that nothing depends on.</summary>
    public ImmutableArray<Operand?> Arguments { get; }

    /// <summary>The operand of each output.</summary>
    public ImmutableArray<Operand> Outputs { get; }

    /// <summary>The addresses that a body's loops find in the frame.</summary>
    public BoundAddresses Addresses => _addresses;

    /// <summary>The large constants that are read where they are, also by bodies.</summary>
    public ImmutableArray<Tensor> ConstantsInPlace { get; }

    /// <summary>The bytes of memory that a run works in: its own values, and after them those of a body, one at a time.</summary>
    public long ArenaBytes => CacheLine.Rounded(Buffers.ArenaBytes) + _bodyBytes;

    /// <summary>Memory for runs.</summary>
    /// <param name="parent">The memory of the program that this one is a body of.</param>
    public Frame NewFrame(Frame? parent = null)
    {
        var frame = new Frame(Buffers.ArenaBytes, _constantsStart, Buffers.InPlace, Buffers.Regions, _bundles, _children, _addresses.Bytes, parent, _bodyBytes);
        _addresses.Prepare(frame);
        return frame;
    }

    public double Flops => _steps.Sum(step => step.Flops);

    /// <summary>Sets the address of a body's parameter.</summary>
    public void Argument(Frame own, int index, nint address)
    {
        if (Arguments[index] is { } argument)
            _addresses.Move(own, argument.At.Region, address);
    }

    /// <summary>Sets the address of a body's output.</summary>
    public void Output(Frame own, int index, nint address) => _addresses.Move(own, Outputs[index].At.Region, address);

    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public void Run(Frame frame)
    {
        var root = frame.Root;
        for (int i = 0; i < _steps.Length; i++)
        {
            root.Cancellation.ThrowIfCancellationRequested();
            if (Poison.IsOn)
                _lives!.Before(frame, i);
            _steps[i].Run(frame);
            if (Poison.IsOn)
                _lives!.After(frame, i);
        }
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

/// <summary>A program that a step of another program runs, in memory that the step gives it.</summary>
/// <param name="program">What is computed, without the passes.</param>
/// <param name="graph">The graph that the program was.</param>
/// <param name="options">How it is compiled.</param>
/// <param name="number">Its number among the bodies of the program that it is in.</param>
internal sealed class SubProgram(Program program, Graph? graph, CompileOptions options, int number)
{
    private readonly Executable _executable = new(program, options, isBody: true, graph);

    public double Flops => _executable.Flops;

    public Executable Executable => _executable;

    /// <summary>The memory for it in a run.</summary>
    public Frame In(Frame frame)
    {
        var own = frame.Children[number] ??= _executable.NewFrame(frame);
        own.Trips = 0;
        return own;
    }

    /// <summary>The same memory, with arguments and outputs of its own.</summary>
    public Frame Twin(Frame own) => own.Twin(_executable.Addresses);

    /// <summary>Sets the address of a parameter's value.</summary>
    public void Argument(Frame own, int index, nint address) => _executable.Argument(own, index, address);

    /// <summary>Sets the address of an output.</summary>
    public void Output(Frame own, int index, nint address) => _executable.Output(own, index, address);

    /// <summary>The region of a parameter; −1 if nothing depends on it.</summary>
    public int RegionOfArgument(int index) => _executable.Arguments[index]?.At.Region ?? -1;

    public int RegionOfOutput(int index) => _executable.Outputs[index].At.Region;

    public void Run(Frame own)
    {
        own.Trips++;
        _executable.Run(own);
    }
}

/// <summary>The bodies of the loops and branches of a program.</summary>
internal sealed class Bodies(CompileOptions options)
{
    private readonly List<SubProgram> _all = [];

    public ImmutableArray<SubProgram> All => [.. _all];

    public SubProgram Of(Graph graph) => Of(Program.Of(graph).Program, graph);

    /// <param name="program">The body as passes left it.</param>
    /// <param name="graph">The graph that it was.</param>
    public SubProgram Of(Program program, Graph? graph)
    {
        _all.Add(new(program, graph, options, _all.Count));
        return _all[^1];
    }
}
