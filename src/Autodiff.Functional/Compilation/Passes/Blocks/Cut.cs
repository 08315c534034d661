namespace Autodiff.Functional.Compilation;

/// <summary>An array one of whose axes is cut: the axis, how far apart its elements lie, and how many there are.</summary>
/// <param name="Axis">The axis.</param>
/// <param name="Step">The elements of the axes after it.</param>
/// <param name="Length">Its length.</param>
internal readonly record struct Cut(int Axis, int Step, int Length)
{
    public static Cut Of(Shape shape, int axis) => new(axis, shape.Slice(axis + 1, shape.Rank - axis - 1).Size, shape[axis]);

    /// <summary>The cut of an array whose elements lie side by side along an axis at this stride; null if there is no such axis.</summary>
    public static Cut? At(Shape shape, int stride, int length)
    {
        for (int axis = 0, step = shape.Size; axis < shape.Rank; axis++)
        {
            step /= shape[axis];
            if (step == stride && shape[axis] == length)
                return new(axis, step, length);
        }
        return null;
    }

    /// <summary>Of what is read of the array at these places, the axis that walks along the cut one, step by step; null if there is none, or if another crosses it.</summary>
    public int? Along(Shape shape, int offset, ReadOnlySpan<int> strides)
    {
        int along = -1, whole = Step * Length;
        long within = offset % Step;
        if (offset / Step % Length != 0)
            return null;
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            int stride = strides[axis];
            if (shape[axis] == 1 || stride == 0 || stride % whole == 0 && stride > 0)
                continue;
            if (stride == Step && shape[axis] == Length && along < 0)
                along = axis;
            else if (stride > 0 && stride < Step)
                within += (long)(shape[axis] - 1) * stride;
            else
                return null;
        }
        return along >= 0 && within < Step ? along : null;
    }

    /// <summary>A stride or an offset in an array that is shorter along the axis.</summary>
    public int Shortened(int distance, int length) => distance / (Step * Length) * (Step * length) + distance % (Step * Length);
}
