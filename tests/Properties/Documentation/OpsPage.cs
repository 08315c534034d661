using System.Text;
using Xunit;

namespace Autodiff.Functional.Properties.Documentation;

/// <summary>docs/ops.md is what the catalogue says. AUTODIFF_UPDATE=1 writes it anew (eng/ops does that); otherwise a page that is stale fails.</summary>
public sealed class OpsPage
{
    private static readonly string s_path = Path.Combine(Repository.Root, "docs", "ops.md");

    [Fact]
    public void Is_current()
    {
        string page = Page();
        if (Environment.GetEnvironmentVariable("AUTODIFF_UPDATE") == "1")
            File.WriteAllText(s_path, page);
        Assert.True(File.Exists(s_path) && File.ReadAllText(s_path).ReplaceLineEndings("\n") == page, "docs/ops.md is stale: run eng/ops and commit the page.");
    }

    private static string Page()
    {
        var ops = Catalogue.Of(typeof(Expr).Assembly);
        var page = new StringBuilder($"""
            # Ops

            The {ops.Length} ops of the catalogue, all static on `Expr` unless their call says otherwise. This page is made from the catalogue by `eng/ops`: change the entry in the op's file, not the page.
            In a derivative d is the tangent or cotangent, y (for two arguments z) the value; n is the number of elements. Binary ops broadcast. Where nothing else is said an op follows
            NumPy, and JAX at its kinks.

            The error of a sum along an axis grows at most with the logarithm of its length, in Float32 as in Float64, in each op that adds up: cumulative sums, scatters and matrix products too
            ([decision 0024](decisions/0024-sums-and-slopes.md)). First and second derivatives of smooth reductions are within 16 ulp of the sum of the magnitudes of their terms.


            """.ReplaceLineEndings("\n"));
        page.AppendJoin(" · ", ops.Select(op => $"[{op.Name}](#{Anchor(op.Name)})")).Append("\n\n");
        foreach (var op in ops)
        {
            page.Append($"## {op.Name}\n\n`{op.Signature}` = {op.Formula}\n\n");
            Line("Derivative", op.Derivative);
            Line("At the edges", op.Edges);
            Line("Cost", op.Cost);
            Line("Source", op.Source);
            page.Append('\n');
        }
        return page.ToString().TrimEnd() + "\n";

        void Line(string label, string text)
        {
            if (text.Length > 0)
                page.Append($"- {label}: {text}\n");
        }
    }

    private static string Anchor(string name) => name.ToLowerInvariant().Replace(".", "", StringComparison.Ordinal);   // as GitHub makes them
}
