using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>
/// The reverse of a scan: a scan in the other direction that carries cotangents, each with its support where there is one. A support is a mask by step, so that
/// what was not selected in one step stays nothing in all those before it.
/// </summary>
/// <param name="scan">The scan.</param>
/// <param name="inputs">Its inputs.</param>
/// <param name="history">The carries before each step.</param>
/// <param name="cotangents">Those of its outputs.</param>
/// <param name="live">Whether an input's cotangent matters.</param>
internal sealed class ScanPullback(Scan scan, ImmutableArray<Expr> inputs, ImmutableArray<Expr> history, ImmutableArray<Cotangent> cotangents, ImmutableArray<bool> live)
{
    private readonly int _captures = scan.Captures, _carries = scan.Carries;

    /// <summary>Captures and carries whose cotangents are carried, as inputs of the scan.</summary>
    private readonly ImmutableArray<int> _carried = [.. Enumerable.Range(0, scan.Captures + scan.Carries).Where(i => live[i])];

    /// <summary>Rows whose cotangents are given, as inputs of the scan.</summary>
    private readonly ImmutableArray<int> _given = [.. Enumerable.Range(scan.Captures + scan.Carries, scan.Rows).Where(i => live[i])];

    public void Contribute(Cotangent[] contributions)
    {
        // Before the last step: what the last carries' cotangents are; nothing of what is closed over.
        ImmutableArray<Cotangent> starts = [.. _carried.Select(i => i < _captures ? default : cotangents[i - _captures])];
        ImmutableArray<Cotangent> given = cotangents[_carries..];
        // Those with a support are carried with it, and so are those that a step gives one to: then the step is traced again.
        ImmutableArray<bool> masked = [.. starts.Select((start, i) => _carried[i] >= _captures && (start.IsNone || start.Support is not null))];
        while (true)
        {
            var layout = masked;
            ImmutableArray<Expr> first = [.. starts.SelectMany((start, i) => CotangentNodes.Of(start, inputs[_carried[i]].Type, layout[i]))];
            ImmutableArray<Expr> rows = [.. history, .. inputs[(_captures + _carries)..], .. given.SelectMany(CotangentNodes.Of)];
            var (carries, row) = Scan.Parameters(first, rows);
            var carried = Cotangents(carries, layout);
            var (next, back) = Step(carried, row, given);
            masked = [.. next.Select((cotangent, i) => layout[i] || cotangent.Support is not null)];
            if (!masked.SequenceEqual(layout))
                continue;
            var results = Scan.Of(carries, row, [.. next.SelectMany((cotangent, i) => CotangentNodes.Of(cotangent, inputs[_carried[i]].Type, layout[i]))], [.. back.SelectMany(CotangentNodes.Of)],
                first, rows, scan.Length, !scan.Reverse);
            var totals = Cotangents(results[..first.Length], layout);
            for (int i = 0; i < totals.Length; i++)
                contributions[_carried[i]] = totals[i];
            var queue = new Queue<Expr>(results[first.Length..]);
            for (int i = 0; i < back.Length; i++)
                contributions[_given[i]] = CotangentNodes.Take(queue, back[i]);
            return;
        }
    }

    /// <summary>The pullback of one step: the cotangents of what it began with, and of its rows.</summary>
    private (ImmutableArray<Cotangent> Carried, ImmutableArray<Cotangent> Given) Step(ImmutableArray<Cotangent> carried, ImmutableArray<Expr> row, ImmutableArray<Cotangent> given)
    {
        ImmutableArray<Expr> arguments = [.. inputs[.._captures], .. row[..(_carries + scan.Rows)]];
        var replay = Closure.InActive(scan.Body, live, arguments).Replay([.. arguments.Where((_, i) => live[i])], reverse: true);
        var ofOutputs = new Cotangent[scan.Body.Outputs.Length];
        for (int i = 0; i < _carried.Length; i++)
            if (_carried[i] >= _captures)
                ofOutputs[_carried[i] - _captures] = carried[i];
        var rest = new Queue<Expr>(row[(_carries + scan.Rows)..]);
        for (int i = 0; i < given.Length; i++)
            ofOutputs[_carries + i] = CotangentNodes.Take(rest, given[i]);
        var back = replay.Contributions([.. ofOutputs]);
        return ([.. _carried.Select((input, i) => input < _captures ? Sum(carried[i], back[i]) : back[i])], [.. back[_carried.Length..]]);
    }

    /// <summary>The sum so far and a step's. A sum without support is not one of everywhere, but one of steps that had none.</summary>
    private static Cotangent Sum(Cotangent sofar, Cotangent step) => sofar.Support is null && step.Support is { } support ? new(sofar.Value! + step.Value!, support) : sofar + step;

    private static ImmutableArray<Cotangent> Cotangents(ImmutableArray<Expr> nodes, ImmutableArray<bool> masked)
    {
        var queue = new Queue<Expr>(nodes);
        return [.. masked.Select(mask => CotangentNodes.Take(queue, mask))];
    }
}
