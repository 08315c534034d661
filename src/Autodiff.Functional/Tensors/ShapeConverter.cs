using System.Text.Json;
using System.Text.Json.Serialization;

namespace Autodiff.Functional.Json;

/// <summary>Shapes as arrays of their dimensions, and back.</summary>
public sealed class ShapeConverter : JsonConverter<Shape>
{
    /// <inheritdoc/>
    /// <exception cref="JsonException">It is no array of dimensions.</exception>
    public override Shape Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(JsonElement.ParseValue(ref reader));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Shape value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        Write(writer, value.Dimensions);
    }

    internal static void Write(Utf8JsonWriter writer, ReadOnlySpan<int> numbers)
    {
        writer.WriteStartArray();
        foreach (int number in numbers)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
    }

    internal static Shape Read(JsonElement json)
    {
        try
        {
            return Shape.Of(ReadNumbers(json));
        }
        catch (ShapeException error)
        {
            throw new JsonException($"Tensor: expected a shape of {error.Expected}; got {error.Got}.", error);
        }
    }

    /// <summary>As many whole numbers as a tensor can have axes.</summary>
    internal static int[] ReadNumbers(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() > Shape.MaxRank)
            throw TensorConverter.Expected($"an array of at most {Shape.MaxRank} whole numbers", json);
        return [.. json.EnumerateArray().Select(static number => number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out int value) ? value : throw TensorConverter.Expected("a whole number", number))];
    }
}

/// <summary>Axes as arrays of their numbers, all axes as <c>"all"</c>, and back.</summary>
public sealed class AxesConverter : JsonConverter<Axes>
{
    /// <inheritdoc/>
    /// <exception cref="JsonException">It is neither.</exception>
    public override Axes Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var json = JsonElement.ParseValue(ref reader);
        return json.ValueKind == JsonValueKind.String && json.ValueEquals("all") ? Axes.All : Axes.Of(ShapeConverter.ReadNumbers(json));
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Axes value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (value.IsAll)
            writer.WriteStringValue("all");
        else
            ShapeConverter.Write(writer, value.Span);
    }
}
