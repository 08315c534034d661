using System.Diagnostics;
using System.Text.Json.Serialization;
using Autodiff.Functional.Json;

namespace Autodiff.Functional;

/// <summary>
/// One node of an expression graph: an op and its inputs, with one output of known dtype and shape. Immutable and persistent:
/// building on a node never changes it. Compared by reference: two nodes that compute the same are two nodes.
/// </summary>
/// <remarks>
/// Constants compute, variables record: an op all of whose inputs are constants is evaluated at once, everything else becomes a node
/// of the graph, from which <see cref="Value"/>, the transforms of <see cref="Ad"/> and the printers read.
/// </remarks>
/// <example><code>
/// var x = Expr.Variable("x", Tensor.Scalar(2.0));
/// var y = Expr.Sin(x) * x;
/// Console.WriteLine((double)y);       // 1.8185948536513634
/// </code></example>
[JsonConverter(typeof(ExprConverter))]
[DebuggerDisplay("{ToString(),nq}")]
public sealed partial class Expr
{
    private readonly Op? _op;          // null: a constant, whose op is made when asked for
    private readonly double _scalar;   // a Float64 scalar constant's value, whose tensor is made when asked for
    private Tensor? _value;            // another constant's value; for other nodes the value once somebody asked

    private readonly byte _dtype;      // with the flag and the hash in one word

    private Expr(Op? op, Inputs inputs, TensorType type, Tensor? value, bool weak)
    {
        (_op, Inputs, Shape, _dtype, _value, IsWeak) = (op, inputs, type.Shape, (byte)type.DType, value, weak);
        Stamp = StampClock.Next(inputs);
        StructureHash = HashOf(op, inputs, type);
        HasRoot = op is not null && op.Root is var root and not Root.None && (root == Root.Itself || AnyHasRoot(inputs));
        if (Origins.AreNoted)
            Origins.Note(this);
    }

    private Expr(double scalar, bool weak)
    {
        (_scalar, _dtype, IsWeak) = (scalar, (byte)DType.Float64, weak);
        Stamp = StampClock.Next(default);
    }

    /// <summary>What it computes.</summary>
    public Op Op => _op ?? new Constant(Value);

    /// <summary>What it computes from.</summary>
    public Inputs Inputs { get; }

    /// <summary>The dimensions of its value.</summary>
    public Shape Shape { get; }

    /// <summary>The element type of its value.</summary>
    public DType DType => (DType)_dtype;

    /// <summary>The dtype and shape of its value.</summary>
    public TensorType Type => new(DType, Shape);

    /// <summary>The number of axes.</summary>
    public int Rank => Shape.Rank;

    /// <summary>A constant: its value is part of it.</summary>
    public bool IsConstant => _op is null;

    /// <summary>Is it a root, or a product of one?</summary>
    internal bool HasRoot { get; }

    private static bool AnyHasRoot(Inputs inputs)
    {
        for (int i = 0, count = inputs.Count; i < count; i++)
            if (inputs[i].HasRoot)
                return true;
        return false;
    }

    /// <summary>A literal, whose dtype gives way to that of the other operand.</summary>
    internal bool IsWeak { get; }

    /// <summary>Larger than the stamps of the inputs, and than those of all nodes that this thread made before.</summary>
    internal long Stamp { get; }

    /// <summary>
    /// Equal for nodes that are computed in the same way: by the same kinds of op, from constants and parameters of the same sizes, whatever their values. Others may have it by chance.
    /// </summary>
    internal int StructureHash { get; }

    private static int HashOf(Op? op, Inputs inputs, TensorType type)
    {
        uint hash = op is null ? 0 : (uint)op.KindHash;
        for (int i = 0, count = inputs.Count; i < count; i++)
        {
            hash = (hash + (uint)inputs[i].StructureHash) * 0x9E3779B1;
            hash ^= hash >> 15;
        }
        return (int)(type.Shape.IsScalar ? hash : (hash + (uint)type.Shape.Size) * 0x85EBCA77);
    }

    /// <summary>The op; null for a constant.</summary>
    internal Op? OpUnlessConstant => _op;

    /// <summary>A constant scalar whose value is in <see cref="_scalar"/>.</summary>
    internal bool IsScalarConstant => _op is null && (_value is null || (Shape.IsScalar && ReferenceEquals(_value.Element, ElementType.Float64)));

    /// <summary>The value of a <see cref="IsScalarConstant"/>.</summary>
    internal double ScalarValue => _scalar;

    internal bool HasValue => _op is null || _value is not null;

    /// <summary>The value if it is known, without computing it.</summary>
    internal Tensor? Remembered { get => _value ?? (IsScalarConstant ? _value = Tensor.Scalar(_scalar) : null); set => _value = value; }

    // ---- leaves ----

    /// <summary>A constant of dtype Float64, which does not give way to other dtypes (unlike a literal).</summary>
    public static Expr Scalar(double value) => new(value, weak: false);
    /// <summary>A constant of dtype Float64, from a whole number (which C# would rather make a float).</summary>
    public static Expr Scalar(int value) => Scalar((double)value);
    /// <summary>A constant of dtype Float32.</summary>
    public static Expr Scalar(float value) => Constant(Tensor.Scalar(value));
    /// <summary>A constant.</summary>
    public static Expr Constant(Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return FromValue(value, weak: false);
    }

    /// <summary>A weak literal: it takes the dtype of the other operand, and is Float64 when alone.</summary>
    public static Expr Literal(double value) => new(value, weak: true);

    /// <summary>A variable without a value: a graph over it is open, and <see cref="Value"/> of what depends on it is an error.</summary>
    public static Expr Variable(string name, Shape shape, DType dtype = DType.Float64)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Enum.IsDefined(dtype) ? new(new Variable(name), default, new(dtype, shape), null, weak: false) : throw new ArgumentOutOfRangeException(nameof(dtype), $"Variable: expected a member of DType; got {dtype}.");
    }

    /// <summary>A variable with a value. Gradients can be taken with respect to it.</summary>
    public static Expr Variable(string name, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        return new(new Variable(name), default, value.Type, value, weak: false);
    }

    // ---- nodes ----

    /// <summary>
    /// The value of an op at some inputs: the way in for an op of your own. The op's <see cref="Op.Infer"/> checks the inputs; if all are
    /// constants the result is one.
    /// </summary>
    public static Expr Apply(Op op, params ReadOnlySpan<Expr> inputs)
    {
        ArgumentNullException.ThrowIfNull(op);
        foreach (var input in inputs)
            ArgumentNullException.ThrowIfNull(input, nameof(inputs));
        var all = Inputs.Of(inputs);
        return Make(op, all, op.Infer(all));
    }

    /// <inheritdoc cref="Apply(Op, ReadOnlySpan{Expr})"/>
    public static Expr Apply(Op op, params Expr[] inputs) => Apply(op, (ReadOnlySpan<Expr>)inputs);   // F# knows no span of parameters

    /// <summary>A node whose type is known. If its inputs are all constants, it is computed at once.</summary>
    internal static Expr Make(Op op, Inputs inputs, TensorType type)
    {
        if (op.Folds)
        {
            bool constant = true, weak = true;
            for (int i = 0, count = inputs.Count; i < count && constant; i++)
            {
                constant &= inputs[i].IsConstant;
                weak &= inputs[i].IsWeak;
            }
            if (constant)
            {
                weak &= inputs.Count > 0 && type.DType == DType.Float64;   // what is made of literals is one, unless it is a mask or an index
                return type is { DType: DType.Float64, Shape.IsScalar: true } && op is IScalarFunction function && inputs[0].IsScalarConstant
                    ? new(function.Evaluate(inputs[0]._scalar, inputs[inputs.Count - 1]._scalar), weak)
                    : FromValue(Evaluation.Step(op, inputs), weak);
            }
        }
        return new(op, inputs, type, null, weak: false);
    }

    /// <summary>The same op at other inputs of the same types: what replaying a graph does.</summary>
    internal Expr With(Inputs inputs) => Make(_op!, inputs, Type);

    internal static Expr FromValue(Tensor value, bool weak) => value.Shape.IsScalar && ReferenceEquals(value.Element, ElementType.Float64)
        ? new(value.Elements<double>()[0], weak) { _value = value }
        : new(null, default, value.Type, value, weak);

    // ---- value ----

    /// <summary>
    /// The value, if all variables that it depends on have one. It is computed without recursion, and remembered.
    /// </summary>
    /// <exception cref="MissingValueException">A variable has no value, or there is no concrete value inside this transform.</exception>
    public Tensor Value => Remembered ?? Evaluation.Value(this);

    /// <summary>The value of a node with one element, as a double.</summary>
    /// <exception cref="MissingValueException">A variable has no value, or there is no concrete value inside this transform.</exception>
    /// <exception cref="ShapeException">There is not exactly one element.</exception>
    public static explicit operator double(Expr node) => (double)node.Value;

    /// <summary>A weak literal, which takes the other operand's dtype.</summary>
    public static implicit operator Expr(double value) => Literal(value);

    /// <summary>A constant.</summary>
    public static implicit operator Expr(Tensor value) => Constant(value);

    /// <summary>A short form: the last few nodes. <c>Print</c> gives the whole graph.</summary>
    public override string ToString() => GraphPrinter.Short(this);
}

/// <summary>
/// Stamps order nodes by age within a thread and along every edge. They only let a transform stop looking at nodes that are older than its
/// seed and so can't depend on it; they never change a result.
/// </summary>
internal static class StampClock
{
    [ThreadStatic]
    private static long s_now;

    public static long Next(Inputs inputs)
    {
        long now = s_now;
        for (int i = 0, count = inputs.Count; i < count; i++)
            now = Math.Max(now, inputs[i].Stamp);
        return s_now = now + 1;
    }
}
