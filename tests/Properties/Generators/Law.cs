using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Autodiff.Functional.Properties;

/// <summary>A statement about every value of a kind. It is tried on random ones; a counterexample is made small and printed.</summary>
internal static class Law
{
    /// <param name="output">Where the number of cases is stated.</param>
    /// <param name="cases">How many, before <see cref="Cases"/>.</param>
    /// <param name="all">What is drawn, and how it is made smaller.</param>
    /// <param name="violation">What is wrong with one of them; null if nothing, an empty text if the law says nothing about it.</param>
    /// <param name="atMost">The share that the law may say nothing about.</param>
    public static void Holds<T>(ITestOutputHelper output, int cases, Arbitrary<T> all, Func<T, string?> violation, double atMost = 0.25)
    {
        int count = Cases.Of(cases), tried = 0, silent = 0;
        bool failed = false;
        var clock = Stopwatch.StartNew();
        var property = Prop.ForAll(all, (Action<T>)(value =>
        {
            tried += failed ? 0 : 1;
            string? wrong;
            try
            {
                wrong = violation(value);
            }
            catch (Exception e)
            {
                failed = true;
                throw new XunitException($"{e}\nfor\n{value}");
            }
            if (wrong is "")
                silent += failed ? 0 : 1;
            else if (wrong is not null)
            {
                failed = true;
                throw new XunitException($"{wrong}\nfor\n{value}");
            }
        }));
        try
        {
            var config = Config.QuickThrowOnFailure.WithMaxTest(count).WithQuietOnSuccess(true);
            Check.One(Cases.Replay?.Split(',').Select(ulong.Parse).ToArray() switch
            {
                [var seed, var gamma] => config.WithReplay(seed, gamma),
                [var seed, var gamma, var size] => config.WithReplay(seed, gamma, (int)size),
                _ => config,
            }, property);
        }
        catch
        {
            output.WriteLine($"failed in case {tried} of {count}");
            throw;
        }
        output.WriteLine($"{count} cases, {silent} of them passed over, {clock.Elapsed.TotalSeconds:F1} s");
        if (silent > atMost * count)
            throw new XunitException($"The law says nothing about {silent} of {count} cases.");
    }
}
