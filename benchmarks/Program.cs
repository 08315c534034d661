using Autodiff.Functional.Benchmarks;
using BenchmarkDotNet.Running;

const string Usage = """
    Commands:
      adbench gmm|lstm|ba FILE   a problem of the ADBench suite: one line of JSON, the last of standard output
      check                      all models, by arithmetic that has nothing of the library
      --filter PATTERN           BenchmarkDotNet
    Options: --threads N (1), --seconds S a measurement (1), --data DIR (../shared/data)
    """;

string[] rest = args.Length > 0 ? args[1..] : [];
try
{
    switch (args.FirstOrDefault())
    {
        case "adbench":
            var settings = Settings.Parse(rest);
            return settings.Words is [var kind, var path] ? Autodiff.Functional.Benchmarks.AdBench.Command.Run(kind, path, settings) : throw new ArgumentException(Usage);
        case "check":
            return Check.Run(Settings.Parse(rest));
        default:
            BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
            return 0;
    }
}
catch (Exception e) when (e is ArgumentException or FormatException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
