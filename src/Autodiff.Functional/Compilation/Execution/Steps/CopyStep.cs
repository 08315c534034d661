using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Autodiff.Functional.Compilation;

/// <summary>Arrays copied to places in another, which is cleared before if they do not fill it.</summary>
internal sealed class CopyStep : Step
{
    private readonly ImmutableArray<Source> _sources;
    private readonly Operand _output;
    private readonly bool _clears;

    /// <param name="sources">What is copied, and to where in the output.</param>
    /// <param name="output">The output.</param>
    public CopyStep(IEnumerable<(Operand From, View To)> sources, Operand output)
    {
        (_output, _sources) = (output, [.. sources.Select(source => new Source(source.From, source.To))]);
        _clears = _sources.Sum(source => source.Size) < output.Size;
    }

    public override string Kind => "copy";

    public override double Flops => 0;

    public override unsafe void Run(Frame frame)
    {
        if (_clears)
            NativeMemory.Clear((void*)frame.Address(_output.At), (nuint)_output.Bytes);
        foreach (var source in _sources)
            switch (_output.Element.Size)
            {
                case 8: source.Copy<long>(frame, _output.At); break;
                case 4: source.Copy<int>(frame, _output.At); break;
                default: source.Copy<byte>(frame, _output.At); break;
            }
    }

    /// <summary>One array's way to its place: axes of length 1 are left out, and neighbours that lie as one on both sides are one.</summary>
    private sealed class Source
    {
        private readonly Operand _from;
        private readonly int _offset;
        private readonly int[] _size, _fromStep, _toStep;

        public Source(Operand from, View to)
        {
            (_from, _offset, Size) = (from, to.Offset, from.Size);
            List<int> size = [], fromStep = [], toStep = [];
            for (int axis = 0; axis < to.To.Rank; axis++)
            {
                int length = to.To[axis], f = from.Strides[axis], t = to.Strides[axis];
                if (length == 1)
                    continue;
                if (size.Count > 0 && fromStep[^1] == f * length && toStep[^1] == t * length)
                    (size[^1], fromStep[^1], toStep[^1]) = (size[^1] * length, f, t);
                else
                {
                    size.Add(length);
                    fromStep.Add(f);
                    toStep.Add(t);
                }
            }
            if (size.Count == 0)
            {
                size.Add(1);
                fromStep.Add(1);
                toStep.Add(1);
            }
            (_size, _fromStep, _toStep) = ([.. size], [.. fromStep], [.. toStep]);
        }

        public int Size { get; }

        public unsafe void Copy<T>(Frame frame, Location output) where T : unmanaged
        {
            T* from = (T*)frame.Address(_from.At), to = (T*)frame.Address(output) + _offset;
            int rank = _size.Length, inner = _size[rank - 1], fromInner = _fromStep[rank - 1], toInner = _toStep[rank - 1];
            Span<int> at = stackalloc int[rank];
            at.Clear();
            while (true)
            {
                if (fromInner == 1 && toInner == 1)
                    new ReadOnlySpan<T>(from, inner).CopyTo(new Span<T>(to, inner));
                else
                    for (int i = 0; i < inner; i++)
                        to[i * toInner] = from[i * fromInner];
                int axis = rank - 2;
                for (; axis >= 0; axis--)
                {
                    from += _fromStep[axis];
                    to += _toStep[axis];
                    if (++at[axis] < _size[axis])
                        break;
                    from -= (long)at[axis] * _fromStep[axis];
                    to -= (long)at[axis] * _toStep[axis];
                    at[axis] = 0;
                }
                if (axis < 0)
                    return;
            }
        }
    }
}
