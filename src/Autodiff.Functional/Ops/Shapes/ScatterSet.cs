namespace Autodiff.Functional;

/// <summary>
/// The first input with the third's sub-tensors in place of those at the indices along the axis after the shared leading ones; of an index that comes
/// twice the last counts.
/// </summary>
internal sealed record ScatterSet(int Leading = 0) : Linear
{
    public override bool Cancels => false;
    public override bool Selects => true;
    public override string Attributes => Leading == 0 ? "" : $"leading={Leading}";

    public override TensorType Infer(Inputs inputs) => new ScatterAdd(Leading, Leading).Infer(inputs);

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(this, inputs[0], inputs[1], inputs[2]));

    private readonly struct Kernel(ScatterSet op, Tensor target, Tensor indices, Tensor updates) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var places = new IndexPlaces(op.Name, target.Shape, op.Leading, op.Leading, indices);
            var result = Tensor.New<E>(target.Element, target.Shape, out var elements);
            target.Read(0, elements);
            var source = updates.Elements<E>();
            int at = 0;
            foreach (int place in places)
            {
                source.Slice(at, places.Inner).CopyTo(elements[place..]);
                at += places.Inner;
            }
            return result;
        }
    }

    public override Expr Transpose(int index, Expr cotangent, Inputs inputs)
    {
        Expr indices = inputs[1], updates = inputs[2];
        if (index == 0)
            return Expr.Apply(this, cotangent, indices, Expr.Zeros(updates.Shape, updates.DType));
        var counts = Expr.Apply(new IsLast(inputs[0].Shape[Leading], Leading), indices);
        counts = Expr.Reshape(counts, Shape.Ones(updates.Rank - indices.Rank).After(indices.Shape));
        return Expr.Where(counts, Expr.Apply(new Gather(Leading, Leading), cotangent, indices), Expr.Zeros(updates.Shape, updates.DType));
    }

    public override Op Lifted(Shape leading) => new ScatterSet(Leading + leading.Rank);
}

/// <summary>Whether no later index names the same place of an axis, for each row of indices. No derivative.</summary>
internal sealed record IsLast(int Length, int Leading) : Op
{
    public override string Attributes => $"length={Length}";

    public override TensorType Infer(Inputs inputs) => new(DType.Bool, inputs[0].Shape);

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs)
    {
        var result = Tensor.New<bool>(ElementType.Bool, inputs[0].Shape, out var last);
        int rows = inputs[0].Shape.Slice(0, Leading).Size, size = rows == 0 ? 0 : last.Length / rows;
        var indices = new Cast(DType.Int64).Evaluate(inputs).Elements<long>();
        var seen = new HashSet<long>();
        for (int row = rows - 1; row >= 0; row--, seen.Clear())
            for (int i = (row + 1) * size - 1; i >= row * size; i--)
                last[i] = seen.Add(indices[i] < 0 ? indices[i] + Length : indices[i]);
        return result;
    }

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => null;
    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => default;
    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this with { Leading = Leading + 1 }, inputs[0]);
}
