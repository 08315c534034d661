using System.Text.Json;
using System.Text.Json.Serialization;

namespace Autodiff.Functional.Json;

/// <summary>Refuses types that are no data: functions, graphs, memory. Without it they would be written as an empty object, and what is in them lost without a word.</summary>
public sealed class NoJsonConverter : JsonConverterFactory
{
    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert) => true;

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(typeToConvert);
        throw new NotSupportedException($"{typeToConvert.Name.Split('`')[0]} can't be written as JSON, nor read. Write the tensors that it comes from, or that it gives: a Tensor, a constant Expr, or a record of them can be.");
    }
}
