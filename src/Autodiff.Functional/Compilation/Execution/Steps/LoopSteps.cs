using System.Collections.Immutable;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// A scan: one compiled body, run once for each row, whose carries go back and forth between two buffers and end in the output. Even and odd steps have an address
/// list each, in which from step to step only the rows move on.
/// </summary>
internal sealed unsafe class ScanStep : Step
{
    private readonly Iteration _scan;
    private readonly ImmutableArray<Operand> _inputs;
    private readonly SubProgram _body;
    private readonly Carries _carries;
    private readonly Operand[] _rows, _given;
    private readonly (int Index, nint Bytes)[] _regions, _addresses;      // of rows, and by how much they move in two steps

    public ScanStep(Iteration scan, ImmutableArray<Operand> inputs, ImmutableArray<Operand> outputs, SubProgram body)
    {
        (_scan, _inputs, _body) = (scan, inputs, body);
        int first = scan.Captures + scan.Carries;
        _carries = new([.. inputs[scan.Captures..first]], [.. outputs[..scan.Carries]]);
        (_rows, _given) = ([.. inputs[first..]], [.. outputs[scan.Carries..]]);
        (int Region, nint Bytes)[] moving = [.. _rows.Select((row, i) => (body.RegionOfArgument(first + i), TwoSteps(row))).Where(row => row.Item1 >= 0), .. _given.Select((row, i) => (body.RegionOfOutput(scan.Carries + i), TwoSteps(row)))];
        _addresses = [.. moving.SelectMany(row => body.Executable.Addresses.Of(row.Region).Select(entry => (entry.Index, row.Bytes)))];
        _regions = body.Executable.Steps.All(step => step is BoundLoop) ? [] : moving;

        nint TwoSteps(Operand array) => (scan.Reverse ? -2 : 2) * RowBytes(array);
    }

    public override string Kind => "scan";

    public override double Flops => _scan.Length * _body.Flops;

    public override void Run(Frame frame)
    {
        if (_scan.Length == 0)
        {
            _carries.Keep(frame);
            return;
        }
        Frame even = _body.In(frame), odd = _body.Twin(even);
        nint spare = _carries.Spare(even);
        Begin(frame, even, 0, spare);
        Begin(frame, odd, 1, spare);
        for (int i = 0; i < _scan.Carries; i++)
            _body.Argument(even, _scan.Captures + i, _carries.Start(frame, i));
        Step(even, 0);
        for (int i = 0; i < _scan.Carries; i++)
            _body.Argument(even, _scan.Captures + i, _carries.At(frame, spare, i, !ToOutput(0)));
        for (int step = 1; step < _scan.Length; step++)
            Step(step % 2 == 0 ? even : odd, step);
    }

    /// <summary>The last step, and every second one before it, leaves the carries in the output.</summary>
    private bool ToOutput(int step) => (_scan.Length - 1 - step) % 2 == 0;

    /// <summary>The addresses of all steps from one of the first two on.</summary>
    private void Begin(Frame frame, Frame own, int step, nint spare)
    {
        int row = _scan.Reverse ? _scan.Length - 1 - step : step;
        for (int i = 0; i < _scan.Captures; i++)
            _body.Argument(own, i, frame.Address(_inputs[i].At));
        for (int i = 0; i < _scan.Carries; i++)
        {
            _body.Argument(own, _scan.Captures + i, _carries.At(frame, spare, i, !ToOutput(step)));
            _body.Output(own, i, _carries.At(frame, spare, i, ToOutput(step)));
        }
        for (int i = 0; i < _rows.Length; i++)
            _body.Argument(own, _scan.Captures + _scan.Carries + i, frame.Address(_rows[i].At) + row * RowBytes(_rows[i]));
        for (int i = 0; i < _given.Length; i++)
            _body.Output(own, _scan.Carries + i, frame.Address(_given[i].At) + row * RowBytes(_given[i]));
    }

    private void Step(Frame own, int step)
    {
        own.Trips = step;
        _body.Run(own);
        nint* addresses = own.Addresses, regions = own.Regions;
        foreach (var (index, bytes) in _addresses)
            addresses[index] += bytes;
        foreach (var (index, bytes) in _regions)
            regions[index] += bytes;
    }

    private static nint RowBytes(Operand array) => (nint)array.Strides[0] * array.Element.Size;
}

/// <summary>A loop that ends when its condition no longer holds.</summary>
internal sealed class WhileStep(IWhile loop, ImmutableArray<Operand> inputs, ImmutableArray<Operand> outputs, SubProgram condition, SubProgram body) : Step
{
    private readonly Carries _carries = new([.. inputs[loop.Captures..]], [.. outputs]);

    public override string Kind => "while";

    public override double Flops => condition.Flops + body.Flops;

    public override unsafe void Run(Frame frame)
    {
        Frame ofCondition = condition.In(frame), ofBody = body.In(frame);
        for (int i = 0; i < loop.Captures; i++)
        {
            condition.Argument(ofCondition, i, frame.Address(inputs[i].At));
            body.Argument(ofBody, i, frame.Address(inputs[i].At));
        }
        bool holds;
        condition.Output(ofCondition, 0, (nint)(&holds));
        nint spare = _carries.Spare(ofBody);
        // Before the first step the carries are moved to the output, so that it is known where they are however many steps there are.
        _carries.Keep(frame);
        for (bool inOutput = true; ; inOutput = !inOutput)
        {
            for (int i = 0; i < outputs.Length; i++)
                condition.Argument(ofCondition, loop.Captures + i, _carries.At(frame, spare, i, inOutput));
            condition.Run(ofCondition);
            if (!holds)
            {
                if (!inOutput)
                    _carries.Keep(frame, spare);
                return;
            }
            for (int i = 0; i < outputs.Length; i++)
            {
                body.Argument(ofBody, loop.Captures + i, _carries.At(frame, spare, i, inOutput));
                body.Output(ofBody, i, _carries.At(frame, spare, i, !inOutput));
            }
            body.Run(ofBody);
        }
    }
}

/// <summary>A function whose inner values have memory of their own, so that nothing of it is merged with what is around it.</summary>
internal sealed class CallStep(ImmutableArray<Operand> inputs, ImmutableArray<Operand> outputs, SubProgram body) : Step
{
    public override string Kind => "call";

    public override double Flops => body.Flops;

    public override void Run(Frame frame)
    {
        var own = body.In(frame);
        for (int i = 0; i < inputs.Length; i++)
            body.Argument(own, i, frame.Address(inputs[i].At));
        for (int i = 0; i < outputs.Length; i++)
            body.Output(own, i, frame.Address(outputs[i].At));
        body.Run(own);
    }
}

/// <summary>The branch that a selector takes.</summary>
internal sealed class SwitchStep(IBranch op, ImmutableArray<Operand> inputs, ImmutableArray<Operand> outputs, ImmutableArray<SubProgram> branches) : Step
{
    public override string Kind => "switch";

    public override double Flops => branches.Max(branch => branch.Flops);

    public override void Run(Frame frame)
    {
        var branch = branches[op.IsCond ? Switch.Taken(frame.Span<bool>(inputs[0].At, 1)[0]) : (int)frame.Span<long>(inputs[0].At, 1)[0]];
        var own = branch.In(frame);
        for (int i = 1; i < inputs.Length; i++)
            branch.Argument(own, i - 1, frame.Address(inputs[i].At));
        for (int i = 0; i < outputs.Length; i++)
            branch.Output(own, i, frame.Address(outputs[i].At));
        branch.Run(own);
    }
}

/// <summary>What a loop hands from step to step: each carry has two buffers, its output and a spare one in the body's memory.</summary>
internal sealed class Carries
{
    private readonly Operand[] _starts, _outputs;
    private readonly long[] _spare;
    private readonly long _bytes;

    public Carries(Operand[] starts, Operand[] outputs)
    {
        (_starts, _outputs, _spare) = (starts, outputs, new long[starts.Length]);
        for (int i = 0; i < starts.Length; i++)
        {
            _spare[i] = _bytes;
            _bytes += CacheLine.Rounded(starts[i].Bytes);
        }
    }

    /// <summary>The address of the spare buffers of a run.</summary>
    public nint Spare(Frame body)
    {
        nint spare = body.Spare(_bytes);
        Poison.Fill(spare, _bytes);
        return spare;
    }

    public nint Start(Frame frame, int carry) => frame.Address(_starts[carry].At);

    public nint At(Frame frame, nint spare, int carry, bool output) => output ? frame.Address(_outputs[carry].At) : spare + (nint)_spare[carry];

    /// <summary>The first carries are the last.</summary>
    public unsafe void Keep(Frame frame)
    {
        for (int i = 0; i < _starts.Length; i++)
            Move(Start(frame, i), frame.Address(_outputs[i].At), i);
    }

    /// <summary>The carries in the spare buffers are the last.</summary>
    public unsafe void Keep(Frame frame, nint spare)
    {
        for (int i = 0; i < _starts.Length; i++)
            Move(spare + (nint)_spare[i], frame.Address(_outputs[i].At), i);
    }

    private unsafe void Move(nint from, nint to, int carry)
    {
        long bytes = _outputs[carry].Bytes;
        System.Buffer.MemoryCopy((void*)from, (void*)to, bytes, bytes);
    }
}
