using System.Diagnostics;
using Spectre.Console;

namespace Fit;

/// <summary>Where results and messages go, and how somebody stops the work.</summary>
/// <param name="Console">For results as text.</param>
/// <param name="Output">For results as JSON.</param>
/// <param name="Error">For messages and progress.</param>
/// <param name="Rewrites">Progress overwrites its own line.</param>
/// <param name="Silence">How long to work before saying so.</param>
/// <param name="Cancellation">Ctrl-C.</param>
sealed record Terminal(IAnsiConsole Console, TextWriter Output, TextWriter Error, bool Rewrites, TimeSpan Silence, CancellationToken Cancellation)
{
    const int Line = 78;

    /// <summary>Work that tells its progress, of which nothing stays on a screen.</summary>
    public T Working<T>(string what, Func<Action<Iteration>, T> work)
    {
        try
        {
            return work(Progress(what));
        }
        finally
        {
            Error.Write(Rewrites ? $"\r{"",Line}\r" : "");
        }
    }

    Action<Iteration> Progress(string what)
    {
        var last = Stopwatch.StartNew();
        return iteration =>
        {
            if (last.Elapsed >= Silence)
            {
                var line = $"{what}: trial {iteration.Trials}, sum of squares {Numbers.Short(iteration.SumOfSquares)}";
                Error.Write(Rewrites ? $"\r{line,-Line}\r" : $"{line}\n");
                last.Restart();
            }
        };
    }

    /// <summary>Plain text without progress.</summary>
    public static Terminal Of(TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(output) });
        return new(console, output, error, false, TimeSpan.MaxValue, cancellation);
    }
}
