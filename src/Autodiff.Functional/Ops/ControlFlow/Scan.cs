using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// A loop: the body, from carries and a row of each input to the next carries and a row of each output, <paramref name="Length"/> times. The inputs are what the body closes
/// over, the first carries, and tensors whose first axis is walked along; the outputs are the last carries, and tensors with the rows.
/// </summary>
/// <remarks>
/// Forward mode is another scan, whose carries are values and tangents. Reverse mode is a scan in the other direction, whose carries are cotangents: of the carries, and the sums of
/// those of what is closed over. It computes each step anew from the carries that the step began with, which are all that is kept.
/// </remarks>
/// <param name="Body">Its parameters are captures, carries and rows; its outputs the next carries and rows.</param>
/// <param name="Captures">How many values the body closes over.</param>
/// <param name="Carries">How many carries.</param>
/// <param name="Length">How many steps.</param>
/// <param name="Reverse">Are rows taken and given from the last to the first?</param>
/// <param name="Kept">Are the last outputs the carries before each step?</param>
internal sealed record Scan(Graph Body, int Captures, int Carries, int Length, bool Reverse, bool Kept = false) : MultiOutput
{
    /// <summary>One step: from carries and rows to carries and rows.</summary>
    public delegate (ImmutableArray<Expr> Carries, ImmutableArray<Expr> Rows) Step(ImmutableArray<Expr> carries, ImmutableArray<Expr> rows);

    /// <summary>The number of rows that a step takes.</summary>
    public int Rows => Body.Parameters.Length - Captures - Carries;

    public override string Attributes => string.Create(CultureInfo.InvariantCulture, $"length={Length}{(Reverse ? ", reverse" : "")}");
    internal override IEnumerable<(string Name, Graph Graph)> Bodies => [("step", Body)];

    // ---- making ----

    /// <summary>The scan of a function: the last carries, then the rows that it gave.</summary>
    public static ImmutableArray<Expr> Of(Step step, ImmutableArray<Expr> starts, ImmutableArray<Expr> inputs, int length, bool reverse)
    {
        var (carries, rows) = Parameters(starts, inputs);
        var (next, given) = step(carries, rows);
        return Of(carries, rows, next, given, starts, inputs, length, reverse);
    }

    /// <summary>Fresh parameters for a step.</summary>
    public static (ImmutableArray<Expr> Carries, ImmutableArray<Expr> Rows) Parameters(ImmutableArray<Expr> starts, ImmutableArray<Expr> inputs) => (
        Closure.Parameters("a scan", starts.Select(start => start.Type)),
        Closure.Parameters("a scan", inputs.Select(input => new TensorType(input.DType, input.Shape.Slice(1, input.Rank - 1)))));

    /// <summary>The scan of a step that was traced. Inputs that it does not look at are left out.</summary>
    public static ImmutableArray<Expr> Of(ImmutableArray<Expr> carries, ImmutableArray<Expr> rows, ImmutableArray<Expr> next, ImmutableArray<Expr> given,
        ImmutableArray<Expr> starts, ImmutableArray<Expr> inputs, int length, bool reverse)
    {
        var (captures, graphs) = Closure.Of(([.. carries, .. rows], [.. Closure.Conform(next, carries), .. given]));
        var body = graphs[0];
        int fixedParameters = captures.Length + carries.Length;
        ImmutableArray<int> seen = [.. Enumerable.Range(0, rows.Length).Where(i => body.ParameterPositions[fixedParameters + i] >= 0)];
        if (seen.Length < rows.Length)
            body = Graph.Of([.. body.Parameters[..fixedParameters], .. seen.Select(i => body.Parameters[fixedParameters + i])], body.Outputs);
        return Apply(new Scan(body, captures.Length, carries.Length, length, reverse), [.. captures, .. starts, .. seen.Select(i => inputs[i])]);
    }

    internal override Op ForReverse => Kept ? this : this with { Body = Graph.Of(Body.Parameters, [.. Body.Outputs, .. Body.Parameters.AsSpan(Captures, Carries)]), Kept = true };

    // ---- types and values ----

    public override ImmutableArray<TensorType> InferParts(Inputs inputs)
    {
        for (int i = 0; i < inputs.Count; i++)
        {
            var wanted = Body.Parameters[i].Type;
            wanted = i < Captures + Carries ? wanted : wanted with { Shape = wanted.Shape.Insert(0, Length) };
            if (inputs[i].Type != wanted)
                throw new ShapeException(Name, $"{wanted} as input {i}", $"{inputs[i].Type}");
        }
        return [.. Body.Outputs.Select((output, i) => i < Carries ? output.Type : output.Type with { Shape = output.Shape.Insert(0, Length) })];
    }

    public override ImmutableArray<Tensor> EvaluateParts(ReadOnlySpan<Tensor> inputs)
    {
        var other = Stepper.ElementOf(inputs);
        var frame = new Stepper.Frame(Body.Stepper, other);
        for (int i = 0; i < Captures + Carries; i++)
            frame.Set(i, inputs[i]);
        var taken = new RowReader[Rows];
        for (int i = 0; i < taken.Length; i++)
            taken[i] = new(frame, Captures + Carries + i, inputs[Captures + Carries + i]);
        var given = new RowWriter[Body.Outputs.Length - Carries];
        for (int i = 0; i < given.Length; i++)
            given[i] = new(frame, Carries + i, Body.Outputs[Carries + i].Type, Length);
        for (int step = 0; step < Length; step++)
        {
            if (step > 0)
                frame.Carry(Captures, Carries);
            int row = Reverse ? Length - 1 - step : step;
            foreach (var reader in taken)
                reader.Read(row);
            frame.Step();
            foreach (var writer in given)
                writer.Write(row);
        }
        var outputs = ImmutableArray.CreateBuilder<Tensor>(Body.Outputs.Length);
        for (int i = 0; i < Carries; i++)
            outputs.Add(Length == 0 ? inputs[Captures + i] : frame[i]);
        foreach (var writer in given)
            outputs.Add(writer.Result(other));
        return outputs.MoveToImmutable();
    }

    /// <summary>Hands the rows of a tensor to a parameter.</summary>
    private sealed class RowReader(Stepper.Frame frame, int parameter, Tensor input)
    {
        private readonly Tensor _input = input.Dense();
        private readonly bool _scalar = frame.TakesScalar(parameter);
        private readonly Shape _shape = input.Shape.Slice(1, input.Rank - 1);
        private readonly int[] _strides = input.Shape.Slice(1, input.Rank - 1).Strides();

        public void Read(int row)
        {
            if (_scalar)
                frame.Set(parameter, _input.Elements<double>()[row]);
            else
                frame.Set(parameter, _input.View(_shape, _input.Offset + row * _shape.Size, _strides));
        }
    }

    /// <summary>Collects the rows that a step gives.</summary>
    private sealed class RowWriter(Stepper.Frame frame, int output, TensorType row, int length)
    {
        private readonly bool _scalar = frame.GivesScalar(output);
        private readonly int _size = row.Shape.Size;
        private double[] _scalars = [];
        private Array? _data;
        private ElementType _element = ElementType.Of(row.DType);

        public void Write(int index)
        {
            if (_scalar)
            {
                if (_data is null)
                    _data = _scalars = Poison.Filled(GC.AllocateUninitializedArray<double>(length));
                _scalars[index] = frame.Scalar(output);
                return;
            }
            var value = frame[output];
            _element = value.Element;
            _data ??= _element.Allocate(_size * length);
            _element.Run<Copy, bool>(new(value, _data, index * _size));
        }

        public Tensor Result(ElementType? other) => _data is not null ? new(_element, row.Shape.Insert(0, length), _data)
            : _element.Zeros(row.Shape.Insert(0, length)) is var nothing && other is null ? nothing : other!.Convert(nothing);

        private readonly struct Copy(Tensor value, Array data, int start) : IKernel<bool>
        {
            public bool Run<E>() where E : unmanaged, IElementary<E>
            {
                value.Read(0, MemoryMarshal.CreateSpan(ref Unsafe.Add(ref Unsafe.As<byte, E>(ref MemoryMarshal.GetArrayDataReference(data)), start), value.Size));
                return true;
            }
        }
    }

    internal override ImmutableArray<Degree> DegreesOf(Inputs inputs, ReadOnlySpan<Degree> given) =>
        Linearity.OfLoop(Body, Captures, Carries, [.. given]) is var (parameters, outputs) ? [.. parameters[Captures..(Captures + Carries)], .. outputs[Carries..]] : default;

    // ---- forward mode ----

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents)
    {
        var given = ImmutableArray.Create(tangents);
        ImmutableArray<bool> moving = [.. given.Select((tangent, i) => tangent is not null && inputs[i].DType.IsFloating())];
        moving = Closure.Spread(Body, Captures, Carries, moving, smoothly: true);
        ImmutableArray<int> carries = [.. Marked(moving, Captures, Carries)], rows = [.. Marked(moving, Captures + Carries, Rows)];
        ImmutableArray<bool> moved = default;   // which rows have tangents
        var kept = (Scan)ForReverse;
        ImmutableArray<Expr> history = kept.IsOpOf(output) ? kept.Parts(output)[^Carries..] : [];
        int known = history.IsEmpty ? Carries : 0;   // carries that are kept come in as rows, others are computed once more
        var (values, starts, taken) = (ImmutableArray.Create<Expr>([.. inputs]), Starts(inputs), Taken(inputs));
        var results = Of((carried, row) =>
        {
            ImmutableArray<Expr> arguments = [.. values[..Captures], .. history.IsEmpty ? carried[..Carries] : row[^Carries..], .. row[..Rows]];
            var pushed = new Expr?[inputs.Count];
            for (int i = 0; i < Captures; i++)
                pushed[i] = moving[i] ? given[i] : null;
            for (int i = 0; i < carries.Length; i++)
                pushed[Captures + carries[i]] = carried[known + i];
            for (int i = 0; i < rows.Length; i++)
                pushed[Captures + Carries + rows[i]] = row[Rows + i];
            var replay = Body.Replay(arguments);
            var all = replay.Tangents([.. pushed]);
            moved = [.. all[Carries..].Select((tangent, i) => tangent is not null && Body.Outputs[Carries + i].DType.IsFloating())];
            return ([.. replay.Outputs[..known], .. carries.Select(i => all[i] ?? Zeros(Body.Outputs[i].Type))],
                [.. all[Carries..].Where((_, i) => moved[i]).Select((tangent, i) => tangent!)]);
        },
        [.. starts[..known], .. carries.Select(i => given[Captures + i] ?? Zeros(starts[i].Type))],
        [.. taken, .. rows.Select(i => given[Captures + Carries + i]!), .. history], Length, Reverse);

        var next = results[known..].GetEnumerator();
        return Pack.Of([.. Enumerable.Range(0, Body.Outputs.Length).Select(i =>
            (i < Carries ? moving[Captures + i] : moved[i - Carries]) && next.MoveNext() ? next.Current : Zeros(OutputType(i)))]);
    }

    // ---- reverse mode ----

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted)
    {
        var cotangents = cotangent.Parts[..Body.Outputs.Length];   // those of carries that are kept for this pass are nobody's
        var live = Live(inputs, cotangents, wanted);
        if (!live.Contains(true))
            return Contributions.None;
        var kept = (Scan)ForReverse;
        // A pass that was not told to keep the carries runs the loop again.
        var history = (kept.IsOpOf(output) ? kept.Parts(output) : Apply(kept, [.. inputs]))[^Carries..];
        var moving = Closure.Spread(Body, Captures, Carries, wanted.Of(inputs.Count), smoothly: false);
        return new(new ScanPullback(this, [.. inputs], history, cotangents, live, moving).Contributions());
    }

    /// <summary>Of which inputs the cotangents matter: they are wanted, or carry on to something wanted, and an output that has a cotangent depends on them.</summary>
    private ImmutableArray<bool> Live(Inputs inputs, ImmutableArray<Cotangent> cotangents, Wanted wanted)
    {
        var active = new bool[inputs.Count];
        for (int i = 0; i < active.Length; i++)
            active[i] = wanted[i] && inputs[i].DType.IsFloating();
        var moving = Closure.Spread(Body, Captures, Carries, [.. active], smoothly: true);
        var reaching = ImmutableArray.CreateRange(Body.Outputs.Select((_, i) => !cotangents[i].IsNone));
        while (true)
        {
            ImmutableArray<bool> live = [.. Closure.Reached(Body, reaching).Select((reached, i) => (reached || (i - Captures is >= 0 and var carry && carry < Carries && reaching[carry])) && moving[i])];
            var more = reaching;
            for (int i = 0; i < Carries; i++)
                more = more.SetItem(i, more[i] || live[Captures + i]);
            if (more.SequenceEqual(reaching))
                return live;
            reaching = more;
        }
    }

    // ---- batches ----

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size)
    {
        var marked = Closure.Spread(Body, Captures, Carries, ImmutableArray.Create(batched), smoothly: false);
        ImmutableArray<bool> given = ImmutableArray.Create(batched), rowsGiven = default;
        var values = ImmutableArray.Create<Expr>([.. inputs]);
        var results = Of((carries, rows) =>
        {
            var outputs = Batching.Fold(Body, [.. values[..Captures], .. carries, .. rows], marked, size);
            rowsGiven = [.. outputs[Carries..].Select(row => row.HasBatchAxis)];
            return ([.. outputs[..Carries].Select((carry, i) => marked[Captures + i] ? Batching.WithAxis(carry, size) : carry.Node)], [.. outputs[Carries..].Select(row => row.Node)]);
        },
        [.. Starts(inputs).Select((start, i) => marked[Captures + i] && !given[Captures + i] ? Batching.Repeat(start, size) : start)],
        [.. Taken(inputs).Select((input, i) => given[Captures + Carries + i] ? Expr.MoveAxis(input, 0, 1) : input)], Length, Reverse);
        return Pack.Of([.. results.Select((result, i) =>
            i < Carries ? marked[Captures + i] ? result : Batching.Repeat(result, size)
            : rowsGiven[i - Carries] ? Expr.MoveAxis(result, 1, 0) : Batching.Repeat(result, size))]);
    }

    // ---- parts ----

    internal ImmutableArray<Expr> Starts(Inputs inputs) => [.. inputs.Skip(Captures).Take(Carries)];

    private ImmutableArray<Expr> Taken(Inputs inputs) => [.. inputs.Skip(Captures + Carries)];

    private TensorType OutputType(int i) => Body.Outputs[i].Type is var type && i < Carries ? type : type with { Shape = type.Shape.Insert(0, Length) };

    /// <summary>Are these the outputs of this op, or of the one that keeps no carries?</summary>
    private bool IsOpOf(Expr bundle) => bundle.Shape[0] == Body.Outputs.Length;

    private ImmutableArray<Expr> Parts(Expr bundle) => [.. Enumerable.Range(0, Body.Outputs.Length).Select(i => Project.Of(bundle, i, OutputType(i)))];

    private static IEnumerable<int> Marked(ImmutableArray<bool> marks, int start, int count) => Enumerable.Range(0, count).Where(i => marks[start + i]);

    internal static Expr Zeros(TensorType type) => Expr.Zeros(type.Shape, type.DType);
}
