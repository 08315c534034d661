using System.Collections.Immutable;
using System.Reflection;
using Spectre.Console.Cli;

namespace Fit;

/// <summary>Options joined to their values, so that a value may begin with a minus sign: <c>--model "-y = a * x"</c>.</summary>
static class Arguments
{
    static readonly ImmutableDictionary<string, string> s_withValue = typeof(FitSettings).GetProperties()
        .Where(property => property.PropertyType != typeof(bool))
        .Select(property => property.GetCustomAttribute<CommandOptionAttribute>()).OfType<CommandOptionAttribute>()
        .SelectMany(option => option.LongNames.Select(name => $"--{name}").Concat(option.ShortNames.Select(name => $"-{name}")), (option, name) => (name, option))
        .ToImmutableDictionary(pair => pair.name, pair => $"--{pair.option.LongNames[0]}");

    public static string[] Joined(string[] arguments)
    {
        var joined = new List<string>();
        for (var i = 0; i < arguments.Length; i++)
        {
            if (!s_withValue.TryGetValue(arguments[i], out var option))
            {
                joined.Add(arguments[i]);
            }
            else if (i + 1 < arguments.Length && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
            {
                joined.Add($"{option}={arguments[++i]}");
            }
            else
            {
                throw new InputException($"{arguments[i]} needs a value (--help says which)");
            }
        }
        return [.. joined];
    }
}
