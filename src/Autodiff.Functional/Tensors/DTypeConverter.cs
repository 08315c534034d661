using System.Text.Json;
using System.Text.Json.Serialization;

namespace Autodiff.Functional.Json;

/// <summary>Dtypes by their names, also as keys, and back.</summary>
public sealed class DTypeConverter : JsonConverter<DType>
{
    private static readonly string[] s_names = [.. Enum.GetValues<DType>().Select(dtype => $"{dtype}")];

    /// <inheritdoc/>
    /// <exception cref="JsonException">It is no name of a dtype.</exception>
    public override DType Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(JsonElement.ParseValue(ref reader));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DType value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(Name(value));
    }

    /// <inheritdoc/>
    /// <exception cref="JsonException">It is no name of a dtype.</exception>
    public override DType ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Of(reader.GetString()) ?? throw new JsonException($"DType: expected one of {string.Join(", ", s_names)}.");

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, DType value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WritePropertyName(Name(value));
    }

    internal static string Name(DType dtype) => (int)dtype >= 0 && (int)dtype < s_names.Length ? s_names[(int)dtype] : throw new JsonException($"DType: expected one of {string.Join(", ", s_names)}; got {dtype}.");

    internal static DType Read(JsonElement json) => Of(json.ValueKind == JsonValueKind.String ? json.GetString() : null) ?? throw TensorConverter.Expected($"one of {string.Join(", ", s_names)} as dtype", json);

    private static DType? Of(string? name) => Array.IndexOf(s_names, name) is var index and >= 0 ? (DType)index : null;
}
