using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Errors;

/// <summary>Every error begins with the member that was called, whatever it is made of: over all static and instance members of Expr, Ad, Tensor, RandomKey, Shape and Inputs, with arguments that do not fit, numbers out of range among them.</summary>
public sealed class NameLaws(ITestOutputHelper output)
{
    private const int Draws = 80;

    private static readonly Shape[] s_shapes = [Shape.Scalar, [0], [2], [3], [4], [2, 3], [3, 2], [3, 3], [2, 2], [1, 3], [0, 3], [2, 3, 3], [1, 2, 2, 3]];

    private static readonly string[] s_subscripts = ["ij,jk->ik", "ii->i", "ij->", "i,i", "ij,jk,kl->il", "i j", "->", "ijk->kj", "...i->...", "ab,ab", "1", "ij,jk"];

    private static readonly double[] s_edges = [0, -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e300];

    // Operators and indexers are told by the op's name, as there is no other.
    private static readonly Dictionary<string, string> s_operators = new()
    {
        ["op_Addition"] = "Add", ["op_Subtraction"] = "Subtract", ["op_Multiply"] = "Multiply", ["op_Division"] = "Divide", ["op_Modulus"] = "FMod", ["op_UnaryNegation"] = "Negate",
        ["op_LessThan"] = "Less", ["op_GreaterThan"] = "Greater", ["op_LessThanOrEqual"] = "LessEqual", ["op_GreaterThanOrEqual"] = "GreaterEqual",
        ["op_BitwiseAnd"] = "And", ["op_BitwiseOr"] = "Or", ["op_ExclusiveOr"] = "Xor", ["op_LogicalNot"] = "Not", ["get_Item"] = "[]",
    };

    private static readonly Func<Expr, Expr>[] s_functions =
        [x => Expr.Sum(x), x => x, x => x > 0.0, _ => null!, x => Expr.Reshape(x, 7), x => Expr.Sum(x * x), x => Expr.ArgMax(x), x => Expr.Cast(x, DType.Float32), x => Expr.Sin(x)];

    // What those call: of the function that was given, and not of the transform.
    private static readonly string[] s_inFunctions = ["Sum", "Greater", "Reshape", "Multiply", "ArgMax", "Cast", "Sin", "Add"];

    private static readonly Func<Expr, Expr, Expr>[] s_steps = [(x, y) => x + y, (_, x) => Expr.Sum(x), (_, x) => x];
    private static readonly Func<Expr, (Expr, Expr)>[] s_pairs = [x => (x, x), x => (Expr.Sum(x), x)];
    private static readonly Func<Expr, Expr, (Expr, Expr)>[] s_scans = [(c, x) => (c + x, x), (c, x) => (x, c), (c, x) => (c, x)];

    private static object? Draw(Random random, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        bool maybe = random.Next(25) == 0;
        if (parameter.IsOptional && random.Next(2) == 0)
            return parameter.DefaultValue is not (null or Missing) ? type.IsEnum ? Enum.ToObject(type, parameter.DefaultValue) : parameter.DefaultValue
                : type.IsValueType && Nullable.GetUnderlyingType(type) is null ? Activator.CreateInstance(type) : null;
        if (!type.IsValueType && maybe)
            return null;
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return random.Next(3) == 0 ? null : Draw(random, underlying);
        return Draw(random, type);
    }

    private static object? Draw(Random random, Type type) =>
        type == typeof(Expr) ? Node(random)
        : type == typeof(Tensor) ? Numbers(random)
        : type == typeof(int) || type == typeof(long) ? Convert.ChangeType(random.Next(-4, 6), type, System.Globalization.CultureInfo.InvariantCulture)
        : type == typeof(bool) ? random.Next(2) == 0
        : type == typeof(double) ? random.Next(3) == 0 ? s_edges[random.Next(s_edges.Length)] : random.NextDouble() * 4 - 2
        : type == typeof(float) ? random.NextSingle()
        : type == typeof(string) ? s_subscripts[random.Next(s_subscripts.Length)]
        : type == typeof(Shape) ? s_shapes[random.Next(s_shapes.Length)]
        : type == typeof(Axes) ? random.Next(4) == 0 ? Axes.All : Axes.Of([.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => random.Next(-4, 4))])
        : type == typeof(BatchAxes) ? random.Next(3) == 0 ? BatchAxes.None : BatchAxes.All(random.Next(-4, 4))
        : type == typeof(Inputs) ? Inputs.Of([.. Enumerable.Range(0, random.Next(5)).Select(_ => Node(random))])
        : type == typeof(DType) ? (DType)random.Next(5)
        : type == typeof(Index) ? new Index(random.Next(5), random.Next(2) == 0)
        : type == typeof(Subscript) ? random.Next(2) == 0 ? (Subscript)new Index(random.Next(5), random.Next(2) == 0) : (Subscript)new Range(random.Next(4), random.Next(4))
        : type == typeof((int, int)) ? (random.Next(-2, 3), random.Next(-2, 3))
        : type == typeof(RandomKey) ? RandomKey.FromSeed(random.Next())
        : type == typeof(Func<Expr, Expr>) ? s_functions[random.Next(s_functions.Length)]
        : type == typeof(Func<Expr, Expr, Expr>) ? s_steps[random.Next(s_steps.Length)]
        : type == typeof(Func<Expr, (Expr, Expr)>) ? s_pairs[random.Next(s_pairs.Length)]
        : type == typeof(Func<Expr, Expr, (Expr, Expr)>) ? s_scans[random.Next(s_scans.Length)]
        : type == typeof(Structure<Expr>) ? Structure.Of<Expr>()
        : type == typeof(CompileOptions) ? new CompileOptions { GenerateCode = random.Next(2) == 0 }
        : type.IsArray ? Items(random, type.GetElementType()!)
        : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>) ? typeof(ImmutableArray).GetMethods().First(m => m.Name == "Create" && m.GetParameters() is [{ ParameterType.IsArray: true }])
            .MakeGenericMethod(type.GetGenericArguments()).Invoke(null, [Items(random, type.GetGenericArguments()[0])])
        : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEnumerable<>) ? Items(random, type.GetGenericArguments()[0])
        : throw new NotSupportedException($"{type}");

    private static Array Items(Random random, Type type)
    {
        var items = Array.CreateInstance(type, random.Next(0, 4));
        for (int i = 0; i < items.Length; i++)
            items.SetValue(Draw(random, type), i);
        return items;
    }

    private static Expr Node(Random random)
    {
        var value = Numbers(random);
        return random.Next(3) switch { 0 => Expr.Constant(value), 1 when value.Rank == 0 => Expr.Literal((double)value), _ => Expr.Variable("x", value) };
    }

    private static Tensor Numbers(Random random)
    {
        var shape = s_shapes[random.Next(s_shapes.Length)];
        double[] numbers = [.. Enumerable.Range(0, shape.Size).Select(_ => (double)random.Next(-3, 6))];
        return Expr.Cast(Tensor.Of(numbers, shape), (DType)(random.Next(3) == 0 ? 4 : random.Next(5))).Value;
    }

    private static IEnumerable<MethodInfo> Members()
    {
        const BindingFlags Flags = BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        foreach (var type in new[] { typeof(Expr), typeof(Ad), typeof(Tensor), typeof(RandomKey), typeof(Shape), typeof(Inputs) })
            foreach (var method in type.GetMethods(Flags).SelectMany(Closed))
                if (!(method.IsSpecialName && !s_operators.ContainsKey(method.Name)) && method.Name is not ("Equals" or "GetHashCode" or "ToString")
                    && Array.TrueForAll(method.GetParameters(), parameter => !parameter.IsDefined(typeof(CallerMemberNameAttribute)) && !parameter.ParameterType.IsByRefLike && CanDraw(parameter.ParameterType)))
                    yield return method;
    }

    /// <summary>A generic member over nodes, as the compiler takes it for functions of one node.</summary>
    private static IEnumerable<MethodInfo> Closed(MethodInfo method)
    {
        if (!method.IsGenericMethodDefinition)
            return [method];
        try
        {
            return [method.MakeGenericMethod([.. method.GetGenericArguments().Select(_ => typeof(Expr))])];
        }
        catch (ArgumentException)
        {
            return [];      // of numbers, or of other dtypes
        }
    }

    private static bool CanDraw(Type type)
    {
        try
        {
            Draw(new Random(0), Nullable.GetUnderlyingType(type) ?? type);
            return true;
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }

    private static bool TakesFunction(MethodInfo method) => Array.Exists(method.GetParameters(), parameter => parameter.ParameterType.IsAssignableTo(typeof(Delegate)));

    /// <summary>What a message may begin with; false if the error is as .NET tells it, by the name of a parameter that is null.</summary>
    private static bool Names(MethodInfo method, Exception error)
    {
        string name = s_operators.GetValueOrDefault(method.Name, method.Name), type = method.DeclaringType!.Name;
        string[] begins = [$"{name}: ", $"{type}.{name}: ", $"{type}{name}: "];
        return begins.Any(begin => error.Message.StartsWith(begin, StringComparison.Ordinal))
            || (error is AutodiffException { Op: var op } && TakesFunction(method) && s_inFunctions.Contains(op))
            || (error is ArgumentNullException && method.GetParameters().Any(parameter => parameter.Name == ((ArgumentException)error).ParamName));
    }

    private static Exception? Thrown(Random random, MethodInfo method, out string call)
    {
        var receiver = method.IsStatic ? null : method.DeclaringType == typeof(Expr) ? Node(random) : Draw(random, method.DeclaringType!);
        object?[] arguments = [.. method.GetParameters().Select(parameter => Draw(random, parameter))];
        call = $"{method.DeclaringType!.Name}.{method.Name}({string.Join(", ", arguments.Prepend(receiver).Where((_, i) => i > 0 || !method.IsStatic).Select(Text))})";
        try
        {
            var result = method.Invoke(receiver, arguments);
            foreach (var node in Nodes(result is Func<Expr, Expr> function ? function(Node(random)) : result is Compiled<Expr, Expr> compiled ? compiled.Run(Node(random)) : result))
                _ = node.Op is Variable ? null : node.Value;
            return null;
        }
        catch (TargetInvocationException thrown)
        {
            return thrown.InnerException;
        }
        catch (Exception thrown)
        {
            return thrown;      // on computing the value
        }
    }

    private static IEnumerable<Expr> Nodes(object? result) => result switch
    {
        Expr node => [node],
        ITuple tuple => Enumerable.Range(0, tuple.Length).SelectMany(i => Nodes(tuple[i])),
        IEnumerable<Expr> nodes => nodes,
        _ => [],
    };

    private static string Text(object? argument) => argument switch
    {
        null => "null",
        Expr node => $"{node.Type}{(node.IsConstant ? "c" : "")}",
        Tensor tensor => $"{tensor.Type}",
        Array items => $"[{string.Join(", ", items.Cast<object?>().Select(Text))}]",
        _ => $"{argument}",
    };

    [Fact]
    public void Every_error_begins_with_the_member_that_was_called()
    {
        var wrong = new SortedDictionary<string, (string Call, string Says, int Times)>(StringComparer.Ordinal);
        int members = 0, errors = 0;
        foreach (var method in Members())
        {
            members++;
            for (int draw = 0; draw < Draws; draw++)
            {
                if (Thrown(new Random(1000 * members + draw), method, out string call) is not { } error)
                    continue;
                errors++;
                if (!Names(method, error))
                {
                    string key = $"{method.DeclaringType!.Name}.{method.Name} → {error.GetType().Name} {error.Message.Split(':', ' ')[0]}";
                    wrong[key] = (call, error.Message, wrong.GetValueOrDefault(key).Times + 1);
                }
            }
        }
        output.WriteLine($"{members} members, {errors} errors");
        foreach (var (key, (call, says, times)) in wrong)
            output.WriteLine($"{key} ×{times}\n    {call}\n    {says}");
        Assert.True(errors > 3 * members, $"only {errors} errors of {members} members");
        Assert.Empty(wrong.Keys);
    }
}
