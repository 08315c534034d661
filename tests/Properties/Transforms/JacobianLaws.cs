using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>Matrices of derivatives over structures: both modes agree, a row times a vector is a pullback, Hessians are symmetric.</summary>
public sealed class JacobianLaws(ITestOutputHelper output)
{
    private sealed record Values(Expr Run, Expr Loss);

    [Fact]
    public void Both_modes_agree_and_so_does_the_automatic_one() => Law.Holds(output, 150, Programs.Small, p =>
    {
        if (!p.IsTame)
            return "";
        Values F(Expr[] x) => new(p.Run(x), p.Loss(x));
        Jacobian<Expr[], Values> forward = Ad.JacobianForward(F, p.At), reverse = Ad.JacobianReverse(F, p.At), automatic = Ad.Jacobian(F, p.At);
        return ((Func<Values, Expr>[])[v => v.Run, v => v.Loss]).SelectMany(value => Enumerable.Range(0, p.Inputs.Length).SelectMany(i => (string?[])
        [
            Close.Agree($"block of input {i}, forward and reverse", forward[value][i].Value, reverse[value][i].Value, 1e-8),
            Close.Agree($"block of input {i}, forward and automatic", forward[value][i].Value, automatic[value][i].Value, 1e-8),
        ])).Concat(Ad.JacobianForward(p.Run, p.At).Zip(Ad.JacobianReverse(p.Run, p.At), (f, r) => Close.Agree("of one value", f.Value, r.Value, 1e-8)))
            .FirstOrDefault(wrong => wrong is not null);
    });

    [Fact]
    public void A_Jacobian_is_the_pullbacks_of_basis_vectors() => Law.Holds(output, 100, Programs.Small, p =>
    {
        if (!p.IsTame)
            return "";
        var pullback = Ad.Vjp<Expr[], Expr>(p.Run, p.At).Pullback;
        var rows = Ad.Vmap(pullback, Expr.Reshape(Expr.Eye(p.Shape.Size), p.Shape.Insert(0, p.Shape.Size)));
        return Ad.JacobianReverse(p.Run, p.At).Zip(rows, (block, row) => Close.Agree("block", block.Value, Expr.Reshape(row, block.Shape).Value, 1e-8)).FirstOrDefault(wrong => wrong is not null);
    });

    [Fact]
    public void A_Hessian_is_symmetric() => Law.Holds(output, 150, Programs.Small, p =>
    {
        if (!p.IsTame)
            return "";
        var hessian = Ad.Hessian<Expr[]>(p.Loss, p.At);
        return Enumerable.Range(0, p.Inputs.Length).SelectMany(i => Enumerable.Range(0, p.Inputs.Length).Select(j =>
        {
            Expr block = hessian[x => x[i]][j], mirrored = hessian[x => x[j]][i];
            int rank = p.Inputs[i].Rank, other = p.Inputs[j].Rank;
            return Close.Agree($"block ({i}, {j})", block.Value, mirrored.Transpose([.. Enumerable.Range(other, rank), .. Enumerable.Range(0, other)]).Value, 1e-8);
        })).FirstOrDefault(wrong => wrong is not null);
    });

    [Fact]
    public void Without_a_node_it_is_an_error_that_names_the_transform()
    {
        Assert.Equal("JacobianForward", Assert.Throws<StructureException>(() => Ad.JacobianForward(text => Expr.One, "text")).Op);
        Assert.Equal("JacobianReverse", Assert.Throws<DTypeException>(() => Ad.JacobianReverse(p => 2.0 * p.Item1, ((Expr)Tensor.Of([1, 2]), Expr.One))).Op);
    }
}
