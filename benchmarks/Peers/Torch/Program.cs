using Autodiff.Functional.Benchmarks;
using Autodiff.Functional.Benchmarks.Models;
using Peers;
using TorchSharp;
using Elementwise = Autodiff.Functional.Benchmarks.Models.Elementwise;

// TorchSharp and this library in one process: the same inputs, the same number of threads, results compared before anything is timed.
// Prints a measurement a line. Options: --threads N, --seconds S.
var settings = Settings.Parse(args);
Console.WriteLine($"# {typeof(torch).Assembly.GetName().Name} {typeof(torch).Assembly.GetName().Version?.ToString(3)}, libtorch {torch.__version__}");
torch.set_num_threads(settings.Threads);
int faults = 0;

var w1 = Scalars.SmallGraph;
Compare("W1", 25, w1.Prepare(settings.Threads), TorchWork.W1);
Compare("W1 uncompiled", 25, Work.Uncompiled(w1.Function, w1.At), TorchWork.W1);
// A chain is one thread's work.
foreach (int links in settings.Threads == 1 ? (int[])[100, 1_000, 10_000, 100_000] : [])
    if (Scalars.LongChain(links) is var chain)
        Compare("W2", links, Work.Uncompiled(chain.Function, chain.At), TorchWork.W2(links, chain.At));
foreach (int size in (int[])[100, 1_000, 10_000, 100_000, 1_000_000])
    if (Elementwise.Of(size) is var model)
        Compare("W3", size, model.Prepare(settings.Threads), TorchWork.W3(model.At));
Compare("W4", Rows.W4.Size, Rows.W4.Prepare(settings.Threads), TorchWork.W4(Rows.W4Inputs, Rows.W4.At));
foreach (var (model, (sizes, dtype)) in Rows.W5.Zip(Rows.W5Sizes))
    Compare(model.Name, model.Size, model.Prepare(settings.Threads), TorchWork.W5(sizes.Inputs(dtype), model.At));
foreach (var product in Rows.W7)
    Compare(product.Name, product.Size, product.Prepare(settings.Threads), TorchWork.W7(product.Left, product.Right));
Compare("W8", Recurrence.Small.Size, Recurrence.Small.Prepare(settings.Threads), TorchWork.W8);
return faults == 0 ? 0 : 1;

void Compare(string row, double size, Work ours, Work theirs)
{
    foreach (var (what, mine, other) in new[] { ("value", ours.Function, theirs.Function), ("gradient", ours.Derivative, theirs.Derivative) })
        if (mine is not null && other is not null && Agreement.Fault($"{row}: our {what}", mine.Results().AsSpan(), other.Results().AsSpan(), row.Contains("Float32", StringComparison.Ordinal) ? 2e-4 : 1e-9) is { } fault)
        {
            faults++;
            Console.Error.WriteLine(fault);
        }
    // What only one side does is not timed.
    if (ours.Function is null)
        theirs = theirs with { Function = null };
    foreach (var measurement in Measurement.Of(row, size, settings.Threads, settings.Seconds, (Measurement.Ours, ours), (Measurement.Torch, theirs)))
        Console.WriteLine(measurement.ToJson());
}
