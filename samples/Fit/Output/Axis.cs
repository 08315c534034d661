using System.Globalization;

namespace Fit;

/// <summary>A range of values with round numbers at its ends, and at its ticks.</summary>
readonly record struct Axis(double From, double To, double Tick)
{
    /// <summary>The axis that holds all values, with about so many ticks.</summary>
    public static Axis Around(IEnumerable<double> values, int ticks)
    {
        var (low, high) = values.Aggregate((Low: double.PositiveInfinity, High: double.NegativeInfinity),
            (range, value) => (Math.Min(range.Low, value), Math.Max(range.High, value)));
        var span = high > low ? high - low : Math.Max(1, Math.Abs(high));

        // Zero belongs to the picture when the data come near it.
        low = low > 0 && low < span / 2 ? 0 : low;
        high = high < 0 && high > -span / 2 ? 0 : high;

        var tick = Round(span / ticks);
        return new(tick * Math.Floor(low / tick), tick * Math.Ceiling(high / tick), tick);
    }

    public IEnumerable<double> Ticks
    {
        get
        {
            var (first, tick) = (From, Tick);
            return Enumerable.Range(0, (int)Math.Round((To - From) / Tick) + 1).Select(i => first + i * tick);
        }
    }

    /// <summary>0 at the start of the axis, 1 at its end.</summary>
    public double Position(double value) => (value - From) / (To - From);

    public double At(double position) => From + position * (To - From);

    public string Label(double value)
    {
        var decimals = Math.Clamp(-(int)Math.Floor(Math.Log10(Tick)), 0, 15);
        return Math.Abs(value) is > 0 and (>= 1e7 or < 1e-5)
            ? value.ToString("0.###e0", CultureInfo.InvariantCulture)
            : value.ToString($"F{decimals}", CultureInfo.InvariantCulture);
    }

    /// <summary>The least of 1, 2, 5, 10 times a power of ten that is not below.</summary>
    static double Round(double width)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(width)));
        return unit * ((width / unit) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
    }
}
