using System.Globalization;

namespace Autodiff.Functional.Benchmarks.AdBench;

/// <summary>The numbers of a file of the suite, separated by white space, taken in order.</summary>
public sealed class NumberFile
{
    private readonly string _path, _text;
    private int _at;

    public NumberFile(string path) => (_path, _text) = (path, File.ReadAllText(path));

    /// <exception cref="FormatException">The file ends, or something else stands there.</exception>
    public double Next(string what)
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            _at++;
        int start = _at;
        while (_at < _text.Length && !char.IsWhiteSpace(_text[_at]))
            _at++;
        var word = _text.AsSpan(start, _at - start);
        if (word.IsEmpty)
            throw new FormatException($"{_path}: the file ends where {what} should be.");
        return double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value
            : throw new FormatException($"{_path}: '{word}' stands where {what} should be.");
    }

    /// <summary>A number of things.</summary>
    public int Count(string what)
    {
        double value = Next(what);
        return value is >= 0 and <= int.MaxValue && double.IsInteger(value) ? (int)value
            : throw new FormatException($"{_path}: {what} should be a whole number, not {value.ToString(CultureInfo.InvariantCulture)}.");
    }

    public Expr Tensor(Shape shape, string what)
    {
        var elements = new double[shape.Size];
        for (int i = 0; i < elements.Length; i++)
            elements[i] = Next(what);
        return Expr.Constant(Functional.Tensor.Of(elements, shape));
    }
}
