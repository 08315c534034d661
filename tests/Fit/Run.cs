using System.Runtime.CompilerServices;

namespace Fit.Tests;

/// <summary>The program, run in this process: what it printed, and its exit code.</summary>
internal sealed record Run(int ExitCode, string Output, string Error)
{
    public static bool Long { get; } = Environment.GetEnvironmentVariable("AUTODIFF_LONG") == "1";

    /// <summary>The folder of the tests' sources.</summary>
    public static string Sources { get; } = Path.GetDirectoryName(This())!;

    public static Run Of(params string[] arguments) => Of(CancellationToken.None, arguments);

    public static Run Of(CancellationToken cancellation, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = Application.Run(arguments, Terminal.Of(output, error, cancellation));
        return new(exitCode, output.ToString().ReplaceLineEndings("\n"), error.ToString().ReplaceLineEndings("\n"));
    }

    /// <summary>A run on a file with this text; {file} in the arguments stands for its path.</summary>
    public static Run On(string text, string extension, params string[] arguments)
    {
        using var folder = new Folder();
        var path = folder.File($"data.{extension}", text);
        return Of([path, .. arguments]);
    }

    static string This([CallerFilePath] string path = "") => path;
}

/// <summary>A folder that is gone after the test.</summary>
internal sealed class Folder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("fit").FullName;

    public string File(string name, string text)
    {
        var path = System.IO.Path.Combine(Path, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
