// Plots as SVG text, with the managed core of OxyPlot: a few lines, so that a notebook stands for itself.
#r "nuget: OxyPlot.Core, 2.2.0"

open OxyPlot
open OxyPlot.Axes
open OxyPlot.Series
open OxyPlot.Legends

let blue, orange = OxyColor.Parse "#286ec8", OxyColor.Parse "#e67814"
let green, grey = OxyColor.Parse "#2a9d5c", OxyColors.Gray

let line (title: string) (color: OxyColor) (points: (float * float) seq) : Series =
    let series = LineSeries(Title = title, Color = color)
    for x, y in points do series.Points.Add(DataPoint(x, y))
    series

let dashed (title: string) (color: OxyColor) points : Series =
    let series = line title color points :?> LineSeries
    series.LineStyle <- LineStyle.Dash
    series

let dots (title: string) (color: OxyColor) (points: (float * float) seq) : Series =
    let series = ScatterSeries(Title = title, MarkerType = MarkerType.Circle, MarkerFill = color)
    series.MarkerSize <- 3.0
    for x, y in points do series.Points.Add(ScatterPoint(x, y))
    series

/// Between two curves.
let band (title: string) (color: OxyColor) (points: (float * float * float) seq) : Series =
    let series = AreaSeries(Title = title, Fill = OxyColor.FromAColor(60uy, color))
    series.Color <- OxyColors.Transparent
    series.Color2 <- OxyColors.Transparent
    for x, low, high in points do
        series.Points.Add(DataPoint(x, low))
        series.Points2.Add(DataPoint(x, high))
    series

/// Lines of equal height of z.[i, j] at xs.[i], ys.[j].
let contours (color: OxyColor) (levels: float seq) (xs: float[]) (ys: float[]) (z: float[,]) : Series =
    let series = ContourSeries(ColumnCoordinates = xs, RowCoordinates = ys, Data = z)
    series.ContourLevels <- Seq.toArray levels
    series.Color <- color
    series.FontSize <- 9.0
    series

let plotSized (width: float) (height: float) (title: string) (x: string) (y: string) (series: Series seq) =
    let model = PlotModel(Title = title, TitleFontSize = 14.0, Background = OxyColors.White)
    model.DefaultFont <- "Helvetica, Arial, sans-serif"
    model.Padding <- OxyThickness(8.0, 8.0, 28.0, 8.0)
    let axis position (text: string) =
        LinearAxis(Position = position, Title = text, AxisTitleDistance = 10.0,
                   MajorGridlineStyle = LineStyle.Solid,
                   MajorGridlineColor = OxyColor.FromRgb(235uy, 235uy, 235uy))
    model.Axes.Add(axis AxisPosition.Bottom x)
    model.Axes.Add(axis AxisPosition.Left y)
    model.Legends.Add(Legend(LegendPlacement = LegendPlacement.Outside, LegendLineSpacing = 6.0))
    for s in series do model.Series.Add s
    let svg = SvgExporter.ExportToString(model, width, height, false)
    svg.Replace("clipPath", "clip" + String.filter System.Char.IsLetter title)   // names are the whole page's

let plot title x y series = plotSized 680.0 340.0 title x y series
