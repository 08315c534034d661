using Autodiff.Functional.Compilation;
using Autodiff.Functional.Kernels;
using Xunit;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>All tests run with poisoned memory; here, that it is poisoned.</summary>
public sealed class PoisonTests
{
    [Fact]
    public void Fresh_memory_is_no_number()
    {
        Assert.True(Poison.IsOn);
        Assert.All((double[])ElementType.Of(DType.Float64).Allocate(100), x => Assert.True(double.IsNaN(x)));
        Assert.All((float[])ElementType.Of(DType.Float32).Allocate(100), x => Assert.True(float.IsNaN(x)));
    }

    /// <summary>Between a value's last reader and the next value that lies there, and before the first, its memory is no number: what only looks as if it were alive shows.</summary>
    [Fact]
    public void Memory_outside_of_lives_is_no_number()
    {
        var type = new TensorType(DType.Float64, Shape.Of(1_000));
        var plan = Same.Plan(Graph.Trace(x => [Expr.CumSum(Expr.Sin(Expr.CumSum(Expr.Exp(x[0]), 0)), 0)], [type]));
        var lives = new PoisonedLives(plan.Program, plan.Buffers, isBody: false);
        int[] arena = [.. plan.Buffers.Steps.SelectMany(Written).Where(value => plan.Buffers[value].At.Region == Location.Arena)];
        Assert.NotEmpty(arena);
        using var frame = new Frame(plan.ArenaBytes, 0, [], plan.Buffers.Regions, 0, 0, 0, null, 0);
        foreach (int value in arena)
        {
            var operand = plan.Buffers[value];
            int first = Enumerable.Range(0, plan.Steps).Single(step => Written(plan.Buffers.Steps[step]).Contains(value));
            int last = Enumerable.Range(0, plan.Steps).Last(step => plan.Program[plan.Buffers.Steps[step]].Inputs.Contains(value));
            var memory = frame.Span<double>(operand.At, operand.Size);
            bool takesOver = plan.Program[plan.Buffers.Steps[first]].Inputs.Any(input => plan.Buffers[input].At == operand.At);
            memory.Fill(1);
            lives.Before(frame, first);
            Assert.True(takesOver || double.IsNaN(memory[0]));
            memory.Fill(1);
            for (int step = first; step < last; step++)
                lives.After(frame, step);
            Assert.Equal(1, memory[999]);
            lives.After(frame, last);
            bool isTaken = arena.Any(other => other != value && plan.Buffers[other].At == operand.At && Written(plan.Buffers.Steps[last]).Contains(other));
            Assert.True(isTaken || double.IsNaN(memory[999]));
        }

        IEnumerable<int> Written(int step) => plan.Program[step].Op is IParts several ? Enumerable.Range(step + 1, several.Parts.Length) : [step];
    }
}
