using System.Globalization;
using System.Xml.Linq;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Display;

/// <summary>Pictures of graphs: rows by Kahn level, nothing on top of anything else, a summary of what is too large.</summary>
public sealed class PictureTests(ITestOutputHelper output)
{
    [Fact]
    public void Nodes_stand_below_their_inputs_and_apart() => Law.Holds(output, 200, Programs.Plain, p =>
    {
        var order = KahnOrder.From(p.Loss([.. p.Inputs.Select((x, i) => Expr.Variable($"x{i}", x))]));
        var layout = new GraphLayout(order, _ => true, visit => 20 + visit.Position % 5 * 30);
        var row = new Dictionary<int, int>();
        for (int i = 0; i < layout.Rows.Length; i++)
            foreach (var box in layout.Rows[i].Where(box => box.Position >= 0))
                row.Add(box.Position, i);
        if (row.Count != order.Count)
            return $"{order.Count} nodes, {row.Count} boxes";
        foreach (var visit in order)
            foreach (int input in visit.InputPositions)
                if (row[input] >= row[visit.Position])
                    return $"{visit} stands in row {row[visit.Position]}, its input {input} in row {row[input]}";
        foreach (var boxes in layout.Rows)
            for (int k = 1; k < boxes.Count; k++)
                if (boxes[k].Centre - boxes[k].Width / 2 < boxes[k - 1].Centre + boxes[k - 1].Width / 2)
                    return $"{boxes[k - 1].Position} and {boxes[k].Position} overlap";
        foreach (var box in layout.Rows.SelectMany(boxes => boxes))
            if (box.Centre - box.Width / 2 < -1e-9 || box.Centre + box.Width / 2 > layout.Width + 1e-9)
                return $"{box.Position} is outside the picture";
        return null;
    });

    [Fact]
    public void The_seed_example_has_a_box_for_each_node_and_an_arrow_for_each_edge()
    {
        Expr t1 = Expr.Variable("t1", Tensor.Scalar(1.0)), t2 = Expr.Variable("t2", Tensor.Scalar(2.0)), t5 = Expr.Variable("t5", Tensor.Scalar(0.5));
        var svg = XElement.Parse(Expr.Sin((t1 + t2) * (t2 * t5)).ToSvg());
        Assert.Equal(["t1", "t2", "t5", "Add", "Multiply", "Multiply", "Sin"], Texts(svg));
        Assert.Equal(7, svg.Descendants().Count(element => (string?)element.Attribute("marker-end") is not null));
    }

    [Fact]
    public void A_literal_is_written_where_it_is_used() =>
        Assert.Equal(["x", "Float64 · 2", "Multiply(3.0, ·)", "Float64 · 2"], Texts(XElement.Parse((3.0 * Expr.Variable("x", Shape.Of(2))).ToSvg())));

    [Theory]
    [InlineData(59, true)]
    [InlineData(60, false)]
    [InlineData(100_000, false)]
    public void More_than_sixty_nodes_are_counted(int steps, bool drawn)
    {
        var x = Expr.Variable("x", Tensor.Scalar(0.5));
        var svg = XElement.Parse(Enumerable.Range(0, steps).Aggregate(x, (z, _) => Expr.Sin(z)).ToSvg());
        Assert.Equal(drawn ? steps : 1, Texts(svg).Count(text => text == "Sin"));
        if (!drawn)
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{steps + 1} nodes, {steps + 1} levels"), Texts(svg));
    }

    private static string[] Texts(XElement svg) => [.. svg.Descendants().Where(element => element.Name.LocalName == "text").Select(text => text.Value)];
}
