namespace Fit;

/// <summary>How deep a formula nests. The parser and what follows recurse that deep, so this is checked before.</summary>
static class Nesting
{
    public const int Limit = 500;

    /// <summary>Where the formula first nests deeper than the limit, if it does: brackets, signs before a term, and powers of powers count.</summary>
    public static int? TooDeepAt(string formula)
    {
        var (depth, chain, outer) = (0, 0, new Stack<int>());
        var expectsTerm = true;
        for (var i = 0; i < formula.Length; i++)
        {
            var c = formula[i];
            switch (c)
            {
                case '(' or '[':
                    outer.Push(chain);
                    (depth, chain, expectsTerm) = (depth + 1, 0, true);
                    break;
                case ')' or ']':
                    depth -= chain;
                    if (outer.TryPop(out chain))
                    {
                        depth--;
                    }
                    expectsTerm = false;
                    break;
                case '*' when i + 1 < formula.Length && formula[i + 1] == '*':
                    i++;
                    (depth, chain, expectsTerm) = (depth + 1, chain + 1, true);
                    break;
                case '^':
                case '+' or '-' when expectsTerm:
                    (depth, chain, expectsTerm) = (depth + 1, chain + 1, true);
                    break;
                case '+' or '-' or '*' or '/' or ',' or '=':
                    (depth, chain, expectsTerm) = (depth - chain, 0, true);
                    break;
                default:
                    expectsTerm &= char.IsWhiteSpace(c);
                    break;
            }
            if (depth > Limit)
            {
                return i;
            }
        }
        return null;
    }
}
