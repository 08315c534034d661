using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Fit;

/// <summary>Fits as one JSON document. What is not a finite number is null.</summary>
static class FitJson
{
    static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(string problem, ImmutableArray<Estimation> starts, ImmutableArray<Profile> profile = default, ImmutableArray<Prediction> predictions = default)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, s_options))
        {
            json.WriteStartObject();
            json.WriteString("problem", problem);
            json.WriteStartArray("starts");
            foreach (var start in starts)
            {
                Write(json, start);
            }
            json.WriteEndArray();
            if (!profile.IsDefault && starts is [{ Statistics: { } statistics } only])
            {
                json.WriteStartObject("profile");
                foreach (var (interval, hessian) in profile.Zip(statistics.HessianErrors(only.Problem, only.Solution.At)))
                {
                    json.WriteStartObject(interval.Name);
                    Write(json, "lower", interval.Lower);
                    Write(json, "upper", interval.Upper);
                    Write(json, "hessianStandardError", hessian);
                    json.WriteEndObject();
                }
                json.WriteEndObject();
            }
            if (!predictions.IsDefault)
            {
                json.WriteStartArray("predictions");
                foreach (var prediction in predictions)
                {
                    json.WriteStartObject();
                    Write(json, "value", prediction.Value);
                    Write(json, "standardError", prediction.StandardError);
                    Write(json, "confidence", prediction.Confidence);
                    Write(json, "observation", prediction.Observation);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    static void Write(Utf8JsonWriter json, Estimation fit)
    {
        var (names, at) = (fit.Problem.Model.Parameters, fit.Solution.At);
        json.WriteStartObject();
        json.WriteStartObject("parameters");
        foreach (var (parameter, value) in names.Zip(at.Parameters))
        {
            Write(json, parameter.Name, value);
        }
        json.WriteEndObject();
        json.WriteStartObject("standardErrors");
        foreach (var (j, parameter) in names.Index())
        {
            Write(json, parameter.Name, fit.Statistics?.Estimates[j].StandardError ?? double.NaN);
        }
        json.WriteEndObject();
        Write(json, "residualSumOfSquares", at.SumOfSquares);
        json.WriteNumber("iterations", fit.Solution.Trials);
        json.WriteBoolean("converged", fit.Converged);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, string name, (double Lower, double Upper) interval)
    {
        json.WriteStartArray(name);
        Write(json, interval.Lower);
        Write(json, interval.Upper);
        json.WriteEndArray();
    }

    static void Write(Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        Write(json, value);
    }

    static void Write(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
