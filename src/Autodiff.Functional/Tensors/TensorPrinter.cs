using System.Globalization;
using System.Text;

namespace Autodiff.Functional;

/// <summary>
/// Prints tensors as NumPy's <c>str</c> does: columns aligned, lines wrapped at 75 characters, only the three outermost of each axis when there are more
/// than a thousand elements; culture-invariant. Reads no element that it does not show, so a huge view costs nothing.
/// </summary>
internal static class TensorPrinter
{
    private const int Threshold = 1000, Edge = 3, LineWidth = 75;

    public static string Print(Tensor tensor)
    {
        if (tensor.Size == 0)
            return "[]";
        bool elide = tensor.Size > Threshold;
        var texts = Texts(tensor, Offsets(tensor, elide));
        if (tensor.Shape.IsScalar)
            return texts[0];
        var output = new StringBuilder();
        int next = 0;
        Write(tensor.Shape, 0, elide, output, () => texts[next++]);
        return output.ToString();
    }

    /// <summary>The positions that are shown along an axis, in order, −1 for the gap.</summary>
    private static IEnumerable<int> Shown(int length, bool elide) => elide && length > 2 * Edge
        ? [.. Enumerable.Range(0, Edge), -1, .. Enumerable.Range(length - Edge, Edge)]
        : Enumerable.Range(0, length);

    /// <summary>Where the shown elements lie in the tensor's buffer.</summary>
    private static int[] Offsets(Tensor tensor, bool elide)
    {
        int[] offsets = [tensor.Offset], strides = tensor.Strides.ToArray();
        for (int axis = 0; axis < strides.Length; axis++)
        {
            int stride = strides[axis];
            int[] steps = [.. Shown(tensor.Shape[axis], elide).Where(i => i >= 0).Select(i => i * stride)];
            offsets = [.. offsets.SelectMany(offset => steps.Select(step => offset + step))];
        }
        return offsets;
    }

    // The recursion is over the axes, not over the elements.
    private static void Write(Shape shape, int axis, bool elide, StringBuilder output, Func<string> element)
    {
        output.Append('[');
        if (axis == shape.Rank - 1)
            WriteRow(Shown(shape[axis], elide).Select(i => i < 0 ? "..." : element()), indent: new string(' ', shape.Rank), output);
        else
        {
            string separator = new string('\n', shape.Rank - 1 - axis) + new string(' ', axis + 1);
            bool first = true;
            foreach (int i in Shown(shape[axis], elide))
            {
                output.Append(first ? "" : separator);
                first = false;
                if (i < 0)
                    output.Append("...");
                else
                    Write(shape, axis + 1, elide, output, element);
            }
        }
        output.Append(']');
    }

    /// <summary>The words of an innermost axis, on as many lines as they need; brackets that open or close stand on the same line as a word.</summary>
    private static void WriteRow(IEnumerable<string> words, string indent, StringBuilder output)
    {
        int width = LineWidth - indent.Length;
        int column = indent.Length;
        foreach (string word in words)
        {
            if (column > indent.Length)
            {
                bool wraps = column + 1 + word.Length > width;
                output.Append(wraps ? "\n" + indent : " ");
                column = wraps ? indent.Length : column + 1;
            }
            output.Append(word);
            column += word.Length;
        }
    }

    private static string[] Texts(Tensor tensor, int[] offsets)
    {
        bool alone = tensor.Shape.IsScalar;
        var element = tensor.Element;
        return ReferenceEquals(element, ElementType.Float64) ? RealFormat.Texts(Values<double>(), alone)
            : ReferenceEquals(element, ElementType.Float32) ? RealFormat.Texts(Values<float>(), alone)
            : ReferenceEquals(element, ElementType.Int64) ? Aligned(Array.ConvertAll(Values<long>(), n => n.ToString(CultureInfo.InvariantCulture)))
            : ReferenceEquals(element, ElementType.Int32) ? Aligned(Array.ConvertAll(Values<int>(), n => n.ToString(CultureInfo.InvariantCulture)))
            : ReferenceEquals(element, ElementType.Bool) ? Array.ConvertAll(Values<bool>(), b => b ? alone ? "True" : " True" : "False")
            : element.Run<OtherTexts, string[]>(new(tensor, offsets));

        T[] Values<T>() where T : unmanaged => Array.ConvertAll(offsets, offset => tensor.Buffer<T>()[offset]);
    }

    private static string[] Aligned(string[] texts)
    {
        int width = texts.Max(text => text.Length);
        return Array.ConvertAll(texts, text => text.PadLeft(width));
    }

    /// <summary>Numbers that are no dtype of their own, as the witnesses are evaluated on.</summary>
    private readonly struct OtherTexts(Tensor tensor, int[] offsets) : IKernel<string[]>
    {
        public string[] Run<E>() where E : unmanaged, IElementary<E>
        {
            var texts = new string[offsets.Length];
            for (int i = 0; i < texts.Length; i++)
                texts[i] = tensor.Buffer<E>()[offsets[i]].ToString() ?? "";
            return Aligned(texts);
        }
    }
}
