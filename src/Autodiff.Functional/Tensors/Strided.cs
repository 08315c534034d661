namespace Autodiff.Functional;

/// <summary>Walks over elements that lie at strides in a buffer, in row-major order of a shape.</summary>
internal static class Strided
{
    /// <summary>Are these the strides of row-major data without gaps?</summary>
    public static bool IsContiguous(ReadOnlySpan<int> dimensions, ReadOnlySpan<int> strides)
    {
        int expected = 1;
        for (int i = dimensions.Length - 1; i >= 0; i--)
        {
            if (dimensions[i] != 1 && strides[i] != expected)
                return false;
            expected *= dimensions[i];
        }
        return true;
    }

    /// <summary>Copies the elements start, start + 1, … (in row-major order) of a strided view into a dense destination.</summary>
    public static void Read<T>(ReadOnlySpan<T> source, int offset, ReadOnlySpan<int> dimensions, ReadOnlySpan<int> strides, int start, Span<T> destination)
    {
        if (destination.IsEmpty)
            return;
        Span<int> size = stackalloc int[dimensions.Length + 1], step = stackalloc int[dimensions.Length + 1], at = stackalloc int[dimensions.Length + 1];
        int rank = Collapse(dimensions, strides, size, step);
        int inner = size[rank - 1], innerStep = step[rank - 1];

        int rest = start;
        for (int i = rank - 1; i >= 0; i--)
        {
            at[i] = rest % size[i];
            rest /= size[i];
            offset += at[i] * step[i];
        }
        while (true)
        {
            int run = Math.Min(inner - at[rank - 1], destination.Length);
            Run(source, offset, innerStep, destination[..run]);
            destination = destination[run..];
            if (destination.IsEmpty)
                return;
            offset -= at[rank - 1] * innerStep;
            at[rank - 1] = 0;
            for (int i = rank - 2; i >= 0; i--)
            {
                offset += step[i];
                if (++at[i] < size[i])
                    break;
                offset -= at[i] * step[i];
                at[i] = 0;
            }
        }
    }

    /// <summary>Copies dense elements to the places of a strided view.</summary>
    public static void Write<T>(ReadOnlySpan<T> source, Span<T> destination, int offset, ReadOnlySpan<int> dimensions, ReadOnlySpan<int> strides)
    {
        if (source.IsEmpty)
            return;
        Span<int> size = stackalloc int[dimensions.Length + 1], step = stackalloc int[dimensions.Length + 1], at = stackalloc int[dimensions.Length + 1];
        int rank = Collapse(dimensions, strides, size, step);
        int inner = size[rank - 1], innerStep = step[rank - 1];
        at.Clear();
        while (true)
        {
            if (innerStep == 1)
                source[..inner].CopyTo(destination[offset..]);
            else
                for (int i = 0; i < inner; i++)
                    destination[offset + i * innerStep] = source[i];
            source = source[inner..];
            if (source.IsEmpty)
                return;
            for (int i = rank - 2; i >= 0; i--)
            {
                offset += step[i];
                if (++at[i] < size[i])
                    break;
                offset -= at[i] * step[i];
                at[i] = 0;
            }
        }
    }

    private static void Run<T>(ReadOnlySpan<T> source, int offset, int step, Span<T> destination)
    {
        if (step == 1)
            source.Slice(offset, destination.Length).CopyTo(destination);
        else if (step == 0)
            destination.Fill(source[offset]);
        else
            for (int i = 0; i < destination.Length; i++)
                destination[i] = source[offset + i * step];
    }

    /// <summary>Drops axes of length 1 (and 0: along those there are no steps) and joins neighbours that lie as one; gives the rank that is left, at least 1.</summary>
    private static int Collapse(ReadOnlySpan<int> dimensions, ReadOnlySpan<int> strides, Span<int> size, Span<int> step)
    {
        int rank = 0;
        for (int i = 0; i < dimensions.Length; i++)
        {
            if (dimensions[i] <= 1)
                continue;
            if (rank > 0 && step[rank - 1] == strides[i] * dimensions[i])
            {
                size[rank - 1] *= dimensions[i];
                step[rank - 1] = strides[i];
            }
            else
            {
                size[rank] = dimensions[i];
                step[rank++] = strides[i];
            }
        }
        if (rank == 0)
        {
            size[0] = 1;
            step[0] = 1;
            rank = 1;
        }
        return rank;
    }

    /// <summary>
    /// The strides of the same elements in another shape, if no copy is needed. Of no elements too: a sum over an axis of length 0 has a result for each place along the others,
    /// and these must be reached.
    /// </summary>
    public static bool TryReshape(ReadOnlySpan<int> dimensions, ReadOnlySpan<int> strides, ReadOnlySpan<int> target, Span<int> targetStrides)
    {
        Span<int> size = stackalloc int[dimensions.Length + 1], step = stackalloc int[dimensions.Length + 1];
        int rank = Collapse(dimensions, strides, size, step);
        // Each collapsed axis must be a product of neighbouring target axes.
        int at = 0, left = size[0];
        int stride = size[0] * step[0];
        for (int i = 0; i < target.Length; i++)
        {
            if (target[i] <= 1)
            {
                targetStrides[i] = 0;
                continue;
            }
            if (left == 1)
            {
                if (++at == rank)
                    return false;
                left = size[at];
                stride = size[at] * step[at];
            }
            if (left % target[i] != 0)
                return false;
            left /= target[i];
            stride = step[at] * left;
            targetStrides[i] = stride;
        }
        return left == 1 && at == rank - 1;
    }
}
