namespace Autodiff.Functional.Benchmarks.Reporting;
public static class Report { public static int Run(string file, Settings settings) => 0; }
