using System.Text.Json;
using System.Text.Json.Serialization;

namespace Autodiff.Functional.Json;

/// <summary>
/// Tensors as JSON and back, to the bit (all NaN are one): <c>{"dtype": "Float64", "shape": [2, 2], "values": [1, 2, 3, 4]}</c>, the elements in row-major order. What JSON has no
/// numbers for is written as a string: <c>"NaN"</c>, <c>"Infinity"</c>, <c>"-Infinity"</c>.
/// </summary>
public sealed class TensorConverter : JsonConverter<Tensor>
{
    private const int Block = 1024;

    /// <inheritdoc/>
    /// <exception cref="JsonException">It is no such object, or the values do not fit shape and dtype.</exception>
    public override Tensor Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(JsonElement.ParseValue(ref reader), weak: false).Value;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Tensor value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        Write(writer, value, weak: false);
    }

    internal static void Write(Utf8JsonWriter writer, Tensor value, bool weak)
    {
        writer.WriteStartObject();
        writer.WriteString("dtype", DTypeConverter.Name(value.DType));
        writer.WriteStartArray("shape");
        foreach (int dimension in value.Shape)
            writer.WriteNumberValue(dimension);
        writer.WriteEndArray();
        writer.WriteStartArray("values");
        switch (value.DType)
        {
            case DType.Float64: Write<double>(writer, value, WriteNumber); break;
            case DType.Float32: Write<float>(writer, value, static (writer, x) => { if (float.IsFinite(x)) writer.WriteNumberValue(x); else WriteNumber(writer, x); }); break;
            case DType.Int64: Write<long>(writer, value, static (writer, x) => writer.WriteNumberValue(x)); break;
            case DType.Int32: Write<int>(writer, value, static (writer, x) => writer.WriteNumberValue(x)); break;
            default: Write<bool>(writer, value, static (writer, x) => writer.WriteBooleanValue(x)); break;
        }
        writer.WriteEndArray();
        if (weak)
            writer.WriteBoolean("weak", true);
        writer.WriteEndObject();
    }

    // In blocks: a broadcast view may be larger than memory.
    private static void Write<T>(Utf8JsonWriter writer, Tensor value, Action<Utf8JsonWriter, T> write) where T : unmanaged
    {
        var block = new T[Math.Min(Block, value.Size)];
        for (int start = 0, count; start < value.Size; start += count)
        {
            count = Math.Min(Block, value.Size - start);
            value.Read(start, block.AsSpan(0, count));
            foreach (var x in block.AsSpan(0, count))
                write(writer, x);
        }
    }

    /// <summary>A number, or the name of what is none.</summary>
    internal static void WriteNumber(Utf8JsonWriter writer, double x)
    {
        if (double.IsFinite(x))
            writer.WriteNumberValue(x);
        else
            writer.WriteStringValue(double.IsNaN(x) ? "NaN" : x > 0 ? "Infinity" : "-Infinity");
    }

    /// <param name="json">The object.</param>
    /// <param name="weak">May it say that it is a literal?</param>
    internal static (Tensor Value, bool Weak) Read(JsonElement json, bool weak)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw Expected("an object with dtype, shape and values", json);
        var members = new Dictionary<string, JsonElement>();
        foreach (var member in json.EnumerateObject())
            if (!(member.Name is "dtype" or "shape" or "values" || (weak && member.Name == "weak")) || !members.TryAdd(member.Name, member.Value))
                throw new JsonException($"Tensor: expected dtype, shape and values, each once; got the member {member.Name[..Math.Min(member.Name.Length, 40)]}.");
        JsonElement Member(string name) => members.TryGetValue(name, out var value) ? value : throw new JsonException($"Tensor: expected dtype, shape and values; {name} is missing.");
        var type = new TensorType(DTypeConverter.Read(Member("dtype")), ShapeConverter.Read(Member("shape")));
        bool isWeak = members.TryGetValue("weak", out var said) && (said.ValueKind == JsonValueKind.True ? type.DType == DType.Float64 : said.ValueKind == JsonValueKind.False ? false : throw Expected("true or false for weak", said));
        return (Read(type, Member("values")), isWeak);
    }

    // The values are counted before anything is allocated: a shape alone costs nothing.
    private static Tensor Read(TensorType type, JsonElement values) =>
        values.ValueKind != JsonValueKind.Array ? throw Expected("an array of values", values)
        : values.GetArrayLength() != type.Shape.Size ? throw new JsonException($"Tensor: expected {type.Shape.Size} values for the shape {type.Shape}; got {values.GetArrayLength()}.")
        : type.DType switch
        {
            DType.Float64 => Read(type, values, ReadNumber),
            DType.Float32 => Read(type, values, static json => json.ValueKind == JsonValueKind.Number ? json.TryGetSingle(out float x) && float.IsFinite(x) ? x : throw Expected("a number in the range of Float32", json) : (float)ReadNumber(json)),
            DType.Int64 => Read(type, values, static json => json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out long x) ? x : throw Expected("a whole number in the range of Int64", json)),
            DType.Int32 => Read(type, values, static json => json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out int x) ? x : throw Expected("a whole number in the range of Int32", json)),
            _ => Read(type, values, static json => json.ValueKind is JsonValueKind.True or JsonValueKind.False ? json.ValueKind == JsonValueKind.True : throw Expected("true or false", json)),
        };

    private static Tensor Read<T>(TensorType type, JsonElement values, Func<JsonElement, T> read) where T : unmanaged
    {
        var tensor = Tensor.New<T>(ElementType.Of(type.DType), type.Shape, out var elements);
        int i = 0;
        foreach (var value in values.EnumerateArray())
            elements[i++] = read(value);
        return tensor;
    }

    internal static double ReadNumber(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Number when json.TryGetDouble(out double x) && double.IsFinite(x) => x,
        JsonValueKind.String when json.ValueEquals("NaN") => double.NaN,
        JsonValueKind.String when json.ValueEquals("Infinity") => double.PositiveInfinity,
        JsonValueKind.String when json.ValueEquals("-Infinity") => double.NegativeInfinity,
        _ => throw Expected("a number in the range of its dtype, \"NaN\", \"Infinity\" or \"-Infinity\"", json),
    };

    internal static JsonException Expected(string expected, JsonElement json)
    {
        string got = json.ValueKind is JsonValueKind.Object ? "an object" : json.ValueKind is JsonValueKind.Array ? "an array" : json.GetRawText();
        return new($"Tensor: expected {expected}; got {(got.Length <= 40 ? got : got[..40] + "…")}.");
    }
}
