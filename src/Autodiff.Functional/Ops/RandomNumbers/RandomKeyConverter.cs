using System.Text.Json;
using System.Text.Json.Serialization;

namespace Autodiff.Functional.Json;

/// <summary>Random keys as arrays of their two words, the low one first, and back.</summary>
public sealed class RandomKeyConverter : JsonConverter<RandomKey>
{
    /// <inheritdoc/>
    /// <exception cref="JsonException">It is not two words.</exception>
    public override RandomKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var json = JsonElement.ParseValue(ref reader);
        return ShapeConverter.ReadNumbers(json) is { Length: 2 } words ? new(Tensor.Of(words)) : throw TensorConverter.Expected("two words of a RandomKey", json);
    }

    /// <inheritdoc/>
    /// <exception cref="JsonException">The key's words are no constants: it is inside a transform.</exception>
    public override void Write(Utf8JsonWriter writer, RandomKey value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        ShapeConverter.Write(writer, value.Words.IsConstant ? value.Words.Value.AsSpan<int>() : throw new JsonException($"RandomKey: expected constant words to write as JSON; got {value.Words}. Write the key outside of transforms."));
    }
}
