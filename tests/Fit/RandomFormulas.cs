namespace Fit.Tests;

/// <summary>Random terms, and texts that are nearly formulas.</summary>
internal static class RandomFormulas
{
    static readonly string[] s_names = ["a", "b", "x", "y", "pi", "k1", "b_2", "exp", "e"];

    public static Term Term(Random random, int depth) => depth == 0 || random.Next(5) == 0
        ? random.Next(2) == 0 ? new Name(s_names[random.Next(s_names.Length)]) : new Literal(Number(random))
        : random.Next(4) switch
        {
            0 => new Negation(Term(random, depth - 1)),
            1 when Functions.Arity.ElementAt(random.Next(Functions.Arity.Count)) is var (name, arity) =>
                new Call(name, Term(random, depth - 1), arity == 2 ? Term(random, depth - 1) : null),
            _ => new Operation((Operator)random.Next(5), Term(random, depth - 1), Term(random, depth - 1)),
        };

    /// <summary>Some characters of a text replaced, removed, doubled or put in.</summary>
    public static string Mutated(string text, Random random)
    {
        const string Alphabet = "abxye0123456789.+-*/^()[],=; \n\t_%$\"'\\\u0000é∞";
        var characters = text.ToList();
        for (var edits = 1 + random.Next(4); edits > 0 && characters.Count > 0; edits--)
        {
            var (place, length) = (random.Next(characters.Count), random.Next(4) == 0 ? random.Next(30) : 1);
            switch (random.Next(4))
            {
                case 0:
                    characters[place] = Alphabet[random.Next(Alphabet.Length)];
                    break;
                case 1:
                    characters.RemoveRange(place, Math.Min(length, characters.Count - place));
                    break;
                case 2:
                    characters.InsertRange(place, characters.GetRange(place, Math.Min(length, characters.Count - place)));
                    break;
                default:
                    characters.Insert(place, Alphabet[random.Next(Alphabet.Length)]);
                    break;
            }
        }
        return string.Concat(characters);
    }

    static double Number(Random random) => random.Next(3) switch
    {
        0 => random.Next(100),
        1 => random.NextDouble(),
        _ => Math.Pow(10, random.Next(-300, 300)) * random.NextDouble(),
    };
}
