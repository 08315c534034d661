// Fits a nonlinear model to measurements: least squares with exact derivatives, and how sure one can be of the result.
using System.Collections.Immutable;
using System.Text;
using Fit;
using Spectre.Console;

Console.OutputEncoding = Encoding.UTF8;

if (args is [])
{
    var problem = new Problem(Data.Puromycin, Model.MichaelisMenten);
    var iterations = LevenbergMarquardt.Iterations(problem).ToImmutableArray();
    Report.Write(AnsiConsole.Console, problem, iterations);
    return iterations[^1].Converged ? 0 : 1;
}

using var cancellation = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = !cancellation.IsCancellationRequested;   // a second Ctrl-C ends the program at once
    cancellation.Cancel();
};
return Application.Run(args, new(AnsiConsole.Console, Console.Out, Console.Error, !Console.IsErrorRedirected, TimeSpan.FromSeconds(1), cancellation.Token));
