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
/// <param name="moving">Whether an input depends on what is differentiated, by whatever way.</param>
internal sealed class ScanPullback(Scan scan, ImmutableArray<Expr> inputs, ImmutableArray<Expr> history, ImmutableArray<Cotangent> cotangents, ImmutableArray<bool> live, ImmutableArray<bool> moving)
{
    private readonly int _captures = scan.Captures, _carries = scan.Carries;

    /// <summary>Captures and carries whose cotangents are carried, as inputs of the scan.</summary>
    private readonly ImmutableArray<int> _carried = [.. Enumerable.Range(0, scan.Captures + scan.Carries).Where(i => live[i])];

    /// <summary>What each input of the scan is given back.</summary>
    public ImmutableArray<Cotangent> Contributions()
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
            var nodes = new Queue<Expr>(carries);
            ImmutableArray<Cotangent> carried = [.. layout.Select(mask => CotangentNodes.Take(nodes, mask))];
            var (next, back) = Step(carried, row, given);
            masked = [.. next.Select((cotangent, i) => layout[i] || cotangent.Support is not null)];
            if (!masked.SequenceEqual(layout))
                continue;
            var results = Scan.Of(carries, row, [.. next.SelectMany((cotangent, i) => CotangentNodes.Of(cotangent, inputs[_carried[i]].Type, layout[i]))], [.. back.SelectMany(CotangentNodes.Of)],
                first, rows, scan.Length, !scan.Reverse);
            var queue = new Queue<Expr>(results);
            var contributions = new Queue<Cotangent>([.. layout.Select(mask => CotangentNodes.Take(queue, mask)), .. back.Select(cotangent => CotangentNodes.Take(queue, cotangent))]);
            return [.. live.Select(matters => matters ? contributions.Dequeue() : default)];
        }
    }

    /// <summary>The pullback of one step: the cotangents of what it began with, and of its rows.</summary>
    private (ImmutableArray<Cotangent> Carried, ImmutableArray<Cotangent> Given) Step(ImmutableArray<Cotangent> carried, ImmutableArray<Expr> row, ImmutableArray<Cotangent> given)
    {
        ImmutableArray<Expr> arguments = [.. inputs[.._captures], .. row[..(_carries + scan.Rows)]];
        var ofOutputs = new Cotangent[scan.Body.Outputs.Length];
        for (int i = 0; i < _carried.Length; i++)
            if (_carried[i] >= _captures)
                ofOutputs[_carried[i] - _captures] = carried[i];
        var rest = new Queue<Expr>(row[(_carries + scan.Rows)..]);
        for (int i = 0; i < given.Length; i++)
            ofOutputs[_carries + i] = given[i].IsNone ? default : CotangentNodes.Take(rest, given[i].Support is not null);   // poles outside of the loop do not guard its steps
        var back = Closure.Contributions(scan.Body, live, moving, arguments, [.. ofOutputs]);
        return ([.. _carried.Select((input, i) => input < _captures ? Sum(carried[i], back[i]) : back[i])], [.. back[_carried.Length..]]);
    }

    /// <summary>The sum so far and a step's. A sum without support is not one of everywhere, but one of steps that had none.</summary>
    private static Cotangent Sum(Cotangent sofar, Cotangent step) => sofar.Support is null && step.Support is { } support ? new(sofar.Value! + step.Value!, support) : sofar + step;
}
