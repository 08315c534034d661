using System.Diagnostics.CodeAnalysis;
using System.Reflection.Emit;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Compilation;

/// <summary>A loop over a single point, as generated straight-line code.</summary>
/// <remarks>
/// It is cut into methods of a size that the JIT still optimises (it gives up silently above some 2 000 locals); what one computes and another uses
/// passes through scratch.
/// </remarks>
internal sealed unsafe class StraightLine : LoopKernel
{
    /// <summary>Up to how many instructions compiling them (5 µs each) is worth while.</summary>
    public const int MaxLength = 12_000;

    /// <summary>Instructions in a method.</summary>
    private const int MethodLength = 110;

    private delegate void Code(nint* addresses, nint slots);

    private readonly Body _body;

    [RequiresDynamicCode("Makes methods.")]
    private StraightLine(LoopProgram program)
    {
        int length = program.Instructions.Length;
        int methods = Methods(program);
        ScratchBytes = ScratchOf(program);
        Code[] codes = [.. Enumerable.Range(0, methods).Select(i => Method(program, (int)((long)length * i / methods)..(int)((long)length * (i + 1) / methods)))];
        _body = new(codes, program.Inputs.Length + program.Results.Length, ScratchBytes);
        InPlace = methods == 1;
    }

    [RequiresDynamicCode("Makes methods.")]
    public static StraightLine Of(LoopProgram program) => new(program);

    /// <summary>The scratch that the code will need.</summary>
    public static int ScratchOf(LoopProgram program) => Methods(program) == 1 ? 0 : (program.Inputs.Length + program.Instructions.Length) * sizeof(long);

    private static int Methods(LoopProgram program) => Math.Max(1, (program.Instructions.Length + MethodLength - 1) / MethodLength);

    public override int Chunks => 1;
    public override bool Finishes => false;
    public override int ScratchBytes { get; }
    public override bool InPlace { get; }
    public override (TileBody Body, int Points)? Bare => (_body, 1);

    public override void Run(ReadOnlySpan<nint> addresses, int firstChunk, int endChunk, nint scratch)
    {
        fixed (nint* at = addresses)
            _body.Run(at, scratch);
    }

    public override void Finish(ReadOnlySpan<nint> addresses, nint scratch) { }

    /// <summary>The methods, one after the other. What they hand on lies after the addresses, or where the caller says.</summary>
    private sealed class Body(Code[] codes, int operands, int scratchBytes) : TileBody
    {
        private readonly int[] _slots = scratchBytes == 0 ? [] : [0];

        public override int SlotBytes => scratchBytes;
        public override ReadOnlySpan<int> Slots => _slots;

        public override void Run(nint* addresses, int count) => Run(addresses, scratchBytes == 0 ? 0 : addresses[operands]);

        public void Run(nint* addresses, nint scratch)
        {
            foreach (var code in codes)
                code(addresses, scratch);
        }
    }

    [RequiresDynamicCode("Makes methods.")]
    private static Code Method(LoopProgram program, Range instructions)
    {
        var method = new DynamicMethod("Scalars", typeof(void), [typeof(nint*), typeof(nint)], typeof(StraightLine).Module, skipVisibility: true);
        new ScalarCode(program, method.GetILGenerator(), instructions).Emit();
        return method.CreateDelegate<Code>();
    }

    /// <summary>Writes the code of one of the methods.</summary>
    private sealed class ScalarCode(LoopProgram program, ILGenerator il, Range instructions) : LoopCode(program, il, instructions)
    {
        public void Emit()
        {
            int[] last = TileCode.LastUses(Program);
            int start = Computed.Start.Value, end = Computed.End.Value, inputs = Program.Inputs.Length;
            var results = Program.Results.Select((result, r) => (result.Value, Operand: inputs + r)).ToLookup(result => result.Value, result => result.Operand);
            for (int value = start == inputs ? 0 : start; value < end; value++)
            {
                bool later = last[value] >= end - inputs;
                if (IsLocal[value] && (value >= inputs || results.Contains(value)))
                    Keep(value);
                if (later && value >= inputs)
                {
                    Slot(value);
                    Push(value);
                    Il.Emit(OpCodes.Stobj, TypeOf(Program.DTypeOf(value)));
                }
            }
            // No result is written before all inputs are read.
            for (int value = start == inputs ? 0 : start; value < end; value++)
                foreach (int operand in results[value])
                {
                    Address(operand);
                    Push(value);
                    Il.Emit(OpCodes.Stobj, TypeOf(Program.DTypeOf(value)));
                }
            Il.Emit(OpCodes.Ret);
        }

        protected override void Read(int value)
        {
            if (value < Program.Inputs.Length)
                Address(value);
            else
                Slot(value);
            Il.Emit(OpCodes.Ldobj, TypeOf(Program.DTypeOf(value)));
        }

        private void Address(int operand)
        {
            Il.Emit(OpCodes.Ldarg_0);
            Il.Emit(OpCodes.Ldc_I4, operand * sizeof(nint));
            Il.Emit(OpCodes.Add);
            Il.Emit(OpCodes.Ldind_I);
        }

        private void Slot(int value)
        {
            Il.Emit(OpCodes.Ldarg_1);
            Il.Emit(OpCodes.Ldc_I4, value * sizeof(long));
            Il.Emit(OpCodes.Add);
        }

        protected override Type TypeOf(DType dtype) => dtype switch
        {
            DType.Bool => typeof(Bit),
            DType.Int32 => typeof(Integer<int>),
            DType.Int64 => typeof(Integer<long>),
            DType.Float32 => typeof(Real32),
            _ => typeof(Real64),
        };

        protected override Delegate Function(LoopInstruction instruction)
        {
            var function = ((IPointwise)instruction.Op).Function;
            return Program.DTypeOf(instruction.Arguments[^1]) switch
            {
                DType.Bool => Of<Bit>(function, instruction.DType),
                DType.Int32 => Of<Integer<int>>(function, instruction.DType),
                DType.Int64 => Of<Integer<long>>(function, instruction.DType),
                DType.Float32 => Of<Real32>(function, instruction.DType),
                _ => Of<Real64>(function, instruction.DType),
            };
        }

        private static Delegate Of<T>(Pointwise function, DType result) where T : unmanaged, IMasked<T, Bit> => result switch
        {
            DType.Bool => PointwiseCode.Function<T, Bit, Bit>(function),
            DType.Int32 => PointwiseCode.Function<T, Integer<int>, Bit>(function),
            DType.Int64 => PointwiseCode.Function<T, Integer<long>, Bit>(function),
            DType.Float32 => PointwiseCode.Function<T, Real32, Bit>(function),
            _ => PointwiseCode.Function<T, Real64, Bit>(function),
        };
    }
}
