namespace Fit.Tests;

/// <summary>The program, run in this process: what it printed, and its exit code.</summary>
internal sealed record Run(int ExitCode, string Output, string Error)
{
    public static bool Long { get; } = Environment.GetEnvironmentVariable("AUTODIFF_LONG") == "1";

    /// <summary>The folder of Functional.sln, above the tests.</summary>
    public static string Root { get; } = Find();

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

    static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Functional.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("No folder above the tests has a Functional.sln.");
    }
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
