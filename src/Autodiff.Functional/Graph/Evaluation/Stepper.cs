using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>
/// A graph prepared to be evaluated again and again, as the body of a loop is: its order is walked through once, into a list of instructions over
/// numbered slots. A slot whose node is a Float64 scalar holds a double, so that arithmetic on scalars makes no tensors.
/// </summary>
internal sealed class Stepper
{
    /// <summary>An op at slots. <paramref name="Function"/>: it is one of doubles, and all slots hold one.</summary>
    private readonly record struct Instruction(Op Op, IScalarFunction? Function, int First, int Last, int[] Inputs, int Target);

    private readonly Graph _graph;
    private readonly Instruction[] _instructions;
    private readonly int[] _parameters, _outputs;   // slots; −1: a parameter that nothing depends on
    private readonly bool[] _isScalar;              // by slot
    private readonly List<(int Slot, Tensor Value)> _constants = [];
    private readonly int _arity;

    public Stepper(Graph graph)
    {
        _graph = graph;
        var order = graph.Order;
        var isScalar = new List<bool>(order.Count);
        var instructions = new List<Instruction>(order.Count);
        var parameters = graph.ParameterPositions.Where(position => position >= 0).ToHashSet();
        var known = new Dictionary<Expr, int>(ReferenceEqualityComparer.Instance);
        for (int position = 0; position < order.Count; position++)
            isScalar.Add(IsScalar(order.Node(position)));
        foreach (var visit in order)
        {
            if (parameters.Contains(visit.Position))
                continue;
            var inputs = new int[visit.Inputs.Count];
            for (int i = 0; i < inputs.Length; i++)
                inputs[i] = visit.InputPositions[i] is var position and >= 0 ? position : Outside(visit.Inputs[i]);
            bool scalar = inputs.Length > 0 && IsScalar(visit.Node) && Array.TrueForAll(inputs, slot => isScalar[slot]);
            instructions.Add(new(visit.Op, scalar ? visit.Op as IScalarFunction : null, inputs.FirstOrDefault(), inputs.LastOrDefault(), inputs, visit.Position));
            _arity = Math.Max(_arity, inputs.Length);
        }
        _parameters = [.. graph.ParameterPositions];
        _outputs = [.. graph.Outputs.Select((output, i) => order.Roots[i] is var position and >= 0 ? position : Outside(output))];
        (_instructions, _isScalar) = ([.. instructions], [.. isScalar]);

        // What is computed from no parameter is known.
        int Outside(Expr node)
        {
            if (known.TryGetValue(node, out int slot))
                return slot;
            known.Add(node, slot = isScalar.Count);
            isScalar.Add(IsScalar(node));
            _constants.Add((slot, node.Value));
            return slot;
        }
    }

    private static bool IsScalar(Expr node) => node.Shape.IsScalar && node.DType == DType.Float64;

    /// <summary>The outputs at some arguments.</summary>
    public ImmutableArray<Tensor> Evaluate(ReadOnlySpan<Tensor> arguments)
    {
        var frame = new Frame(this, ElementOf(arguments));
        for (int i = 0; i < arguments.Length; i++)
            frame.Set(i, arguments[i]);
        frame.Step();
        return frame.Outputs;
    }

    /// <summary>The type of other numbers, if an argument is made of them; constants are then converted to it.</summary>
    public static ElementType? ElementOf(ReadOnlySpan<Tensor> arguments)
    {
        foreach (var argument in arguments)
            if (!argument.Element.IsNative)
                return argument.Element;
        return null;
    }

    /// <summary>The slots' values during one evaluation. Arguments stay until they are set again.</summary>
    public sealed class Frame
    {
        private readonly Stepper _stepper;
        private readonly ElementType? _other;     // over other numbers than the graph's own, no slot holds a double
        private readonly double[] _scalars;
        private readonly Tensor?[] _tensors;
        private readonly Tensor[] _arguments;
        private (double Scalar, Tensor? Tensor)[] _carried = [];

        public Frame(Stepper stepper, ElementType? other)
        {
            (_stepper, _other) = (stepper, other);
            (_scalars, _tensors, _arguments) = (new double[stepper._isScalar.Length], new Tensor?[stepper._isScalar.Length], new Tensor[stepper._arity]);
            foreach (var (slot, value) in stepper._constants)
                Write(slot, other is null ? value : other.Convert(value));
        }

        /// <summary>Does a parameter hold a double?</summary>
        public bool TakesScalar(int parameter) => _stepper._parameters[parameter] is var slot and >= 0 && HoldsScalar(slot);

        /// <summary>Is an output a double?</summary>
        public bool GivesScalar(int output) => HoldsScalar(_stepper._outputs[output]);

        public void Set(int parameter, Tensor value)
        {
            if (_stepper._parameters[parameter] is var slot and >= 0)
                Write(slot, value);
        }

        /// <summary>Sets a parameter that holds a double.</summary>
        public void Set(int parameter, double value) => _scalars[_stepper._parameters[parameter]] = value;

        public Tensor this[int output] => Read(_stepper._outputs[output]);

        public ImmutableArray<Tensor> Outputs => [.. _stepper._outputs.Select(Read)];

        /// <summary>An output that is a double.</summary>
        public double Scalar(int output) => _scalars[_stepper._outputs[output]];

        /// <summary>Computes everything from the parameters.</summary>
        public void Step()
        {
            var scalars = _scalars;
            foreach (ref readonly var instruction in _stepper._instructions.AsSpan())
                if (instruction.Function is { } function && _other is null)
                    scalars[instruction.Target] = function.Evaluate(scalars[instruction.First], scalars[instruction.Last]);
                else
                    Apply(instruction);
        }

        /// <summary>Hands the first outputs on as parameters. All are read before any is set: an output may be another's parameter.</summary>
        public void Carry(int firstParameter, int count)
        {
            if (_carried.Length < count)
                _carried = new (double, Tensor?)[count];
            var slots = _stepper._parameters.AsSpan(firstParameter, count);
            for (int i = 0; i < count; i++)
                if (slots[i] >= 0)
                    _carried[i] = HoldsScalar(slots[i]) ? (Scalar(i), null) : (0, this[i]);
            for (int i = 0; i < count; i++)
                if (slots[i] >= 0)
                    (_scalars[slots[i]], _tensors[slots[i]]) = _carried[i];
        }

        private void Apply(in Instruction instruction)
        {
            int[] inputs = instruction.Inputs;
            for (int i = 0; i < inputs.Length; i++)
                _arguments[i] = Read(inputs[i]);
            Tensor value;
            try
            {
                value = instruction.Op.Evaluate(_arguments.AsSpan(0, inputs.Length));
            }
            catch when (Failure.Note(_stepper._graph, instruction.Target))
            {
                throw;
            }
            Write(instruction.Target, _other is null ? value : _other.Convert(value));
        }

        private bool HoldsScalar(int slot) => _other is null && _stepper._isScalar[slot];

        private Tensor Read(int slot) => HoldsScalar(slot) ? Tensor.Scalar(_scalars[slot]) : _tensors[slot]!;

        private void Write(int slot, Tensor value)
        {
            if (HoldsScalar(slot))
                _scalars[slot] = value.Elements<double>()[0];
            else
                _tensors[slot] = value;
        }
    }
}
