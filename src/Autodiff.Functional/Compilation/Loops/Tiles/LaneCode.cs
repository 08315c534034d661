using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// Writes the code of a tile, or of a segment of its instructions: values that other segments need lie in slots. It is a loop over registers of points, or, for few of them, straight on:
/// each value of all registers after the other, so that none waits for what it was computed from.
/// </summary>
/// <remarks>
/// Values that are the same at all points are computed once, before. No result is written before all inputs of a step are read. A loop that overlaps ends with the last full register of
/// points, of which it has computed some before: there are no points past it. Without a loop the last register has only the lanes that there are points for, or overlaps too.
/// </remarks>
internal sealed unsafe class LaneCode<V, E, M>(TileCode tile, ILGenerator il, Range instructions, int[] slots, LaneLoop loop)
    where V : unmanaged, IMaskedLanes<V, E, M> where E : unmanaged where M : unmanaged, IMasked<M, M>
{
    private readonly bool[] _uniform = tile.UniformValues();
    private readonly Dictionary<int, LocalBuilder> _addresses = [];
    private readonly LocalBuilder _index = il.DeclareLocal(typeof(nint)), _lanes = il.DeclareLocal(typeof(M));
    private readonly int _start = tile.Inputs + instructions.Start.Value, _end = tile.Inputs + instructions.End.Value;     // the values that this segment computes

    public void Emit()
    {
        Register[] registers = [.. Enumerable.Range(0, IsUnrolled ? (tile.Points + V.Count - 1) / V.Count : 1).Select(number => new Register(this, number))];
        var results = Results();
        Prepare(results, registers);
        if (IsUnrolled)
        {
            EmitMask(tile.Points - (registers.Length - 1) * V.Count);
            EmitStep(results, registers);
        }
        else
            EmitLoop(results, registers);
        il.Emit(OpCodes.Ret);
    }

    /// <summary>The results that this segment writes: those that it computes. Those that are inputs are written by the first segment.</summary>
    private List<int> Results() => [.. Enumerable.Range(0, tile.Program.Results.Length).Where(result =>
        tile.Program.Results[result].Value is var value && value < _end && (value >= _start || (_start == tile.Inputs && value < tile.Inputs)))];

    /// <summary>The values from before this segment that it reads.</summary>
    private SortedSet<int> Reads(List<int> results)
    {
        var read = new SortedSet<int>(results.Select(result => tile.Program.Results[result].Value).Where(value => value < _start));
        for (int value = _start; value < _end; value++)
            foreach (int argument in tile.Program.Instructions[value - tile.Inputs].Arguments)
                if (argument < _start)
                    read.Add(argument);
        return read;
    }

    /// <summary>Code before the loop: it takes the addresses, and computes the values that are the same at all points.</summary>
    private void Prepare(List<int> results, Register[] registers)
    {
        var read = Reads(results);
        foreach (int value in read)
            LoadAddress(value < tile.Inputs ? value : slots[value]);
        foreach (int result in results)
            LoadAddress(tile.Inputs + result);
        for (int value = _start; value < _end; value++)
            if (slots[value] >= 0)
                LoadAddress(slots[value]);
        foreach (int value in read)
            if (_uniform[value])
                KeepUniform(value, registers);
        for (int value = _start; value < _end; value++)
            if (_uniform[value])
            {
                KeepUniform(value, registers);
                if (slots[value] >= 0)
                    registers[0].Write(value, slots[value], first: true);
            }
    }

    private static void KeepUniform(int value, Register[] registers)
    {
        registers[0].KeepUniform(value);
        foreach (var register in registers.AsSpan(1))
            register.Take(value, registers[0]);
    }

    /// <summary>The mask of the lanes of the last register that there are points for.</summary>
    private void EmitMask(int lanes)
    {
        if (loop != LaneLoop.UnrolledMasked)
            return;
        il.Emit(OpCodes.Ldc_I4, lanes);
        il.Emit(OpCodes.Conv_I);
        il.Emit(OpCodes.Call, ((Func<nint, M>)V.First).Method);
        il.Emit(OpCodes.Stloc, _lanes);
    }

    /// <summary>A step from register to register over all points.</summary>
    private void EmitLoop(List<int> results, Register[] registers)
    {
        var (test, body, done) = (il.DefineLabel(), il.DefineLabel(), il.DefineLabel());
        il.Emit(OpCodes.Br, test);
        il.MarkLabel(body);
        EmitStep(results, registers);
        il.Emit(OpCodes.Ldloc, _index);
        il.Emit(OpCodes.Ldc_I4, V.Count);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Stloc, _index);
        il.MarkLabel(test);
        il.Emit(OpCodes.Ldloc, _index);
        il.Emit(OpCodes.Ldarg_1);
        if (loop == LaneLoop.Overlapping)
        {
            il.Emit(OpCodes.Bge, done);
            il.Emit(OpCodes.Ldloc, _index);
            EmitLastStart();
            il.Emit(OpCodes.Ble, body);
            EmitLastStart();
            il.Emit(OpCodes.Stloc, _index);
            il.Emit(OpCodes.Br, body);
        }
        else
            il.Emit(OpCodes.Blt, body);
        il.MarkLabel(done);
    }

    private void EmitStep(List<int> results, Register[] registers)
    {
        for (int value = _start; value < _end; value++)
            if (!_uniform[value])
                foreach (var register in registers)
                    register.Compute(value);
        foreach (int result in results)
            foreach (var register in registers)
                register.Write(tile.Program.Results[result].Value, tile.Inputs + result);
    }

    /// <summary>The first point of the last full register.</summary>
    private void EmitLastStart()
    {
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldc_I4, V.Count);
        il.Emit(OpCodes.Sub);
    }

    private void LoadAddress(int operand)
    {
        if (_addresses.ContainsKey(operand))
            return;
        _addresses.Add(operand, il.DeclareLocal(typeof(nint)));
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldc_I4, operand * sizeof(nint));
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Ldind_I);
        il.Emit(OpCodes.Stloc, _addresses[operand]);
    }

    /// <summary>The code for one register of points: the one that the loop is at, or one of all.</summary>
    private sealed class Register(LaneCode<V, E, M> all, int number) : LoopCode(all.Tile.Program, all.Il, all.Instructions)
    {
        private TileCode Tile => all.Tile;

        public void KeepUniform(int value) => Keep(value);

        public void Take(int value, Register other) => Share(value, other);

        public void Compute(int value)
        {
            if (IsLocal[value])
                Keep(value);
            if (all.Slots[value] >= 0)
                Write(value, all.Slots[value]);
        }

        protected override Delegate Function(LoopInstruction instruction)
        {
            var function = ((IPointwise)instruction.Op).Function;
            bool ofMasks = Tile.DType(instruction.Arguments[^1]) == DType.Bool, toMask = instruction.DType == DType.Bool;
            return ofMasks ? toMask ? PointwiseCode.Function<M, M, M>(function) : PointwiseCode.Function<M, V, M>(function)
                : toMask ? PointwiseCode.Function<V, M, M>(function) : PointwiseCode.Function<V, V, M>(function);
        }

        protected override Type TypeOf(DType dtype) => dtype == DType.Bool ? typeof(M) : typeof(V);

        protected override void Read(int value)
        {
            bool mask = Tile.DType(value) == DType.Bool;
            int operand = value < Tile.Inputs ? value : all.Slots[value];
            if (all._uniform[value])
            {
                Il.Emit(OpCodes.Ldloc, all._addresses[operand]);
                Il.Emit(OpCodes.Call, (mask ? (Func<nint, M>)SplatMask : (Delegate)(Func<nint, V>)Splat).Method);
                return;
            }
            Address(operand, mask);
            if (HasFirstLanes(operand))
            {
                Il.Emit(OpCodes.Ldloc, all._lanes);
                Il.Emit(OpCodes.Call, ((Func<nint, M, V>)V.LoadFirst).Method);
            }
            else
                Il.Emit(OpCodes.Call, (mask ? (Func<nint, M>)LoadMask : (Delegate)(Func<nint, V>)Load).Method);
        }

        public void Write(int value, int operand, bool first = false)
        {
            bool mask = Tile.DType(value) == DType.Bool;
            Push(value);
            if (first)
                Il.Emit(OpCodes.Ldloc, all._addresses[operand]);
            else
                Address(operand, mask);
            if (HasFirstLanes(operand))
            {
                Il.Emit(OpCodes.Ldloc, all._lanes);
                Il.Emit(OpCodes.Call, ((Action<V, nint, M>)V.StoreFirst).Method);
            }
            else
                Il.Emit(OpCodes.Call, (mask ? (Action<M, nint>)StoreMask : (Delegate)(Action<V, nint>)Store).Method);
        }

        /// <summary>Is the operand an array with points for some of the lanes only? In slots there is room for all.</summary>
        private bool HasFirstLanes(int operand) => all.Loop == LaneLoop.UnrolledMasked && operand < Tile.Operands && (number + 1) * V.Count > Tile.Points;

        private void Address(int operand, bool mask)
        {
            int size = mask ? 1 : sizeof(E);
            Il.Emit(OpCodes.Ldloc, all._addresses[operand]);
            if (all.IsUnrolled)
                Il.Emit(OpCodes.Ldc_I4, (all.Loop == LaneLoop.Unrolled && operand < Tile.Operands ? Math.Min(number * V.Count, Tile.Points - V.Count) : number * V.Count) * size);
            else
            {
                Il.Emit(OpCodes.Ldloc, all._index);
                Il.Emit(OpCodes.Ldc_I4, size);
                Il.Emit(OpCodes.Mul);
            }
            Il.Emit(OpCodes.Add);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static V Load(nint address) => V.Load(in *(E*)address);
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static V Splat(nint address) => V.Splat(*(E*)address);
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Store(V lanes, nint address) => lanes.Store(ref *(E*)address);
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static M LoadMask(nint address) => V.LoadMask(in *(bool*)address);
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static M SplatMask(nint address) => M.Literal(*(bool*)address ? 1 : 0);
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void StoreMask(M mask, nint address) => V.StoreMask(mask, ref *(bool*)address);
    }

    private TileCode Tile => tile;
    private ILGenerator Il => il;
    private Range Instructions => instructions;
    private int[] Slots => slots;
    private LaneLoop Loop => loop;
    private bool IsUnrolled => loop >= LaneLoop.Unrolled;
}

/// <summary>The way that code takes over the points of a tile.</summary>
internal enum LaneLoop
{
    /// <summary>Register by register, as far as they are full; the rest goes through the code on copies.</summary>
    Plain,
    /// <summary>Register by register, the last over points of the one before, so that results can't lie over inputs, which are read again.</summary>
    Overlapping,
    /// <summary>All registers at once, the last over points of the one before. Here and below all inputs are read before a result is written; a tile of fewer points goes through the code on copies.</summary>
    Unrolled,
    /// <summary>All registers at once, of the last the lanes that have points.</summary>
    UnrolledMasked,
}
