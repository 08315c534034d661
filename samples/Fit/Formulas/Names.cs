using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Fit;

/// <summary>The names in a formula, and where they stand.</summary>
static class Names
{
    /// <summary>All names that are no functions, in the order in which they first appear.</summary>
    public static ImmutableArray<string> Of(Term term)
    {
        var found = new Collector();
        term.Fold(found);
        return [.. found.Names.Distinct()];
    }

    /// <summary>All calls of functions, with whether they have a second argument.</summary>
    public static IEnumerable<(string Function, bool Second)> Calls(Equation equation)
    {
        var found = new Collector();
        equation.Left.Fold(found);
        equation.Right.Fold(found);
        return found.Calls;
    }

    /// <summary>The first place, from some place on, where a name stands in a text.</summary>
    public static int Place(string text, string name, int from = 0) =>
        new Regex($@"(?<![\p{{L}}\p{{Nd}}_]){Regex.Escape(name)}(?![\p{{L}}\p{{Nd}}_])").Match(text, Math.Max(0, from)) is { Success: true } match ? match.Index : 0;

    sealed class Collector : IAlgebra<bool>
    {
        public List<string> Names { get; } = [];

        public List<(string Function, bool Second)> Calls { get; } = [];

        public bool Literal(double value) => true;

        public bool Name(string text)
        {
            Names.Add(text);
            return true;
        }

        public bool Negation(bool operand) => true;

        public bool Operation(Operator @operator, bool left, bool right) => true;

        // Folding a part gives true, so false says that there is no second one.
        public bool Call(string function, bool first, bool second)
        {
            Calls.Add((function, second));
            return true;
        }
    }
}
