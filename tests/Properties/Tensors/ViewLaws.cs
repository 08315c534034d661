using FsCheck.Xunit;
using Xunit;

namespace Autodiff.Functional.Properties.Tensors;

/// <summary>Chains of slices, transposes, broadcasts and reshapes read as a plain model of arrays says.</summary>
[Properties(Arbitrary = [typeof(Views)])]
public class ViewLaws
{
    [Sampled(500)]
    public void A_chain_of_views_reads_as_the_model(Views views)
    {
        var (tensor, model) = (views.Tensor, views.Model);
        Assert.Equal(model.Shape, tensor.Shape);
        Assert.Equal(model.Elements, tensor.ToArray<double>());
    }

    [Sampled(500)]
    public void So_do_the_ops_of_the_graph(Views views)
    {
        var node = views.Node;
        Assert.Equal(views.Model.Shape, node.Shape);
        Assert.Equal(views.Model.Elements, node.Value.ToArray<double>());
    }

    [Sampled(500)]
    public void A_view_equals_its_dense_copy_and_has_its_hash(Views views)
    {
        var view = views.Tensor;
        var copy = Tensor.Of(view.ToArray<double>(), view.Shape);
        Assert.True(view.Equals(copy) && copy.Equals(view) && view.Equals(view));
        Assert.Equal(copy.GetHashCode(), view.GetHashCode());
        Assert.Equal(copy.ToString(), view.ToString());
        Assert.Equal(copy, view.Dense());
    }

    [Sampled(500)]
    public void A_change_of_any_element_is_seen(Views views)
    {
        var elements = views.Tensor.ToArray<double>();
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] += 0.5;
            Assert.NotEqual(Tensor.Of(elements, views.Tensor.Shape), views.Tensor);
            elements[i] -= 0.5;
        }
    }

    [Sampled(500)]
    public void Any_part_of_a_view_can_be_read(Views views, int start, int count)
    {
        var (tensor, elements) = (views.Tensor, views.Model.Elements);
        start = Math.Abs(start % (elements.Length + 1));
        var part = new double[Math.Abs(count % (elements.Length - start + 1))];
        tensor.Read(start, part.AsSpan());
        Assert.Equal(elements[start..(start + part.Length)], part);
    }

    [Sampled(500)]
    public void Every_index_reads_its_element(Views views)
    {
        var (tensor, model) = (views.Tensor, views.Model);
        foreach (int[] index in Model.Indices(model.Shape))
        {
            Assert.Equal(model.At(index), (double)tensor[index]);
            Assert.Equal(model.At(index), (double)tensor[[.. index.Select((i, axis) => new Index(model.Shape[axis] - i, fromEnd: true))]]);
            Assert.Equal(model.At(index), tensor.ElementAsDouble(Model.Place(model.Shape, index)));
        }
    }

    [Sampled(500)]
    public void Views_share_the_elements(Views views)
    {
        var view = views.Chain.TakeWhile(v => !v.ToString().StartsWith(".Reshape", StringComparison.Ordinal)).Aggregate(views.Source, (tensor, v) => v.OnTensor(tensor));
        if (view.Size > 0)
            Assert.True(view.Buffer<double>().Length == views.Source.Size);
    }
}
