using System.Collections.Immutable;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace Autodiff.Functional.Benchmarks.Reporting;

/// <summary>Time against size, both logarithmic: parallel lines grow alike, their distance is the ratio.</summary>
public static class Pictures
{
    private static readonly ImmutableArray<(string Row, string File, string Title, string Size)> s_pictures =
    [
        ("W3", "w3.svg", "W3, an elementwise function: value and gradient", "elements"),
        ("W2", "w2.svg", "W2, a chain of scalars: build and gradient", "links"),
        ("gmm d10 K25 by points", "gmm.svg", "ADBench's mixture, d10 K25: value and gradient", "points"),
    ];

    private static readonly ImmutableArray<(string Side, OxyColor Color)> s_sides =
    [
        (Measurement.Ours, OxyColor.FromRgb(0xC4, 0x4E, 0x1A)), (Measurement.Torch, OxyColor.FromRgb(0x1F, 0x4E, 0x79)),
        (Measurement.Cpp, OxyColor.FromRgb(0x3B, 0x7A, 0x3B)), (Measurement.CppTuned, OxyColor.FromRgb(0x8A, 0xB6, 0x6B)),
    ];

    /// <summary>Draws those that there are measurements for, of one thread.</summary>
    public static IEnumerable<(string File, string Title)> Draw(ImmutableArray<Measurement> all, string folder)
    {
        foreach (var (row, file, title, size) in s_pictures)
        {
            var lines = s_sides.Select(side => (side, Points: all.Where(m => m.Row == row && m.Side == side.Side && m.Threads == 1).OrderBy(m => m.Size).ToList())).Where(line => line.Points.Count > 1).ToList();
            if (lines.Count == 0)
                continue;
            var model = new PlotModel { Title = title, TitleFontSize = 14, TitleFontWeight = FontWeights.Normal, Background = OxyColors.White };
            model.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Bottom, Title = size, MajorGridlineStyle = LineStyle.Solid, MajorGridlineColor = OxyColor.FromRgb(0xE4, 0xE4, 0xE4) });
            model.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Left, Title = "milliseconds", MajorGridlineStyle = LineStyle.Solid, MajorGridlineColor = OxyColor.FromRgb(0xE4, 0xE4, 0xE4) });
            model.Legends.Add(new Legend { LegendPosition = LegendPosition.TopLeft });
            foreach (var (side, points) in lines)
            {
                var series = new LineSeries { Title = side.Side, Color = side.Color, MarkerType = MarkerType.Circle, MarkerSize = 3, MarkerFill = side.Color };
                series.Points.AddRange(points.Select(m => new DataPoint(m.Size, m.Seconds * 1e3)));
                model.Series.Add(series);
            }
            var exporter = new SvgExporter { Width = 640, Height = 420, UseVerticalTextAlignmentWorkaround = true };
            File.WriteAllText(Path.Combine(folder, file), exporter.ExportToString(model));
            yield return (file, title);
        }
    }
}
