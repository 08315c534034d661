using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using FsCheck.Fluent;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Tensors;

/// <summary>JSON gives back what was written, to the bit; what can't be written, and what was not written by us, is an error.</summary>
public sealed class JsonLaws(ITestOutputHelper output)
{
    private static readonly double[] s_special = [0.0, -0.0, 1.0, -1.5, 0.1, 1e300, -1e-320, double.Epsilon, double.MaxValue, double.NaN, double.PositiveInfinity, double.NegativeInfinity, Math.PI, 1e22, 9007199254740993];

    private static Tensor Numbers(Random random, DType dtype, Shape shape) => dtype switch
    {
        DType.Float64 => Tensor.Of([.. Enumerable.Range(0, shape.Size).Select(_ => random.Next(3) == 0 ? BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)) : s_special[random.Next(s_special.Length)])], shape),
        DType.Float32 => Tensor.Of([.. Enumerable.Range(0, shape.Size).Select(_ => random.Next(3) == 0 ? BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)) : (float)s_special[random.Next(s_special.Length)])], shape),
        DType.Int64 => Tensor.Of([.. Enumerable.Range(0, shape.Size).Select(_ => random.Next(4) switch { 0 => long.MinValue, 1 => (1L << 53) + 1, _ => random.NextInt64(long.MinValue, long.MaxValue) })], shape),
        DType.Int32 => Tensor.Of([.. Enumerable.Range(0, shape.Size).Select(_ => random.Next(int.MinValue, int.MaxValue))], shape),
        _ => Tensor.Of([.. Enumerable.Range(0, shape.Size).Select(_ => random.Next(2) == 0)], shape),
    };

    // Also views: slices, transposes, broadcasts.
    private static Tensor Any(int seed)
    {
        var random = new Random(seed);
        Shape shape = [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(5))];
        var x = Numbers(random, (DType)random.Next(5), shape);
        return random.Next(4) switch
        {
            0 => Expr.Transpose(x).Value,
            1 when x.Rank > 0 && x.Shape[0] > 1 => x[1..],
            2 => Expr.BroadcastTo(x, shape.Insert(0, 3)).Value,
            _ => x,
        };
    }

    private static long[] Bits(Tensor x) => x.DType switch
    {
        DType.Float64 => [.. x.ToArray<double>().Select(y => double.IsNaN(y) ? 1 : BitConverter.DoubleToInt64Bits(y))],
        DType.Float32 => [.. x.ToArray<float>().Select(y => float.IsNaN(y) ? 1L : BitConverter.SingleToInt32Bits(y))],
        DType.Int64 => x.ToArray<long>(),
        DType.Int32 => [.. x.ToArray<int>().Select(y => (long)y)],
        _ => [.. x.ToArray<bool>().Select(y => y ? 1L : 0)],
    };

    private static string? Same(Tensor x, Tensor y) => x.Type == y.Type && Bits(x).SequenceEqual(Bits(y)) ? null : $"{x} came back as {y}";

    [Fact]
    public void A_tensor_comes_back() => Law.Holds(output, 500, Arb.From(Gen.Choose(0, int.MaxValue).Select(Any)), x =>
        Same(x, JsonSerializer.Deserialize<Tensor>(JsonSerializer.Serialize(x))!));

    [Fact]
    public void A_constant_comes_back_a_literal_as_a_literal() => Law.Holds(output, 300, Arb.From(Gen.Choose(0, int.MaxValue).Select(Any)), x =>
    {
        var node = x.Type == new TensorType(DType.Float64, Shape.Scalar) && x.GetHashCode() % 2 == 0 ? Expr.Literal((double)x) : Expr.Constant(x);
        var back = JsonSerializer.Deserialize<Expr>(JsonSerializer.Serialize(node))!;
        return back.IsConstant && back.IsWeak == node.IsWeak ? Same(x, back.Value) : "another kind of node";
    });

    private sealed record Layer(Expr W, Expr? B, string Name);

    private sealed record Model(ImmutableArray<Layer> Layers, Dictionary<string, Tensor> Running, RandomKey Key, Shape Input, Axes Over, DType Precision, double Rate);

    [Fact]
    public void A_record_of_parameters_comes_back()
    {
        var model = new Model([new(Tensor.Of([[1.0, double.NaN], [-0.0, 4.0]]), null, "a"), new(2.0, Expr.Scalar(1f), "b")], new() { ["mean"] = Tensor.Of([1L << 60]) }, RandomKey.FromSeed(42), [2, 0], Axes.All, DType.Float32, 0.1);
        string text = JsonSerializer.Serialize(model);
        var back = JsonSerializer.Deserialize<Model>(text)!;
        Assert.Equal(text, JsonSerializer.Serialize(back));
        Assert.Equal(model.Layers[0].W.Value, back.Layers[0].W.Value);
        Assert.True(back.Layers[1].W.IsWeak);
        Assert.Equal((model.Input, model.Over, model.Precision, model.Rate), (back.Input, back.Over, back.Precision, back.Rate));
        Assert.Equal(model.Key.Words.Value, back.Key.Words.Value);
        Assert.Equal("""{"W":{"dtype":"Float64","shape":[2],"values":[1,"NaN"]},"B":2,"Name":"n"}""", JsonSerializer.Serialize(new Layer(Tensor.Of([1.0, double.NaN]), 2.0, "n")));
    }

    [Fact]
    public void A_node_that_is_no_constant_is_an_error()
    {
        var x = Expr.Variable("x", Tensor.Of([1.0, 2.0]));
        foreach (var node in new[] { x, x * 2.0 })
        {
            var error = Assert.Throws<JsonException>(() => JsonSerializer.Serialize(new Layer(node, null, "n")));
            Assert.Contains(".Value", error.Message, StringComparison.Ordinal);
        }
        Assert.Throws<JsonException>(() => Ad.Grad(v => { JsonSerializer.Serialize(v); return v; }, 1.0));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("[1,2]")]
    [InlineData("{}")]
    [InlineData("""{"dtype":"Float64","shape":[2]}""")]
    [InlineData("""{"dtype":"Float64","shape":[2],"values":[1]}""")]
    [InlineData("""{"dtype":"Float64","shape":[2147483647],"values":[]}""")]
    [InlineData("""{"dtype":"Float64","shape":[65536,65536],"values":[]}""")]
    [InlineData("""{"dtype":"Float64","shape":[-1],"values":[]}""")]
    [InlineData("""{"dtype":"Float64","shape":[1.5],"values":[1]}""")]
    [InlineData("""{"dtype":"Float64","shape":[99999999999],"values":[1]}""")]
    [InlineData("""{"dtype":"Float64","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"values":[1]}""")]
    [InlineData("""{"dtype":"Float64","shape":[1],"values":["1"]}""")]
    [InlineData("""{"dtype":"Float64","shape":[1],"values":[null]}""")]
    [InlineData("""{"dtype":"Float64","shape":[1],"values":[1e999]}""")]
    [InlineData("""{"dtype":"Float64","shape":[1],"values":[[1]]}""")]
    [InlineData("""{"dtype":"Float64","shape":[1],"values":1}""")]
    [InlineData("""{"dtype":"Float32","shape":[1],"values":[1e39]}""")]
    [InlineData("""{"dtype":"Int32","shape":[1],"values":[2147483648]}""")]
    [InlineData("""{"dtype":"Int64","shape":[1],"values":[1.5]}""")]
    [InlineData("""{"dtype":"Int64","shape":[1],"values":[9223372036854775808]}""")]
    [InlineData("""{"dtype":"Bool","shape":[1],"values":[1]}""")]
    [InlineData("""{"dtype":"Float16","shape":[1],"values":[1]}""")]
    [InlineData("""{"dtype":4,"shape":[1],"values":[1]}""")]
    [InlineData("""{"dtype":"Float64","shape":[1],"values":[1],"values":[2]}""")]
    [InlineData("""{"dtype":"Float64","shape":[1],"values":[1],"more":1}""")]
    [InlineData("""{"dtype":"Float64","shape":[1],"values":[1],"weak":true}""")]
    public void What_is_no_tensor_is_refused(string text)
    {
        var error = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Tensor>(text));
        Assert.DoesNotContain("could not be converted", error.Message, StringComparison.Ordinal);   // says what was expected
    }

    [Fact]
    public void Any_text_is_a_tensor_or_refused() => Law.Holds(output, 2000, Arb.From(Gen.Choose(0, int.MaxValue)), seed =>
    {
        var random = new Random(seed);
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(Any(seed));
        for (int changes = random.Next(1, 4); changes > 0; changes--)
            text[random.Next(text.Length)] = (byte)"0123456789-+.eE,:[]{}\"ntfalse "[random.Next(30)];
        try
        {
            JsonSerializer.Deserialize<Tensor>(text);
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (Exception error)
        {
            return $"{error.GetType().Name} of {Encoding.UTF8.GetString(text)}";
        }
    });

    // A value of each public type that is data, and by which text it is told apart.
    private static readonly Dictionary<Type, object[]> s_data = new()
    {
        [typeof(Tensor)] = [Tensor.Of([1.0, double.NaN])],
        [typeof(Expr)] = [Expr.Literal(2.0), Expr.Scalar(2.0), Expr.Constant(Tensor.Of([1, 2]))],
        [typeof(Shape)] = [Shape.Scalar, Shape.Of(0), Shape.Of(2, 3)],
        [typeof(Axes)] = [Axes.All, Axes.Of(), Axes.Of(0, -1)],
        [typeof(DType)] = [DType.Bool, DType.Float64],
        [typeof(TensorType)] = [new TensorType(DType.Int64, [2, 3])],
        [typeof(RandomKey)] = [RandomKey.FromSeed(1L << 40)],
        [typeof(Dual<>)] = [new Dual<double>(1.0, 2.0), new Dual<Dual<double>>(new(1, 2), new(3, 4))],
        [typeof(Numbers<>)] = [new Numbers<double>([2], [1.0, 2.0])],
        [typeof(Number<>)] = [new Number<double>(2.0)],
        [typeof(Interval)] = [new Interval(-1, 2, 0.1)],
        [typeof(Formula)] = [new Formula("x", Binding.Sum)],
        [typeof(CompileOptions)] = [new CompileOptions { Threads = 3, CheckNaN = true, MaxPlans = 4 }],
        [typeof(GradientChecks)] = [new GradientChecks { Entries = 3, Tolerance = 1e-3 }],
        [typeof(Difference)] = [new Difference(1, 2, 3, 4, true)],
        [typeof(GradientEntry)] = [new GradientEntry([0, 1], 1, null, new(1, 2, 3, 4, true), 2, 3, GradientVerdict.Kink)],
        [typeof(GradientLeaf)] = [new GradientLeaf("p", new(DType.Float32, [2]), [new([0, 1], 1, null, new(1, 2, 3, 4, true), 2, 3, GradientVerdict.Kink)])],
        [typeof(GradientReport)] = [Ad.CheckGradients(x => Expr.Sin(x), 0.5)],
    };

    [Fact]
    public void Every_public_type_comes_back_or_is_refused()
    {
        foreach (var type in typeof(Expr).Assembly.GetExportedTypes())
        {
            if (type.IsInterface || type.IsAbstract || type.IsByRefLike || type.IsAssignableTo(typeof(Exception)) || type.IsAssignableTo(typeof(Op)) || type.IsAssignableTo(typeof(JsonConverter)) || type.IsNested || (type.IsEnum && type != typeof(DType)))
                continue;       // an op by itself is no data, and an enum is its number
            if (!s_data.TryGetValue(type, out object[]? values))
            {
                var closed = type.IsGenericTypeDefinition ? type.MakeGenericType([.. type.GetGenericArguments().Select(_ => typeof(Expr))]) : type;
                object value = RuntimeHelpers.GetUninitializedObject(closed);
                Assert.True(Throws(() => JsonSerializer.Serialize(value, closed)), $"{type} is written as JSON: {Text(() => JsonSerializer.Serialize(value, closed))}");
                Assert.True(Throws(() => JsonSerializer.Deserialize("{}", closed)), $"{type} is read from an empty object");
                continue;
            }
            foreach (object value in values)
            {
                string text = JsonSerializer.Serialize(value, value.GetType());
                object back = JsonSerializer.Deserialize(text, value.GetType())!;
                Assert.Equal(text, JsonSerializer.Serialize(back, value.GetType()));
                Assert.DoesNotContain(values, other => !ReferenceEquals(other, value) && JsonSerializer.Serialize(other, other.GetType()) == text);
                if (value is not (Expr or RandomKey or CompileOptions or GradientLeaf or GradientReport or GradientEntry) && type != typeof(Numbers<>))
                    Assert.Equal(value, back);
            }
        }
        Assert.Equal(new Dual<double>(1, 2).Tangent, JsonSerializer.Deserialize<Dual<double>>(JsonSerializer.Serialize(new Dual<double>(1, 2))).Tangent);
    }

    private static string Text(Func<string> text)
    {
        try
        {
            return text();
        }
        catch (Exception error)
        {
            return error.ToString();
        }
    }

    private static bool Throws(Action action)
    {
        try
        {
            action();
            return false;
        }
        catch (Exception error) when (error is NotSupportedException or JsonException)
        {
            return true;
        }
    }
}
