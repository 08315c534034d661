using Autodiff.Functional;
using Spectre.Console.Cli;

namespace Fit;

/// <summary>The program, but for where its output goes: arguments in, exit code out.</summary>
static class Application
{
    const int NoFit = 1, BadInput = 2;

    public static int Run(string[] arguments, Terminal terminal)
    {
        var application = new CommandApp<FitCommand>();
        application.Configure(config =>
        {
            config.SetApplicationName("Fit");
            config.PropagateExceptions();
            config.UseStrictParsing();
            config.ConfigureConsole(terminal.Console);
            config.Settings.Registrar.RegisterInstance(terminal);
            config.AddExample("reference.dat");
            config.AddExample("data.csv", "--model", "\"y = vm * x / (k + x)\"", "--start", "vm=200,k=0.1");
            config.AddExample("data.csv", "--model", "\"log(y) = a - b * x^2\"", "--start", "a=1", "--fix", "b=0.5", "--plot", "fit.svg");
            config.AddExample("data.csv", "--model", "\"r = exp(-k * t); y = a * r + c\"", "--start", "a=1,k=0.1,c=0", "--bounds", "k=0..1", "--profile", "--json");
        });

        try
        {
            return application.Run(Arguments.Joined(arguments), terminal.Cancellation);
        }
        catch (FormulaException e)
        {
            return Failed(BadInput, $"{e.Message}\n{e.Picture}");
        }
        catch (InputException e)
        {
            return Failed(BadInput, e.Message);
        }
        catch (NoFitException e)
        {
            return Failed(NoFit, e.Message);
        }
        catch (CommandAppException e)
        {
            return Failed(BadInput, $"{OneLine(e.Message)} (--help says what there is)");
        }
        catch (Exception e) when (e is AutodiffException or ArithmeticException or ArgumentException or InvalidOperationException or OutOfMemoryException)
        {
            return Failed(NoFit, $"the computation failed: {OneLine(e.Message)}");
        }

        int Failed(int exitCode, string message)
        {
            terminal.Error.WriteLine($"Fit: {message}");
            return exitCode;
        }
    }

    static string OneLine(string message) => message.ReplaceLineEndings(" ").Trim();
}
