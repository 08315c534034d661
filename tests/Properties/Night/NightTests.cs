using System.Globalization;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Night;

/// <summary>Random programs in all modes: some seconds of them in each run of the tests, and all night under eng/night.</summary>
public sealed class NightTests(ITestOutputHelper output)
{
    /// <summary>Minutes, or the one program, as family:seed, that is written as a test without being tried (it ended its process).</summary>
    private static readonly string? s_night = Environment.GetEnvironmentVariable("AUTODIFF_NIGHT");

    [Fact]
    public void A_graph_network_is_the_same_in_every_mode() => Law.Holds(output, 40, GraphNetworks.All, p => Violation(p));

    [Fact]
    public void A_program_of_the_catalogue_is_the_same_in_every_mode() => Law.Holds(output, 40, Catalogued.All, p => Violation(p));

    private static string? Violation(Program p) => Trial.Violation(p.Run, p.Inputs, Trial.Seed(p));

    [Fact]
    public void All_night()
    {
        if (s_night is null)
            return;
        using var journal = new Journal();
        if (s_night.Split(':') is [var name, var text])
        {
            int seed = int.Parse(text, CultureInfo.InvariantCulture);
            journal.Write(Family.Of(name), seed, Family.Of(name).Draw(seed), "The process ended in this program, or did not go on.");
            return;
        }
        var night = new Night(journal, Cases.Offset);
        night.Run(TimeSpan.FromMinutes(double.Parse(s_night, CultureInfo.InvariantCulture)));
        output.WriteLine(night.Summary);
        Assert.Equal(0, night.Failures);
    }
}
