using System.Collections.Immutable;
using System.Runtime.ExceptionServices;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// A run whose results depend on no NaN that came up on the way, or else an error. If a result is NaN, its number tells where that came up. If a number depended on one, the run is repeated with other numbers: only
/// if that changes the results do they depend on it.
/// </summary>
/// <param name="executable">What runs.</param>
/// <param name="frame">The memory of the run, with its arguments.</param>
/// <param name="restore">Puts those arguments back that a run may have overwritten.</param>
internal sealed class CheckedRun(Executable executable, Frame frame, Action restore)
{
    private const int MostSuspects = 20;

    private readonly NaNs _nans = new();
    private ExceptionDispatchInfo? _failure;
    private ImmutableArray<Tensor> _results;

    /// <exception cref="NaNFound">A result depends on a NaN that came up in the run.</exception>
    public void Run()
    {
        (_failure, _results) = Try(_nans);
        if (_nans.FirstIn(_results) is var first and > 0)
            throw _nans[first];
        if (_failure?.SourceException is not NaNFound && _nans.Swallows.Count > 0)
        {
            if (Depends(0))
            {
                var (number, op) = _nans.Swallows.Count == 1 ? _nans.Swallows[0] : _nans.Swallows.Take(MostSuspects).Where(swallow => Depends(swallow.Number)).DefaultIfEmpty(_nans.Swallows[0]).First();
                throw _nans[number].Swallowed(op);
            }
            for (int i = 0; i < _results.Length; i++)
                new Slot(executable.Outputs[i], -1).Write(frame, _results[i]);
        }
        _failure?.Throw();
    }

    /// <summary>Do the results change with other numbers where a number depended on a NaN? A replay that fails tells nothing, unless all do.</summary>
    /// <param name="only">The NaN by its number; 0 for all.</param>
    private bool Depends(int only)
    {
        bool isKnown = false;
        // With numbers where NaNs came up the run is one that could be; but then nothing is NaN that is asked for.
        for (int draw = _nans.IsAskedFor ? NaNTrial.Draws - 1 : 2 * NaNTrial.Draws - 1; draw >= 0; draw--)
        {
            restore();
            var (failure, results) = Try(new NaNs(draw, only, 10 * _nans.Steps + 1000));
            if (failure?.SourceException is ReplayTooLong || (failure is null && (_failure is not null || !results.SequenceEqual(_results))))
                return true;
            isKnown |= failure is null || failure.SourceException.Message == _failure?.SourceException.Message;
        }
        return !isKnown;
    }

    private (ExceptionDispatchInfo? Failure, ImmutableArray<Tensor> Results) Try(NaNs nans)
    {
        frame.NaNs = nans;
        try
        {
            executable.Run(frame);
            return (null, [.. executable.Outputs.Select(output => new Slot(output, -1).Read(frame))]);
        }
        catch (Exception failure) when (failure is NaNFound or ReplayTooLong or AutodiffException or ArithmeticException)
        {
            return (ExceptionDispatchInfo.Capture(failure), []);
        }
    }
}
