using System.Collections.Immutable;

namespace Autodiff.Functional.Benchmarks.Models;

/// <summary>ADBench's recurrent network that predicts the next character, of b bits; all of it is elementwise.</summary>
public static class Lstm
{
    /// <param name="Main">Layers × 2 × 4 × b: for each layer weights and biases, each of the gates forget, in, out, change.</param>
    /// <param name="Extra">3 × b: input weights, output weights, output biases.</param>
    public sealed record Parameters(Expr Main, Expr Extra);

    /// <summary>What a layer hands to the next character.</summary>
    public sealed record State(Expr Hidden, Expr Cell);

    public static Expr Loss(Parameters p, ImmutableArray<State> start, Expr sequence)
    {
        var (_, y) = Ad.Scan((ImmutableArray<State> states, Expr character) => Step(p, states, character), start, Expr.Slice(sequence, 0, 0, -1));
        var normalizers = Expr.Log(2 + Expr.Sum(Expr.Exp(y), 1, keepDims: true));
        return -Expr.Mean(Expr.Slice(sequence, 0, 1) * (y - normalizers));
    }

    /// <summary>One character through all layers: the new states, and the prediction of the next character.</summary>
    private static (ImmutableArray<State> States, Expr Prediction) Step(Parameters p, ImmutableArray<State> states, Expr character)
    {
        var x = character * p.Extra[0];
        var next = states.ToBuilder();
        for (int layer = 0; layer < states.Length; layer++)
        {
            Expr weights = p.Main[layer, 0], biases = p.Main[layer, 1];
            var (hidden, cell) = states[layer];
            Expr forget = Expr.Sigmoid(x * weights[0] + biases[0]), enter = Expr.Sigmoid(hidden * weights[1] + biases[1]);
            Expr leave = Expr.Sigmoid(x * weights[2] + biases[2]), change = Expr.Tanh(hidden * weights[3] + biases[3]);
            cell = cell * forget + enter * change;
            x = leave * Expr.Tanh(cell);
            next[layer] = new(x, cell);
        }
        return (next.MoveToImmutable(), x * p.Extra[1] + p.Extra[2]);
    }
}
