using System.Text.Json;
using System.Text.Json.Serialization;

namespace Autodiff.Functional.Json;

/// <summary>
/// Constant nodes as JSON and back: as their tensors (see <see cref="TensorConverter"/>), a literal as a plain number. So a record of parameters is read as it was written. A node that is no constant has more
/// than its value to it, and is an error: write its <see cref="Expr.Value"/>.
/// </summary>
public sealed class ExprConverter : JsonConverter<Expr>
{
    /// <inheritdoc/>
    /// <exception cref="JsonException">It is neither a number nor a tensor.</exception>
    public override Expr Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var json = JsonElement.ParseValue(ref reader);
        if (json.ValueKind is JsonValueKind.Number or JsonValueKind.String)
            return Expr.Literal(TensorConverter.ReadNumber(json));
        var (value, weak) = TensorConverter.Read(json, weak: true);
        return Expr.FromValue(value, weak);
    }

    /// <inheritdoc/>
    /// <exception cref="JsonException">The node is no constant.</exception>
    public override void Write(Utf8JsonWriter writer, Expr value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        if (!value.IsConstant)
            throw new JsonException($"Expr: expected a constant to write as JSON; got {value}, of {value.Type}, which is computed from others or is a variable. Write its .Value, which is a Tensor; or Expr.Constant(x.Value) in a record.");
        if (value.IsWeak && value.IsScalarConstant)
            TensorConverter.WriteNumber(writer, (double)value);
        else
            TensorConverter.Write(writer, value.Value, value.IsWeak);
    }
}
