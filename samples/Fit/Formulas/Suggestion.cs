namespace Fit;

/// <summary>What a misspelt name may have been meant to be.</summary>
static class Suggestion
{
    /// <summary>"; did you mean 'k'?", or nothing if no name is near.</summary>
    public static string For(string name, IEnumerable<string> known)
    {
        var near = known.Select(candidate => (Candidate: candidate, Distance: Distance(Lower(name), Lower(candidate))))
            .Where(pair => pair.Distance <= Math.Max(1, name.Length / 3) && pair.Distance < Math.Max(name.Length, pair.Candidate.Length))
            .OrderBy(pair => pair.Distance).ThenBy(pair => pair.Candidate[0] != name[0]).ThenBy(pair => pair.Candidate, StringComparer.Ordinal)
            .Select(pair => pair.Candidate).FirstOrDefault();
        return near is null ? "" : $"; did you mean '{near}'?";
    }

    static string Lower(string name) => name.ToLowerInvariant();

    /// <summary>Levenshtein's distance: how many letters to insert, delete or replace. An exchange of two neighbours counts as one (Damerau).</summary>
    static int Distance(string from, string to)
    {
        if (Math.Abs(from.Length - to.Length) > 3)
        {
            return int.MaxValue;
        }
        var distances = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
        {
            for (var j = 0; j <= to.Length; j++)
            {
                distances[i, j] = i == 0 ? j : j == 0 ? i : Math.Min(
                    Math.Min(distances[i - 1, j], distances[i, j - 1]) + 1,
                    distances[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                {
                    distances[i, j] = Math.Min(distances[i, j], distances[i - 2, j - 2] + 1);
                }
            }
        }
        return distances[from.Length, to.Length];
    }
}
