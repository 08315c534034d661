using Autodiff.Functional.Benchmarks;
using Autodiff.Functional.Benchmarks.AdBench;
using Autodiff.Functional.Benchmarks.Reporting;
using BenchmarkDotNet.Running;

const string Usage = """
    Commands:
      adbench gmm|lstm|ba FILE   a problem of the ADBench suite: one line of JSON, the last of standard output
      check                      all models, by arithmetic that has nothing of the library
      cpp DIR                    ADBench's files, beside the C++ programs in a folder: a measurement a line
      scaling                    how times grow with sizes: a measurement a line
      compiling                  how long it takes to compile, and what runs allocate: a measurement a line
      ablation [MODEL ...]       what each pass is worth: models compiled with it left out
      passes                     where the time of compiling goes, pass by pass
      report FILE                measurements as RESULTS.md, with pictures, in --output DIR (benchmarks)
      --filter PATTERN           BenchmarkDotNet
    Options: --threads N (1), --seconds S a measurement (1), --data DIR (../shared/data)
    """;

string[] rest = args.Length > 0 ? args[1..] : [];
try
{
    switch (args.FirstOrDefault())
    {
        case "adbench":
            return RunTwo(Command.Run);
        case "cpp":
            return RunOne(Peers.Run);
        case "report":
            return RunOne(Report.Run);
        case "check":
            return Check.Run(Settings.Parse(rest));
        case "compiling":
            return Compiling.Run(Settings.Parse(rest));
        case "ablation":
            return Ablation.Run(Settings.Parse(rest));
        case "passes":
            return Passes.Run(Settings.Parse(rest));
        case "cold":
            return Compiling.Cold();
        case "scaling":
            return Scaling.Run(Settings.Parse(rest));
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

int RunTwo(Func<string, string, Settings, int> command) => Settings.Parse(rest) is { Words: [var first, var second] } settings ? command(first, second, settings) : throw new ArgumentException(Usage);
int RunOne(Func<string, Settings, int> command) => Settings.Parse(rest) is { Words: [var word] } settings ? command(word, settings) : throw new ArgumentException(Usage);
