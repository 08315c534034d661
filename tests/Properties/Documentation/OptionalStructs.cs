using System.Reflection;
using Xunit;

namespace Autodiff.Functional.Properties.Documentation;

/// <summary>
/// For an optional struct that is left out F# passes a local that it never writes. Inlined into a method that does not zero its locals, of a struct that mixes references with other fields only the references are
/// zeroed (seen on .NET 10.0.12). So no optional parameter of ours is such a struct.
/// </summary>
public sealed class OptionalStructs
{
    private static readonly Assembly[] s_assemblies = [typeof(Expr).Assembly, typeof(FsCheck.OpProperties).Assembly, Assembly.Load("Autodiff.Functional.FSharp")];

    [Fact]
    public void No_optional_struct_mixes_references_with_other_fields()
    {
        var optional = s_assemblies.SelectMany(assembly => assembly.GetExportedTypes())
            .SelectMany(type => type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly).OfType<MethodBase>())
            .Where(method => method.IsPublic || method.IsFamily)
            .SelectMany(method => method.GetParameters().Where(parameter => parameter.IsOptional && parameter.ParameterType.IsValueType)).ToArray();
        Assert.True(optional.Length > 50, $"{optional.Length} optional structs");
        Assert.Empty(optional.Where(parameter => Leaves(parameter.ParameterType).Distinct().Count() > 1).Select(parameter => $"{parameter.Member.DeclaringType}.{parameter.Member.Name}: {parameter}"));
        Assert.Equal(2, Leaves(typeof(Shape?)).Distinct().Count());      // what the law would find
    }

    /// <summary>For each field, of structs within as well, whether it is a reference.</summary>
    private static IEnumerable<bool> Leaves(Type type) => type.IsPrimitive || type.IsEnum || type.IsPointer ? [false]
        : !type.IsValueType ? [true]
        : type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).SelectMany(field => Leaves(field.FieldType));
}
