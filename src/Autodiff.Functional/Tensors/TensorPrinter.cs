using System.Globalization;
using System.Text;

namespace Autodiff.Functional;

/// <summary>Prints tensors as NumPy does: columns aligned, the middle elided above a thousand elements, culture-invariant.</summary>
internal static class TensorPrinter
{
    private const int Threshold = 1000, Edge = 3, LineWidth = 88;

    public static string Print(Tensor tensor)
    {
        bool elide = tensor.Size > Threshold;
        var places = new List<int>();
        Places(tensor.Shape, elide, places);
        var texts = Format(tensor, places);
        int width = texts.Count == 0 ? 0 : texts.Max(text => text.Length);
        var output = new StringBuilder();
        int next = 0;
        Write(tensor.Shape, 0, elide, output, () => texts[next++].PadLeft(width));
        return output.ToString();
    }

    /// <summary>Which axis positions are shown, −1 for the gap.</summary>
    private static IEnumerable<int> Shown(int length, bool elide) => elide && length > 2 * Edge
        ? [.. Enumerable.Range(0, Edge), -1, .. Enumerable.Range(length - Edge, Edge)]
        : Enumerable.Range(0, length);

    private static void Places(Shape shape, bool elide, List<int> places)
    {
        places.Add(0);
        if (shape.Size == 0)
            places.Clear();
        foreach (int length in shape)
            places.ReplaceWith([.. places.SelectMany(place => Shown(length, elide).Where(i => i >= 0).Select(i => place * length + i))]);
    }

    private static void ReplaceWith(this List<int> places, int[] others)
    {
        places.Clear();
        places.AddRange(others);
    }

    // The recursion is over the rank, not over the elements.
    private static void Write(Shape shape, int axis, bool elide, StringBuilder output, Func<string> element)
    {
        if (axis == shape.Rank)
        {
            output.Append(element());
            return;
        }
        bool last = axis == shape.Rank - 1, first = true;
        string indent = new(' ', axis + 1);
        int lineStart = output.Length;
        output.Append('[');
        foreach (int i in Shown(shape[axis], elide))
        {
            if (!first && last)
                output.Append(' ');
            if (!first && !last)
                output.Append('\n', shape.Rank - axis - 1).Append(indent);
            first = false;
            if (i < 0)
                output.Append("...");
            else if (last)
            {
                string text = element();
                if (output.Length - lineStart + text.Length > LineWidth)
                {
                    output.Length--;
                    output.Append('\n');
                    lineStart = output.Length;
                    output.Append(indent);
                }
                output.Append(text);
            }
            else
                Write(shape, axis + 1, elide, output, element);
        }
        output.Append(']');
    }

    private static List<string> Format(Tensor tensor, List<int> places) => tensor.DType switch
    {
        DType.Bool => places.ConvertAll(i => tensor.Elements<bool>()[i] ? "True" : "False"),
        DType.Int32 => places.ConvertAll(i => tensor.Elements<int>()[i].ToString(CultureInfo.InvariantCulture)),
        DType.Int64 => places.ConvertAll(i => tensor.Elements<long>()[i].ToString(CultureInfo.InvariantCulture)),
        _ when !ReferenceEquals(tensor.Element, ElementType.Float64) && !ReferenceEquals(tensor.Element, ElementType.Float32) => places.ConvertAll(_ => "?"),
        _ => FormatReals(places.ConvertAll(tensor.ElementAsDouble), tensor.DType),
    };

    /// <summary>At most 8 fractional digits, the same number for all; scientific where magnitudes differ too much.</summary>
    private static List<string> FormatReals(List<double> values, DType dtype)
    {
        if (values.Count == 1)
            return [Shortest(values[0], dtype)];
        var finite = values.Where(v => double.IsFinite(v) && v != 0).Select(Math.Abs).ToList();
        double largest = finite.Count == 0 ? 0 : finite.Max(), smallest = finite.Count == 0 ? 0 : finite.Min();
        if (largest >= 1e8 || (smallest > 0 && (smallest < 1e-4 || largest / smallest > 1000 && largest / smallest > 1e6)))
            return values.ConvertAll(v => double.IsFinite(v) ? v.ToString("0.00000000e+00", CultureInfo.InvariantCulture) : Special(v));
        int digits = values.Where(double.IsFinite).Select(v => Digits(v, dtype)).DefaultIfEmpty(0).Max();
        string format = "F" + digits.ToString(CultureInfo.InvariantCulture);
        return values.ConvertAll(v => !double.IsFinite(v) ? Special(v) : v.ToString(format, CultureInfo.InvariantCulture) + (digits == 0 ? "." : ""));
    }

    private static int Digits(double value, DType dtype)
    {
        string text = dtype == DType.Float32
            ? decimal.Round((decimal)(float)value, 8).ToString(CultureInfo.InvariantCulture)
            : decimal.Round((decimal)value, 8).ToString(CultureInfo.InvariantCulture);
        int point = text.IndexOf('.', StringComparison.Ordinal);
        return point < 0 ? 0 : text.TrimEnd('0').Length - point - 1;
    }

    private static string Shortest(double value, DType dtype)
    {
        if (!double.IsFinite(value))
            return Special(value);
        string text = dtype == DType.Float32 ? ((float)value).ToString("R", CultureInfo.InvariantCulture) : value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny('.', 'E') ? text.Replace("E", "e", StringComparison.Ordinal) : text + ".0";
    }

    private static string Special(double value) => double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}
