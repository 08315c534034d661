using Xunit;

namespace Autodiff.Functional.Properties.Graphs;

/// <summary>The example that the library begins with: t3 = t1 + t2; t4 = t2 · t5; t6 = t3 · t4; L = sin(t6). t2 is used twice.</summary>
public sealed class SeedExample
{
    private static readonly Expr
        s_t1 = Expr.Variable("t1", Tensor.Scalar(0.5)),
        s_t2 = Expr.Variable("t2", Tensor.Scalar(-1.5)),
        s_t5 = Expr.Variable("t5", Tensor.Scalar(2.0)),
        s_t3 = s_t1 + s_t2,
        s_t4 = s_t2 * s_t5,
        s_t6 = s_t3 * s_t4,
        s_loss = Expr.Sin(s_t6);

    private static KeyValuePair<string, Expr>[] Names => [new("t3", s_t3), new("t4", s_t4), new("t6", s_t6), new("L", s_loss)];

    [Fact]
    public void Its_values()
    {
        Assert.Equal(-1, (double)s_t3);
        Assert.Equal(-3, (double)s_t4);
        Assert.Equal(3, (double)s_t6);
        Assert.Equal(Math.Sin(3), (double)s_loss, 1e-15);
    }

    [Fact]
    public void Its_gradient_adds_what_comes_to_t2_on_both_ways()
    {
        var gradients = Ad.Gradients(s_loss);
        double t6 = Math.Cos(3), t3 = t6 * -3, t4 = t6 * -1;
        Assert.Equal(t6, (double)gradients[s_t6], 1e-15);
        Assert.Equal(t3, (double)gradients[s_t3], 1e-15);
        Assert.Equal(t4, (double)gradients[s_t4], 1e-15);
        Assert.Equal(t3, (double)gradients[s_t1], 1e-15);
        Assert.Equal(t4 * -1.5, (double)gradients[s_t5], 1e-15);
        Assert.Equal(t3 * 1 + t4 * 2, (double)gradients[s_t2], 1e-15);   // ∂L/∂t3·∂t3/∂t2 + ∂L/∂t4·∂t4/∂t2
    }

    [Fact]
    public void Its_printed_gradient_shows_an_add_of_two_contributions_before_t2_is_visited()
    {
        var gradients = Ad.Gradients(s_loss);
        Assert.Equal("""
            t5: Float64() = variable
            t2: Float64() = variable
            t1: Float64() = variable
            t4: Float64() = Multiply(t2, t5)
            t3: Float64() = Add(t1, t2)
            t6: Float64() = Multiply(t3, t4)
            v0: Float64() = Cos(t6)
            dt6: Float64() = Multiply(1.0, v0)
            dt4: Float64() = Multiply(dt6, t3)
            v1: Float64() = Multiply(dt4, t5)
            dt3: Float64() = Multiply(dt6, t4)
            dt2: Float64() = Add(dt3, v1)
            return dt2

            """.ReplaceLineEndings("\n"),
            gradients[s_t2].Print([.. Names, new("dt6", gradients[s_t6]), new("dt3", gradients[s_t3]), new("dt4", gradients[s_t4]), new("dt2", gradients[s_t2])]));
        var both = Assert.IsType<Binary<Add>>(gradients[s_t2].Op);
        Assert.Equal("Add", both.Name);
        Assert.Contains(gradients[s_t3], gradients[s_t2].Inputs);
    }

    [Fact]
    public void Depth_first_propagation_gets_t2_wrong()
    {
        var naive = new Dictionary<Expr, double>(ReferenceEqualityComparer.Instance);
        DepthFirst(s_loss, 1, naive, []);
        var gradients = Ad.Gradients(s_loss);
        Assert.Equal((double)gradients[s_t3], naive[s_t3], 1e-15);
        Assert.Equal((double)gradients[s_t2], naive[s_t2], 1e-15);      // a leaf still gets both in the end …

        // … but a node in t2's place that passes on what it has when it is first met does not: t2 = exp(t0).
        var t0 = Expr.Variable("t0", Tensor.Scalar(0.4));
        var t2 = Expr.Exp(t0);
        var loss = Expr.Sin((s_t1 + t2) * (t2 * s_t5));
        naive.Clear();
        DepthFirst(loss, 1, naive, []);
        var right = Ad.Gradients(loss);
        Assert.Equal((double)right[t2], naive[t2], 1e-14);
        Assert.NotEqual((double)right[t0], naive[t0], 1e-3);            // t0 got only the first of the two
        Assert.Equal((double)right[t0], (double)right[t2] * Math.Exp(0.4), 1e-14);
    }

    /// <summary>The recursion that comes to mind first: each node is visited once, when it is first reached.</summary>
    private static void DepthFirst(Expr node, double cotangent, Dictionary<Expr, double> gradients, HashSet<Expr> visited)
    {
        gradients[node] = gradients.GetValueOrDefault(node) + cotangent;
        if (!visited.Add(node) || node.Inputs.Count == 0)
            return;
        var contributions = node.Op.Vjp(node.Inputs, node, new((Expr)gradients[node]), new Wanted([0, 0]));
        for (int i = 0; i < node.Inputs.Count; i++)
            if (contributions[i].Value is { } value)
                DepthFirst(node.Inputs[i], (double)value, gradients, visited);
    }

    [Fact]
    public void It_is_a_graph_with_seven_nodes_each_after_its_inputs()
    {
        var order = KahnOrder.From(s_loss);
        Assert.Equal(7, order.Count);
        Assert.Same(s_loss, order[^1].Node);
        Assert.Same(s_t6, order[^2].Node);
    }

    [Fact]
    public void Its_text() => Assert.Equal("""
        t5: Float64() = variable
        t2: Float64() = variable
        t1: Float64() = variable
        t4: Float64() = Multiply(t2, t5)
        t3: Float64() = Add(t1, t2)
        t6: Float64() = Multiply(t3, t4)
        L: Float64() = Sin(t6)
        return L

        """.ReplaceLineEndings("\n"), s_loss.Print(Names));

    [Fact]
    public void Its_Mermaid_chart() => Assert.Equal("""
        graph TD
            n0(["t5"])
            n1(["t2"])
            n2(["t1"])
            n3["t4 = Multiply"]
            n1 --> n3
            n0 --> n3
            n4["t3 = Add"]
            n2 --> n4
            n1 --> n4
            n5["t6 = Multiply"]
            n4 --> n5
            n3 --> n5
            n6["L = Sin"]
            n5 --> n6

        """.ReplaceLineEndings("\n"), s_loss.ToMermaid(Names));

    [Fact]
    public void Its_DOT() => Assert.Equal("""
        digraph {
            node [shape=box];
            n0 [label="t5", shape=ellipse];
            n1 [label="t2", shape=ellipse];
            n2 [label="t1", shape=ellipse];
            n3 [label="t4 = Multiply"];
            n1 -> n3;
            n0 -> n3;
            n4 [label="t3 = Add"];
            n2 -> n4;
            n1 -> n4;
            n5 [label="t6 = Multiply"];
            n4 -> n5;
            n3 -> n5;
            n6 [label="L = Sin"];
            n5 -> n6;
        }

        """.ReplaceLineEndings("\n"), s_loss.ToDot(Names));
}
