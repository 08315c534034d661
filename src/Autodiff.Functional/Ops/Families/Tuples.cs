using System.Collections.Immutable;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// The family of ops with several outputs. A node of such an op is never seen by itself, only through <see cref="Project"/>; its cotangent
/// is a bundle, which the rule takes whole.
/// </summary>
public abstract record MultiOutput : Op
{
    /// <summary>The types of the outputs; throws the op's errors.</summary>
    public abstract ImmutableArray<TensorType> InferParts(Inputs inputs);

    /// <summary>The outputs.</summary>
    public abstract ImmutableArray<Tensor> EvaluateParts(ReadOnlySpan<Tensor> inputs);

    /// <summary>The outputs of the op at some inputs.</summary>
    public static ImmutableArray<Expr> Apply(MultiOutput op, params ReadOnlySpan<Expr> inputs)
    {
        ArgumentNullException.ThrowIfNull(op);
        var node = Expr.Apply(op, inputs);
        return [.. op.InferParts(node.IsConstant ? Inputs.Of(inputs) : node.Inputs).Select((type, i) => Project.Of(node, i, type))];
    }

    /// <summary>How the outputs depend on directions that the inputs depend on as given. Where an op does not say otherwise: not linearly.</summary>
    internal virtual ImmutableArray<Degree> DegreesOf(Inputs inputs, ReadOnlySpan<Degree> given)
    {
        var all = Degree.Free;
        foreach (var degree in given)
            all = all.IsFree && degree.IsFree ? all : Degree.Other;
        return [.. Enumerable.Repeat(all, InferParts(inputs).Length)];
    }

    /// <inheritdoc/>
    public sealed override TensorType Infer(Inputs inputs) => new(default, Shape.Of(InferParts(inputs).Length));

    /// <inheritdoc/>
    public sealed override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => Tensor.Bundle([.. EvaluateParts(inputs)]);

    /// <inheritdoc/>
    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size)
    {
        if (size == 0)
            return Pack.Of([.. InferParts(AnElement(inputs, batched)).Select(Nothing)]);
        var elements = new ImmutableArray<Expr>[size];
        var arguments = new Expr[inputs.Count];
        for (int i = 0; i < size; i++)
        {
            for (int k = 0; k < arguments.Length; k++)
                arguments[k] = batched[k] ? inputs[k][i] : inputs[k];
            elements[i] = Apply(this, arguments);
        }
        return Pack.Of([.. Enumerable.Range(0, elements[0].Length).Select(part => Expr.Stack(elements.Select(element => element[part])))]);
    }
}

/// <summary>One output of a node that has several.</summary>
/// <param name="Index">Which.</param>
public sealed record Project(int Index) : Op
{
    internal static Expr Of(Expr bundle, int index, TensorType type) =>
        bundle.Op is Pack ? bundle.Inputs[index] : Expr.Make(new Project(index), new(bundle), type);

    /// <inheritdoc/>
    public override string Attributes => $"{Index}";

    /// <inheritdoc/>
    public override TensorType Infer(Inputs inputs) => inputs[0].Op switch
    {
        MultiOutput op => op.InferParts(inputs[0].Inputs)[Index],
        Pack => inputs[0].Inputs[Index].Type,
        _ => inputs[0].Value.Part(Index).Type,
    };

    /// <inheritdoc/>
    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Part(Index);

    /// <inheritdoc/>
    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) =>
        output.DType.IsFloating() ? Of(tangents[0]!, Index, output.Type) : null;

    /// <inheritdoc/>
    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) =>
        Cotangent.Part(Index, inputs[0].Shape[0], cotangent);

    /// <inheritdoc/>
    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this, inputs[0]);
}

/// <summary>Several nodes as one bundle: the tangent of a node with several outputs, or its batch.</summary>
public sealed record Pack : Op
{
    /// <summary>The bundle of some nodes.</summary>
    public static Expr Of(params ReadOnlySpan<Expr> parts) => Expr.Apply(new Pack(), parts);

    /// <inheritdoc/>
    public override TensorType Infer(Inputs inputs) => new(default, Shape.Of(inputs.Count));

    /// <inheritdoc/>
    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => Tensor.Bundle(inputs.ToArray());

    /// <inheritdoc/>
    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents)
    {
        var parts = new Expr[inputs.Count];
        for (int i = 0; i < parts.Length; i++)
            parts[i] = tangents[i] ?? Expr.Zeros(inputs[i].Shape, inputs[i].DType);
        return Of(parts);
    }

    /// <inheritdoc/>
    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => new(cotangent.Parts);

    /// <inheritdoc/>
    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size)
    {
        var parts = new Expr[inputs.Count];
        for (int i = 0; i < parts.Length; i++)
            parts[i] = batched[i] ? inputs[i] : Batching.Repeat(inputs[i], size);
        return Of(parts);
    }
}
