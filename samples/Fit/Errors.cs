namespace Fit;

/// <summary>What the user gave can't be used: exit code 2, and one line that says what and where.</summary>
class InputException(string message) : Exception(message);

/// <summary>There is a problem, but no fit that one could stand up for: exit code 1.</summary>
sealed class NoFitException(string message) : Exception(message);

/// <summary>A formula that can't be read, with the place where that shows.</summary>
sealed class FormulaException(string message, string formula, int position) : InputException(message)
{
    const int WidestLine = 100;

    public int Position => position;

    /// <summary>The formula, or the part of it around the place, and a caret under the place.</summary>
    public string Picture
    {
        get
        {
            var from = Math.Clamp(position - WidestLine / 2, 0, Math.Max(0, formula.Length - WidestLine));
            var part = formula.Substring(from, Math.Min(WidestLine, formula.Length - from));
            var (before, after) = (from > 0 ? "… " : "", from + part.Length < formula.Length ? " …" : "");
            var printable = string.Concat(part.Select(c => char.IsControl(c) || char.IsSurrogate(c) || char.IsWhiteSpace(c) ? ' ' : c));
            return $"  {before}{printable}{after}\n  {new string(' ', before.Length + position - from)}^";
        }
    }
}
