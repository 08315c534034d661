using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>The rules of DESIGN section 3 that prototypes settled, each by name: 1 folding, 2 grad, 3 rule signatures, 4 stamps, 7 duals at kinks. (5 is in SeveralOutputs.)</summary>
public sealed class SettledRules(ITestOutputHelper output)
{
    private static Expr Variable(double value) => Expr.Variable("x", Tensor.Scalar(value));

    // ---- rule 1: folding ----

    [Fact]
    public void Rule_1_an_op_on_constants_is_evaluated_at_once() => Law.Holds(output, 300, Programs.Nested, p =>
        p.Values(p.At).All(v => v.IsConstant) ? null : "a value of constants is no constant");

    [Fact]
    public void Rule_1_an_op_on_a_variable_is_recorded_even_if_the_variable_has_a_value() => Law.Holds(output, 300, Programs.Plain, p =>
    {
        var values = p.Values([.. p.Inputs.Select((x, i) => Expr.Variable($"x{i}", x))]);
        _ = values[^1].Value;   // knowing values changes nothing
        return values.All(v => !v.IsConstant) && !p.Values([.. values]).Any(v => v.IsConstant) ? null : "a value of variables is a constant";
    });

    [Fact]
    public void Rule_1_one_input_that_is_no_constant_is_enough_to_record()
    {
        Assert.True((Expr.Scalar(2.0) * 3.0).IsConstant);
        Assert.False((Variable(2) * 3.0).IsConstant);
        Assert.False((3.0 * Variable(0)).IsConstant);
        Assert.True(Expr.Sin(Expr.Scalar(2.0)).IsConstant);
    }

    [Fact]
    public void Rule_1_seeds_never_fold()
    {
        var seen = new List<bool>();
        var slope = Ad.Grad(x =>
        {
            seen.Add(x.IsConstant);
            seen.Add((x * 2.0).IsConstant);
            Assert.Equal(3, (double)x);              // it knows its value …
            Assert.Equal(6, (double)(x * 2.0));
            seen.Add((x * 2.0).IsConstant);          // … and still records
            return x * x;
        }, 3.0);
        Assert.DoesNotContain(true, seen);
        Assert.True(slope.IsConstant);               // nothing outer is differentiated: this computed numbers
        Assert.Equal(6, (double)slope);
    }

    [Fact]
    public void Rule_1_a_stretched_constant_stores_one_element() =>
        Assert.True(Expr.BroadcastTo(2.0, Shape.Of(1000, 1000)).Value.IsUniform);

    // ---- rule 2: grad ----

    [Fact]
    public void Rule_2_the_seed_is_a_fresh_node_also_when_x_is_traced() => Ad.Grad(x =>
    {
        Expr? inner = null;
        var slope = Ad.Grad(s =>
        {
            inner = s;
            return s * x;
        }, x);
        Assert.NotSame(x, inner);
        Assert.DoesNotContain(KahnOrder.From(slope), visit => ReferenceEquals(visit.Node, inner));
        return slope;
    }, 3.0);

    [Fact]
    public void Rule_2_no_seed_of_an_inner_transform_is_left_in_what_it_gives() => Law.Holds(output, 300, Programs.Nested, p =>
    {
        Expr[] variables = [.. p.Inputs.Select((x, i) => Expr.Variable($"x{i}", x))];
        return KahnOrder.From([.. p.Values(variables)]).Any(visit => visit.Op is Seed) ? "a seed is left" : null;
    });

    [Fact]
    public void Rule_2_over_an_outer_variable_it_records_and_over_constants_it_computes()
    {
        Assert.True(Ad.Grad(s => s * 2.0 * s, 3.0).IsConstant);
        Assert.False(Ad.Grad(s => s * Variable(2) * s, 3.0).IsConstant);
        Assert.False(Ad.Grad(s => s * s, Variable(3)).IsConstant);
    }

    [Fact]
    public void Rule_2_whatever_leaves_the_function_is_replayed_too()
    {
        var x = Variable(3);
        var ((value, auxiliary), pullback) = Ad.Vjp<Expr, (Expr, Expr)>(s => (s * s, Expr.Sin(s)), x);
        Assert.DoesNotContain(KahnOrder.From(value, auxiliary), visit => visit.Op is Seed);
        Assert.Equal(Math.Cos(3), (double)Ad.Gradients(auxiliary)[x], 1e-15);
        Assert.Equal(6 + 2 * Math.Cos(3), (double)pullback((1.0, 2.0)), 1e-14);
    }

    [Fact]
    public void Rule_2_a_value_asked_for_while_tracing_serves_the_replay_only_where_nothing_outer_is_in_it()
    {
        // The inner point is a constant, but z also depends on x: d/dy (xy)² = 2x²y, d/dx of it 4xy.
        Expr Inner(Expr x) => Ad.Grad(y =>
        {
            var z = x * y;
            return (double)z > 0 ? z * z : -z;
        }, 2.0);
        Assert.Equal(24, (double)Ad.Grad(Inner, 3.0));
        Assert.Equal(24, (double)Ad.Jvp(Inner, 3.0, 1.0).Tangent);
        Assert.Equal(24, (double)Ad.Gradients(Inner(Variable(3)) is var g ? g : g).Single(e => e.Key.Op is Variable).Value);
    }

    [Fact]
    public void Rule_2_the_function_may_branch_on_values()
    {
        static Expr Power(Expr x, int n) => n == 0 ? 1.0 : n % 2 == 0 ? Power(x * x, n / 2) : x * Power(x, n - 1);
        Assert.Equal(10 * Math.Pow(1.5, 9), (double)Ad.Grad(x => (double)x > 0 ? Power(x, 10) : -x, 1.5), 1e-10);
        Assert.Equal(-1, (double)Ad.Grad(x => (double)x > 0 ? Power(x, 10) : -x, -1.5));
    }

    // ---- rule 3: rules see (inputs, output, cotangent, wanted) ----

    /// <summary>x·y, that counts which partials its rule was asked for, and multiplies by a marker to be found.</summary>
    private sealed record Asked(List<(bool X, bool Y)> Log) : Op
    {
        public override TensorType Infer(Inputs inputs) => inputs[0].Type;
        public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => (inputs[0] * (Expr)inputs[1]).Value;
        public override Expr? Jvp(Inputs inputs, Expr result, ReadOnlySpan<Expr?> tangents) => throw new NotSupportedException();
        public override Contributions Vjp(Inputs inputs, Expr result, Cotangent cotangent, Wanted wanted)
        {
            Log.Add((wanted[0], wanted[1]));
            return new(cotangent.Value! * inputs[1], cotangent.Value! * inputs[0]);
        }
    }

    [Fact]
    public void Rule_3_a_rule_is_told_what_is_wanted()
    {
        var op = new Asked([]);
        Assert.Equal(5, (double)Ad.Grad(x => Expr.Apply(op, x, 5.0), 3.0));
        Assert.Equal(5, (double)Ad.Grad(x => Expr.Apply(op, 5.0, x), 3.0));
        Assert.Equal(6, (double)Ad.Grad(x => Expr.Apply(op, x, x), 3.0));
        // Also where the replay puts one node in the place of both: what is wanted comes from the trace.
        Assert.Equal(3, (double)Ad.Grad(x => Ad.Grad(s => Expr.Apply(op, x, s), x) is var inner && op.Log[^1] == (false, true) ? x * 3.0 : inner, 3.0));
        Assert.Equal([(true, false), (false, true), (true, true), (false, true)], op.Log);
    }

    [Fact]
    public void Rule_3_contributions_that_are_not_wanted_are_ignored()
    {
        var c = Variable(7);
        var op = new Asked([]);
        Assert.Equal(7, (double)Ad.Grad(x => Expr.Apply(op, x, c), 3.0));
    }

    [Fact]
    public void Rule_3_x_squared_at_negative_x_takes_no_logarithm()
    {
        Assert.Equal(-6, (double)Ad.Grad(x => Expr.Power(x, 2.0), -3.0));
        var gradient = Ad.Grad(x => Expr.Power(x, 2.0), Variable(-3));
        Assert.Equal(-6, (double)gradient);
        Assert.DoesNotContain(KahnOrder.From(gradient), visit => visit.Op.Name == "Log");
        Assert.Equal(2, (double)Ad.Grad(Ad.Grad(x => Expr.Power(x, 2.0)), -3.0));
        // The exponent's partial is another matter: it is wanted here, and there is none.
        Assert.True(double.IsNaN((double)Ad.Grad(y => Expr.Power(-3.0, y), 2.0)));
    }

    /// <summary>The identity, whose reverse rule must never be asked.</summary>
    private sealed record Trap : Op
    {
        public override TensorType Infer(Inputs inputs) => inputs[0].Type;
        public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0];
        public override Expr? Jvp(Inputs inputs, Expr result, ReadOnlySpan<Expr?> tangents) => tangents[0];
        public override Contributions Vjp(Inputs inputs, Expr result, Cotangent cotangent, Wanted wanted) =>
            throw new InvalidOperationException($"asked with {cotangent}");
    }

    [Fact]
    public void Rule_3_a_node_without_contribution_is_skipped_and_never_handed_zeros()
    {
        Assert.Equal(1, (double)Ad.Grad(x => x + Expr.StopGradient(Expr.Apply(new Trap(), x)), 3.0));
        Assert.Equal(0, (double)Ad.Grad(x => Expr.Floor(Expr.Apply(new Trap(), x)), 3.0));
        Assert.Equal(4, (double)Ad.Grad(x => Expr.Where(Expr.Apply(new Trap(), x) > 0.0, 4.0 * x, x), 3.0));
        Assert.Throws<InvalidOperationException>(() => Ad.Grad(x => Expr.Apply(new Trap(), x), 3.0));
        Assert.Equal(1, (double)Ad.Jvp(x => Expr.Apply(new Trap(), x), 3.0, 1.0).Tangent);
    }

    // ---- rule 4: stamps ----

    [Fact]
    public void Rule_4_a_node_is_newer_than_its_inputs_and_than_what_its_thread_made_before() => Law.Holds(output, 200, Programs.Plain, p =>
    {
        var values = p.Values([.. p.Inputs.Select((x, i) => Expr.Variable($"x{i}", x))]);
        long newest = values.Max(v => v.Stamp);
        return KahnOrder.From([.. values]).All(v => v.Inputs.All(i => i.Stamp < v.Node.Stamp)) && Expr.Sin(values[0]).Stamp > newest
            ? null : "a stamp is not above those before";
    });

    [Fact]
    public void Rule_4_a_node_of_another_thread_is_older_than_what_is_built_on_it()
    {
        Expr? far = null;
        var thread = new Thread(() =>
        {
            for (int i = 0; i < 100_000; i++)
                far = Variable(i);
        });
        thread.Start();
        thread.Join();
        Assert.True((far! * 2.0).Stamp > far!.Stamp);
        Assert.Equal(2 * 99_999, (double)Ad.Grad(s => s * s, far));
        Assert.Equal(2 * 99_999, (double)Ad.Grad(s => s * far, Variable(1)) + 99_999);
    }

    [Fact]
    public void Rule_4_an_inner_gradient_in_an_outer_differentiated_loop_is_linear()
    {
        // Work is counted in bytes, which the orders that are made are the most of; time would depend on the machine.
        double one = Allocated(200), two = Allocated(400), four = Allocated(800);
        output.WriteLine($"{one / 200:F0}, {two / 400:F0}, {four / 800:F0} bytes a step for 200, 400, 800 steps");
        Assert.InRange(two / one, 1.5, 2.3);
        Assert.InRange(four / two, 1.5, 2.3);

        static double Allocated(int steps)
        {
            Ad.Grad(x => Descent(x, 3), 0.5);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Ad.Grad(x => Descent(x, steps), 0.5);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        static Expr Descent(Expr x, int steps)
        {
            var at = x;
            for (int i = 0; i < steps; i++)
                at -= 0.01 * Ad.Grad(s => Expr.Sin(s) * x, at);
            return at;
        }
    }

    // ---- rule 7: duals at kinks ----

    [Fact]
    public void Rule_7_softplus_has_its_second_derivative_at_0_where_a_composition_of_kinks_has_not()
    {
        Assert.Equal(0.5, (double)Ad.Grad(Expr.Softplus, 0.0));
        Assert.Equal(0.25, (double)Ad.Grad(Ad.Grad(Expr.Softplus), 0.0));
        // The witness is right next to the kink of max and abs, and only there.
        foreach (double x in (double[])[-1e-9, 1e-9])
        {
            var real = Level.Real;
            var twice = real.Next.Dual(real.Dual(Tensor.Scalar(x), Tensor.Scalar(1.0)), real.Dual(Tensor.Scalar(1.0), null));
            var softplus = Graph.Trace(p => [Expr.Softplus(p[0])], [twice.Type]);
            Assert.Equal(0.25, (double)real.Tangent(real.Next.Tangent(Witness.On(real.Next.Next, softplus, twice))), 1e-9);
        }
    }

    [Fact]
    public void Rule_7_at_a_kink_the_documented_derivative_holds_in_both_modes()
    {
        foreach (var (f, expected) in ((Func<Expr, Expr>, double)[])
        [
            (Expr.Relu, 0), (Expr.Abs, 0), (Expr.Sign, 0), (x => Expr.Maximum(x, 0.0), 0.5), (x => Expr.Minimum(x, 2.0 * x), 1.5),
            (x => Expr.Max(Expr.Stack([x, 3.0 * x])), 2), (x => Expr.Norm(Expr.Stack([x, x])), 0), (x => Expr.Power(x, 1.0), 1), (x => Expr.Power(x, 0.0), 0),
        ])
        {
            Assert.Equal(expected, (double)Ad.Grad(f, 0.0));
            Assert.Equal(expected, (double)Ad.Jvp(f, 0.0, 1.0).Tangent);
        }
        Assert.Equal(double.PositiveInfinity, (double)Ad.Grad(Expr.Sqrt, 0.0));
    }

    [Fact]
    public void Power_at_y_0_has_its_mixed_second_derivative()
    {
        // ∂²/∂y∂x xʸ at (3, 0) is 1/3: found by a random program.
        Assert.Equal(1.0 / 3, (double)Ad.Grad(y => Ad.Grad(x => Expr.Power(x, y), 3.0), 0.0), 1e-15);
        Assert.Equal(1.0 / 3, (double)Ad.Grad(x => Ad.Grad(y => Expr.Power(x, y), 0.0), 3.0), 1e-15);
    }
}
