// Two spirals wind around each other: a network composed of pure functions over records learns which spiral a point is on.
// It is trained as a fold, then only its head is trained for the opposite answer, then the points are moved instead of the network.

using System.Diagnostics;
using System.Globalization;
using System.Text;
using Autodiff.Functional;
using Models;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Console.OutputEncoding = Encoding.UTF8;

var keys = RandomKey.FromSeed(7).Split(2);
var data = Spirals.Of(90, keys[0]);
var start = Network.Start(keys[1], width: 16, blocks: 2);

// One pure function of everything; what is differentiated is the caller's choice.
static Expr Loss((Network Model, Spirals Data) p) => Expr.Mean(Expr.Softplus(-p.Data.Sides * Network.Scores(p.Model, p.Data.Points)));

static double Accuracy(Network model, Spirals data) =>
    (double)Expr.Mean(Expr.Cast(data.Sides * Network.Scores(model, data.Points) > 0.0, DType.Float64));

Console.WriteLine("The parameters, as the library sees them:");
foreach (var (path, node) in Structure.Leaves(start))
    Console.WriteLine($"  {path,-24} {node.Shape}");
var (vector, _) = Structure.Ravel(start);
Console.WriteLine($"  together a vector of {vector.Shape.Size}\n");

// ---- all of the network: training is a fold over the steps ----

var clock = Stopwatch.StartNew();
const int Steps = 500;
var losses = new double[Steps];
var trained = Enumerable.Range(0, Steps).Aggregate(Adam<Network>.Start(start), (state, step) =>
{
    var (loss, gradient) = Ad.ValueAndGrad(Loss, (state.Parameters, data), of: p => p.Item1);
    losses[step] = (double)loss;
    return state.Step(gradient, rate: 0.02);
}).Parameters;

Console.WriteLine($"Loss over {Steps} steps   {Picture.Line(losses, 50)}   {losses[0]:F3} → {losses[^1]:F4}   ({clock.Elapsed.TotalSeconds:F1} s)");
Console.WriteLine($"Right answers          {Accuracy(start, data):P0} → {Accuracy(trained, data):P0}\n");
Console.WriteLine(Picture.Map(trained, data));

// ---- a chosen part: the head learns the opposite, the body stays the same object ----

var opposite = data with { Sides = -data.Sides };
var turned = Enumerable.Range(0, 60).Aggregate(Adam<Dense>.Start(trained.Head), (state, _) =>
    state.Step(Ad.Grad(Loss, (trained with { Head = state.Parameters }, opposite), of: p => p.Item1.Head), rate: 0.2)).Parameters;
var other = trained with { Head = turned };
Console.WriteLine($"The opposite answer, by the head's {turned.Weight.Shape.Size + 1} numbers alone: {Accuracy(trained, opposite):P0} → {Accuracy(other, opposite):P0} right\n");

// ---- the data: which way must a point move to be taken for the other spiral? ----

Console.WriteLine("Points that walk down their own score until the network takes them for the other spiral:");
foreach (int i in (int[])[20, 90, 150])
{
    var path = Enumerable.Range(0, 200).Aggregate((Points: data.Points[i..(i + 1)], Count: 0), (at, _) =>
    {
        var (score, slope) = Ad.ValueAndGrad(x => Expr.Sum(data.Sides[i] * Network.Scores(trained, x)), at.Points);
        return (double)score < 0 ? at : (at.Points - 0.01 * slope / slope.Norm(), at.Count + 1);
    });
    double Coordinate(Expr points, int axis) => (double)points[0, axis];
    Console.WriteLine($"  ({Coordinate(data.Points[i..(i + 1)], 0),5:F2}, {Coordinate(data.Points[i..(i + 1)], 1),5:F2}) → ({Coordinate(path.Points, 0),5:F2}, {Coordinate(path.Points, 1),5:F2})   after {path.Count,2} steps of 0.01");
}
