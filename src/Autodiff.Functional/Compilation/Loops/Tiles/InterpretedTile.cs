namespace Autodiff.Functional.Compilation;

/// <summary>
/// Runs an instruction over a whole tile before the next. Values lie in slots that stay in the first cache, each taken again when its value
/// is used up. Values that are the same at all points are computed once.
/// </summary>
internal sealed unsafe class InterpretedTile : TileBody
{
    private const int MaxArguments = 3;

    private readonly Step[] _steps;
    private readonly int[] _slots;

    /// <summary>Operands by number: an argument that is the same at all points is written as its complement.</summary>
    private readonly record struct Step(TileFunction Function, int First, int Second, int Third, int Arguments, int Result);

    public InterpretedTile(TileCode code)
    {
        var program = code.Program;
        int inputs = code.Inputs;
        bool[] uniform = code.UniformValues();
        int[] last = TileCode.LastUses(program);
        var operand = new int[code.Values];
        for (int i = 0; i < inputs; i++)
            operand[i] = i;

        // A value may be computed where a result goes once no input is read any more, or if the result is put elsewhere later.
        int lastRead = -1;
        for (int i = 0; i < inputs; i++)
            lastRead = Math.Max(lastRead, last[i]);
        var bound = new int[code.Values];
        Array.Fill(bound, -1);
        for (int r = 0; r < program.Results.Length; r++)
        {
            int value = program.Results[r].Value;
            if (value >= inputs && !uniform[value] && bound[value] < 0 && (code.Staged[r] || value - inputs >= lastRead))
                bound[value] = r;
        }
        foreach (var result in program.Results)
            last[result.Value] = int.MaxValue;

        var slots = new SlotPool(code);
        var steps = new List<Step>();
        for (int i = 0; i < program.Instructions.Length; i++)
        {
            var (op, arguments, dtype) = program.Instructions[i];
            int value = inputs + i;
            foreach (int argument in arguments.Distinct())
                if (last[argument] == i && argument >= inputs && bound[argument] < 0)
                    slots.Free(operand[argument], code.DType(argument), uniform[argument]);
            operand[value] = bound[value] >= 0 ? inputs + bound[value] : slots.Take(dtype, uniform[value]);
            steps.Add(Of(PointwiseCode.Tile(((IPointwise)op).Function, [.. arguments.Select(code.DType)]), arguments.AsSpan(), operand[value], uniform[value]));
            if (last[value] < 0)
                slots.Free(operand[value], dtype, uniform[value]);
        }
        for (int r = 0; r < program.Results.Length; r++)
        {
            int value = program.Results[r].Value;
            if (bound[value] != r)
                steps.Add(Of(Copy(code.DType(value)), [value], inputs + r, false));
        }
        _steps = [.. steps];
        _slots = slots.Offsets;
        SlotBytes = slots.Bytes;

        Step Of(TileFunction function, ReadOnlySpan<int> arguments, int result, bool single)
        {
            Span<int> operands = stackalloc int[MaxArguments];
            for (int k = 0; k < arguments.Length; k++)
                operands[k] = uniform[arguments[k]] ? ~operand[arguments[k]] : operand[arguments[k]];
            return new(function, operands[0], operands[1], operands[2], arguments.Length, single ? ~result : result);
        }
    }

    public override int SlotBytes { get; }
    public override ReadOnlySpan<int> Slots => _slots;

    public override void Run(nint* addresses, int count)
    {
        TileOperand* arguments = stackalloc TileOperand[MaxArguments];
        foreach (ref readonly var step in _steps.AsSpan())
        {
            arguments[0] = Operand(step.First);
            if (step.Arguments > 1)
                arguments[1] = Operand(step.Second);
            if (step.Arguments > 2)
                arguments[2] = Operand(step.Third);
            step.Function.Run(arguments, addresses[Math.Max(step.Result, ~step.Result)], step.Result < 0 ? 1 : count);
        }

        TileOperand Operand(int operand) => operand < 0 ? new(addresses[~operand], 1) : new(addresses[operand], count);
    }

    private static TileFunction Copy(DType dtype) => ElementType.Of(dtype).Size switch
    {
        sizeof(long) => new(&Copy<long>),
        sizeof(int) => new(&Copy<int>),
        _ => new(&Copy<byte>),
    };

    private static void Copy<T>(TileOperand* x, nint result, int count) where T : unmanaged
    {
        var to = new Span<T>((void*)result, count);
        if (x[0].Length == count)
            x[0].Elements<T>().CopyTo(to);
        else
            to.Fill(x[0].Elements<T>()[0]);
    }
}
