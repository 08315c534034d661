using Autodiff.Functional;

namespace Models;

/// <summary>
/// The state of Adam (Kingma and Ba 2015) for parameters of any type: means of gradients and of their squares have that type too. A step gives a new state.
/// </summary>
internal sealed record Adam<P>(P Parameters, P Mean, P Square, int Steps)
{
    public static Adam<P> Start(P parameters) => new(parameters, Zeros(parameters), Zeros(parameters), 0);

    public Adam<P> Step(P gradient, double rate)
    {
        var mean = Structure.Zip(Mean, gradient, (m, g) => 0.9 * m + 0.1 * g);
        var square = Structure.Zip(Square, gradient, (s, g) => 0.99 * s + 0.01 * g * g);
        double step = rate * Math.Sqrt(1 - Math.Pow(0.99, Steps + 1)) / (1 - Math.Pow(0.9, Steps + 1));
        return new(Structure.Zip(Parameters, mean, square, (p, m, s) => p - step * m / (Expr.Sqrt(s) + 1e-8)), mean, square, Steps + 1);
    }

    private static P Zeros(P parameters) => Structure.Map(parameters, p => Expr.Zeros(p.Shape, p.DType));
}
