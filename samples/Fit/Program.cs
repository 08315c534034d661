// Fits a nonlinear model to measurements: least squares with exact derivatives, and how sure one can be of the result.
using System.Collections.Immutable;
using System.Text;
using Fit;
using Spectre.Console;

if (args is [var unexpected, ..])
{
    Console.Error.WriteLine($"Fit: unexpected argument '{unexpected}'; it takes none and fits the data it has inside.");
    return 2;
}

Console.OutputEncoding = Encoding.UTF8;

var problem = new Problem(Data.Puromycin, Model.MichaelisMenten);
var iterations = LevenbergMarquardt.Iterations(problem).ToImmutableArray();
Report.Write(AnsiConsole.Console, problem, iterations);
return iterations[^1].Converged ? 0 : 1;
