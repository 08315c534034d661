using System.Collections.Immutable;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Fit;

/// <summary>Points and a curve, drawn with characters: the curve in braille dots, eight to a character.</summary>
sealed class Chart(Column x, Column y, Func<double, double> curve) : Renderable
{
    const int Height = 16, WidestPlot = 72, DotsAcross = 2, DotsDown = 4;
    const char Empty = '\u2800', Marker = '●';
    static readonly Style CurveStyle = new(Color.Green), MarkerStyle = new(Color.Yellow);

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var horizontal = Axis.Around(x.Values, ticks: 6);
        var vertical = Axis.Around([.. y.Values, .. x.Values.Select(curve)], ticks: 5);
        var margin = vertical.Ticks.Max(tick => vertical.Label(tick).Length) + 2;
        var width = Math.Clamp(maxWidth - margin - horizontal.Label(horizontal.To).Length, 20, WidestPlot);

        var cells = Curve(horizontal, vertical, width);
        var markers = x.Values.Zip(y.Values)
            .Select(point => (Row: Cell(1 - vertical.Position(point.Second), Height), Column: Cell(horizontal.Position(point.First), width)))
            .ToImmutableHashSet();
        var labels = vertical.Ticks.ToLookup(tick => Cell(1 - vertical.Position(tick), Height), vertical.Label);

        yield return new($"{new string(' ', margin)}{y}");
        yield return Segment.LineBreak;
        for (var row = 0; row < Height; row++)
        {
            var label = labels[row].FirstOrDefault();
            yield return new($"{label,-1}".PadLeft(margin - 1) + (label is null ? '│' : '┤'));
            var blanks = 0;
            for (var column = 0; column < width; column++)
            {
                var marked = markers.Contains((row, column));
                if (!marked && cells[row, column] == Empty)
                {
                    blanks++;
                    continue;
                }
                yield return new(new string(' ', blanks));
                yield return marked ? new($"{Marker}", MarkerStyle) : new($"{cells[row, column]}", CurveStyle);
                blanks = 0;
            }
            yield return Segment.LineBreak;
        }

        foreach (var line in HorizontalAxis(horizontal, width))
        {
            yield return new(new string(' ', margin - 1) + line);
            yield return Segment.LineBreak;
        }
    }

    IEnumerable<string> HorizontalAxis(Axis axis, int width)
    {
        var line = $"└{new string('─', width)}".ToCharArray();
        var labels = new string(' ', width + 1 + axis.Label(axis.To).Length).ToCharArray();
        foreach (var tick in axis.Ticks)
        {
            var column = 1 + Cell(axis.Position(tick), width);
            line[column] = '┬';
            var label = axis.Label(tick);
            label.CopyTo(0, labels, Math.Max(0, column - label.Length / 2), label.Length);
        }

        return [new(line), new string(labels).TrimEnd(), $"{x}".PadLeft((width + $"{x}".Length) / 2 + 1)];
    }

    char[,] Curve(Axis horizontal, Axis vertical, int width)
    {
        var cells = new char[Height, width];
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i / width, i % width] = Empty;
        }

        var previous = default(int?);
        for (var across = 0; across < width * DotsAcross; across++)
        {
            var position = 1 - vertical.Position(curve(horizontal.At((across + 0.5) / (width * DotsAcross))));
            if (!(position is >= 0 and <= 1))
            {
                previous = null;
                continue;
            }

            // A steep curve stays connected: all dots between this column's and the one's before it.
            var down = Cell(position, Height * DotsDown);
            var from = previous is { } before && before != down ? before + Math.Sign(down - before) : down;
            for (var dot = Math.Min(from, down); dot <= Math.Max(from, down); dot++)
            {
                cells[dot / DotsDown, across / DotsAcross] |= Dot(across % DotsAcross, dot % DotsDown);
            }
            previous = down;
        }
        return cells;
    }

    /// <summary>The braille pattern with a single dot. Unicode numbers the fourth row after the first three of both columns.</summary>
    static char Dot(int across, int down) => (char)(down < 3 ? 1 << (3 * across + down) : 1 << (6 + across));

    static int Cell(double position, int count) => Math.Clamp((int)(position * count), 0, count - 1);
}
