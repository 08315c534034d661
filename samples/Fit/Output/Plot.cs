using System.Collections.Immutable;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace Fit;

/// <summary>A picture of a fit: above the data with the curve and its bands, below the residuals.</summary>
static class Plot
{
    const double Width = 800, Height = 620;
    const double ResidualsTop = 0.25, CurveBottom = 0.33;   // parts of the height
    const string Above = "curve", Below = "residuals";
    const int CurvePoints = 401, MostPoints = 3000, Crowd = 500;

    static readonly OxyColor s_ink = OxyColor.FromRgb(0x33, 0x33, 0x33), s_grid = OxyColor.FromRgb(0xE4, 0xE4, 0xE4), s_curve = OxyColor.FromRgb(0xC4, 0x4E, 0x1A);
    static readonly OxyColor s_points = OxyColor.FromRgb(0x1F, 0x4E, 0x79), s_confidence = OxyColor.FromRgb(0xF2, 0xC1, 0xA3), s_observation = OxyColor.FromRgb(0xFB, 0xEB, 0xE1);

    public static string Svg(Estimation fit)
    {
        var exporter = new SvgExporter { Width = Width, Height = Height, UseVerticalTextAlignmentWorkaround = true };
        return exporter.ExportToString(fit.Problem.Data.Predictors.Length == 1 ? OverPredictor(fit) : OverFitted(fit));
    }

    /// <summary>One predictor: everything over it.</summary>
    static PlotModel OverPredictor(Estimation fit)
    {
        var (data, statistics) = (fit.Problem.Data, fit.Statistics!);
        var x = data.Predictors[0];
        var (from, to) = Padded(x.Values);
        ImmutableArray<double> at = [.. Enumerable.Range(0, CurvePoints).Select(i => from + (to - from) * i / (CurvePoints - 1))];
        var curve = at.Zip(Prediction.At(fit.Problem, fit.Solution.At, statistics, [x with { Values = at }], at.Length))
            .Where(point => double.IsFinite(point.Second.Value)).ToImmutableArray();

        var model = Empty(fit, $"{x}");
        if (statistics.DegreesOfFreedom > 0)
        {
            model.Series.Add(Band("95 % of observations", s_observation, curve, prediction => prediction.Observation));
            model.Series.Add(Band("95 % for the curve", s_confidence, curve, prediction => prediction.Confidence));
        }
        AddPoints(model, x.Values, data.Response.Values, Residuals(fit), Line("fit", curve.Select(point => new DataPoint(point.First, point.Second.Value))));
        Frame(model, (from, to), [.. data.Response.Values, .. curve.Where(p => p.First >= x.Values.Min() && p.First <= x.Values.Max()).SelectMany(p => new[] { p.Second.Value, p.Second.Observation.Lower, p.Second.Observation.Upper })], Residuals(fit));
        return model;
    }

    /// <summary>Several predictors: observed over fitted, where a perfect model gives a diagonal.</summary>
    static PlotModel OverFitted(Estimation fit)
    {
        var (data, residuals) = (fit.Problem.Data, Residuals(fit));
        ImmutableArray<double> fitted = [.. data.Response.Values.Zip(residuals, (observed, residual) => observed - residual)];
        var (from, to) = Padded(fitted);
        var model = Empty(fit, $"fitted {data.Response.Name}");
        AddPoints(model, fitted, data.Response.Values, residuals, Line("observed = fitted", [new(from, from), new(to, to)]));
        Frame(model, (from, to), [.. data.Response.Values, .. fitted], residuals);
        return model;
    }

    static PlotModel Empty(Estimation fit, string horizontal)
    {
        var model = new PlotModel
        {
            Title = Shortened(fit.Problem.Model.Text),
            DefaultFont = "Arial",   // one that the exporter can measure, so that titles and legend get the room they need
            TitleFontSize = fit.Problem.Model.Text.Length <= 60 ? 16 : 13,
            TitleFontWeight = FontWeights.Bold,
            TextColor = s_ink,
            PlotAreaBorderColor = OxyColors.Transparent,
            Background = OxyColors.White,
            Padding = new(10, 12, 20, 10),
        };
        model.Legends.Add(new Legend
        {
            LegendFontSize = 12,
            LegendPlacement = LegendPlacement.Outside,
            LegendPosition = LegendPosition.TopCenter,
            LegendOrientation = LegendOrientation.Horizontal,
            LegendItemSpacing = 48,
            LegendSymbolMargin = 8,
        });
        model.Axes.Add(Axis(AxisPosition.Bottom, horizontal, null, 0, 1));
        model.Axes.Add(Axis(AxisPosition.Left, fit.Problem.Data.Response.ToString(), Above, CurveBottom, 1));
        model.Axes.Add(Axis(AxisPosition.Left, "residual", Below, 0, ResidualsTop));
        model.Annotations.Add(new LineAnnotation { Type = LineAnnotationType.Horizontal, Y = 0, Color = s_curve, LineStyle = LineStyle.Solid, StrokeThickness = 1, YAxisKey = Below });
        return model;
    }

    static LinearAxis Axis(AxisPosition position, string title, string? key, double start, double end) => new()
    {
        Position = position,
        Title = title,
        Key = key,
        StartPosition = start,
        EndPosition = end,
        AxislineStyle = LineStyle.Solid,
        AxislineColor = s_ink,
        TicklineColor = s_ink,
        MajorGridlineStyle = LineStyle.Solid,
        MajorGridlineColor = s_grid,
        MinorTickSize = 0,
        FontSize = 12,
        TitleFontSize = 13,
        AxisTitleDistance = 8,
        MaximumPadding = 0,
        MinimumPadding = 0,
        IntervalLength = key == Below ? 40 : 70,
    };

    static AreaSeries Band(string title, OxyColor color, ImmutableArray<(double X, Prediction At)> curve, Func<Prediction, (double Lower, double Upper)> ends)
    {
        var band = new AreaSeries { Title = title, Fill = color, Color = OxyColors.Transparent, Color2 = OxyColors.Transparent, StrokeThickness = 0, YAxisKey = Above };
        foreach (var (x, at) in curve.Where(point => double.IsFinite(ends(point.At).Lower)))
        {
            band.Points.Add(new(x, ends(at).Upper));
            band.Points2.Add(new(x, ends(at).Lower));
        }
        return band;
    }

    static LineSeries Line(string title, IEnumerable<DataPoint> points)
    {
        var line = new LineSeries { Title = title, Color = s_curve, StrokeThickness = 2, YAxisKey = Above };
        line.Points.AddRange(points);
        return line;
    }

    static void AddPoints(PlotModel model, ImmutableArray<double> x, ImmutableArray<double> y, ImmutableArray<double> residuals, LineSeries line)
    {
        var every = (x.Length + MostPoints - 1) / MostPoints;   // more points than that only make the file large
        (x, y, residuals) = (Thinned(x, every), Thinned(y, every), Thinned(residuals, every));
        var size = x.Length > Crowd ? 2 : x.Length > 100 ? 2.5 : 4;
        var points = Scatter(every > 1 ? $"data (1 in {every})" : "data", Above, x, y, size);

        // A few points stand on the line, a crowd of them would hide it.
        foreach (var series in x.Length > Crowd ? (Series[])[points, line] : [line, points])
        {
            model.Series.Add(series);
        }
        model.Series.Add(Scatter(null, Below, x, residuals, Math.Min(size, 3)));
    }

    static ImmutableArray<double> Thinned(ImmutableArray<double> values, int every) => [.. values.Where((_, i) => i % every == 0)];

    static ScatterSeries Scatter(string? title, string axis, ImmutableArray<double> x, ImmutableArray<double> y, double size)
    {
        var series = new ScatterSeries { Title = title, MarkerType = MarkerType.Circle, MarkerSize = size, MarkerFill = x.Length > Crowd ? OxyColor.FromAColor(70, s_points) : s_points, MarkerStroke = OxyColors.White, MarkerStrokeThickness = x.Length > Crowd ? 0 : 0.75, YAxisKey = axis };
        series.Points.AddRange(x.Zip(y, (a, b) => new ScatterPoint(a, b)));
        return series;
    }

    static void Frame(PlotModel model, (double From, double To) horizontal, ImmutableArray<double> shown, ImmutableArray<double> residuals)
    {
        (model.Axes[0].Minimum, model.Axes[0].Maximum) = horizontal;
        // Zero belongs to the picture when what is shown comes near it.
        var (low, high) = (shown.Where(double.IsFinite).Min(), shown.Where(double.IsFinite).Max());
        (model.Axes[1].Minimum, model.Axes[1].Maximum) = Padded(low > 0 && low < high / 3 ? [0, high] : high < 0 && high > low / 3 ? [low, 0] : [low, high]);
        var largest = residuals.Max(Math.Abs) is > 0 and var most ? 1.15 * most : 1;
        (model.Axes[2].Minimum, model.Axes[2].Maximum) = (-largest, largest);
    }

    /// <summary>Observed minus fitted, in the units of the response.</summary>
    static ImmutableArray<double> Residuals(Estimation fit)
    {
        var predicted = (fit.Problem.Predictions(fit.Solution.At.Parameters.ToExpr())).ToVector();
        return [.. fit.Problem.Data.Response.Values.Select((observed, row) => observed - predicted[predicted.Count == 1 ? 0 : row])];
    }

    static (double From, double To) Padded(ImmutableArray<double> values)
    {
        var (from, to) = (values.Where(double.IsFinite).Min(), values.Where(double.IsFinite).Max());
        var margin = to > from ? (to - from) * 0.04 : Math.Max(1, Math.Abs(to)) * 0.1;
        return (from - margin, to + margin);
    }

    static string Shortened(string text) => text.Length <= 90 ? text : $"{text[..89]}…";
}
