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

    internal override bool MayThrow(Inputs inputs) => !inputs[1].IsConstant;
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

    public override Expr Transpose(int index, Expr cotangent, Inputs inputs) => index == 0
        ? Expr.Apply(this, cotangent, inputs[1], Expr.Zeros(inputs[2].Shape, inputs[2].DType))
        : Expr.Apply(new TakeLast(Leading), cotangent, inputs[1]);

    public override Op Lifted(Shape leading) => new ScatterSet(Leading + leading.Rank);
}

/// <summary>
/// The sub-tensors at indices along the axis after the shared leading ones, but zeros where the same index comes again: the transpose of
/// <see cref="ScatterSet"/>, whose transpose it has.
/// </summary>
internal sealed record TakeLast(int Leading) : Linear
{
    public override bool Cancels => false;
    public override bool Selects => true;
    public override string Attributes => Leading == 0 ? "" : $"leading={Leading}";

    internal override bool MayThrow(Inputs inputs) => !inputs[1].IsConstant;
    public override TensorType Infer(Inputs inputs) => new Gather(Leading, Leading).Infer(inputs);

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(this, inputs[0], inputs[1]));

    private readonly struct Kernel(TakeLast op, Tensor data, Tensor indices) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var places = new IndexPlaces(op.Name, data.Shape, op.Leading, op.Leading, indices);
            var result = Tensor.New<E>(data.Element, data.Shape.Slice(op.Leading + 1, data.Rank - op.Leading - 1).After(indices.Shape), out var elements);
            var source = data.Elements<E>();
            var last = new Dictionary<int, int>();
            int at = 0;
            foreach (int place in places)
            {
                // What was taken there before was not the last.
                if (last.TryGetValue(place, out int before))
                    elements.Slice(before, places.Inner).Clear();
                source.Slice(place, places.Inner).CopyTo(elements[at..]);
                last[place] = at;
                at += places.Inner;
            }
            return result;
        }
    }

    public override Expr Transpose(int index, Expr cotangent, Inputs inputs) =>
        Expr.Apply(new ScatterSet(Leading), Expr.Zeros(inputs[0].Shape, inputs[0].DType), inputs[1], cotangent);

    public override Op Lifted(Shape leading) => new TakeLast(Leading + leading.Rank);
}
