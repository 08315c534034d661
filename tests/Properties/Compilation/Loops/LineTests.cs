using System.Runtime.CompilerServices;
using Xunit;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>An error of a compiled run names the op as op by op does, and the user's line, which is not on the stack: by generated code and without, into buffers, in loops and branches.</summary>
public sealed class LineTests
{
    private static string NextLine([CallerLineNumber] int line = 0, [CallerFilePath] string file = "") => $"{file}:line {line + 1}.";

    private static void Says<E>(string line, string op, Func<Expr, Expr> f, Expr at) where E : AutodiffException
    {
        foreach (bool code in new[] { true, false })
            foreach (bool into in new[] { true, false })
            {
                var compiled = Ad.Compile(f, new CompileOptions { GenerateCode = code });
                var error = Assert.Throws<E>(() =>
                {
                    if (into)
                        compiled.Run(at, Buffer(compiled.Plan(at).Outputs[0]));
                    else
                        compiled.Run(at);
                });
                Assert.StartsWith($"{op}: ", error.Message, StringComparison.Ordinal);
                Assert.EndsWith($"at {line}", error.Message, StringComparison.Ordinal);
            }
    }

    private static OutputBuffer Buffer(TensorType type) => type.DType switch
    {
        DType.Float64 => new double[type.Shape.Size],
        DType.Int64 => new long[type.Shape.Size],
        _ => new int[type.Shape.Size],
    };

    private static readonly Expr s_matrix = Tensor.Of([[1.0, 2.0], [2.0, 1.0]]), s_indices = Tensor.Of([0, 5]), s_vector = Tensor.Of([1.0, 2.0, 3.0]);

    [Fact]
    public void Of_a_matrix()
    {
        string line = NextLine();
        Says<MatrixException>(line, "Cholesky", x => Expr.Sin(Expr.Cholesky(x * 1.0) + 1.0), s_matrix);
        line = NextLine();
        Says<MatrixException>(line, "Solve", x => Expr.Solve(x - x, s_matrix), s_matrix);
    }

    [Fact]
    public void Of_an_index()
    {
        string line = NextLine();
        Says<IndexException>(line, "Take", i => Expr.Take(s_vector * 2.0, i + 0.0) * 3.0, s_indices);
        line = NextLine();
        Says<IndexException>(line, "ScatterAdd", i => Expr.ScatterAdd(s_vector, i, Expr.Ones([2])), s_indices);
    }

    [Fact]
    public void Of_integers_by_zero_or_to_a_negative_power()
    {
        string line = NextLine();
        Says<DomainException>(line, "Mod", i => Expr.Mod(s_indices, i) + 1.0, s_indices);
        line = NextLine();
        Says<DomainException>(line, "FMod", i => (i + 1.0) % i, s_indices);
        line = NextLine();
        Says<DomainException>(line, "Power", i => Expr.Power(i + 2.0, -i), s_indices);
    }

    [Fact]
    public void In_a_loop_and_a_branch()
    {
        string line = NextLine();
        Says<MatrixException>(line, "Cholesky", x => Ad.ForLoop(3, (_, c) => Expr.Cholesky(c) - 1.0, x), Tensor.Of([[4.0, 0.0], [0.0, 4.0]]));
        line = NextLine();
        Says<IndexException>(line, "Take", i => Ad.Cond(Expr.Sum(i) > 0.0, j => Expr.Take(s_vector, j), j => Expr.Take(s_vector, j * 0.0), i), s_indices);
    }

    [Fact]
    public void In_a_gradient()
    {
        string line = NextLine();
        Says<MatrixException>(line, "Cholesky", x => Ad.Grad(y => Expr.Sum(Expr.Cholesky(y)), x), s_matrix);
    }

    [Fact]
    public void Op_by_op_as_well()
    {
        Assert.StartsWith("Mod: expected integers other than 0", Assert.Throws<DomainException>(() => Expr.Mod(s_indices, s_indices)).Message, StringComparison.Ordinal);
        Assert.StartsWith("Power: expected powers ≥ 0", Assert.Throws<DomainException>(() => Expr.Power(s_indices, -s_indices)).Message, StringComparison.Ordinal);
        Assert.Equal([0, 0], Expr.Mod(Tensor.Of([int.MinValue, 1]), Tensor.Of([-1, 1])).Value.ToArray<int>());
    }
}
