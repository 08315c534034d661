using System.Diagnostics;

namespace Autodiff.Functional;

/// <summary>
/// Where the nodes of a trace were made, in the user's sources. It is noted only while a function is traced once more to explain what went wrong: looking for a place takes thousands of times as long
/// as making a node.
/// </summary>
/// <remarks>What a transform makes of a node (the node at other arguments, its derivative, the same over a batch) comes from where that node was made.</remarks>
internal sealed class Origins
{
    private static int s_noting;        // threads: all others have only this to look at

    [ThreadStatic]
    private static Origins? s_current;

    private readonly Dictionary<Expr, Origin> _origins = new(ReferenceEqualityComparer.Instance);
    private Origin? _of;                // of the node that a transform is at

    /// <summary>A place in the user's sources, and the op that was called there.</summary>
    private sealed record Origin(string? Place, string Op);

    public static bool AreNoted => s_noting > 0;

    /// <summary>Calls a function, and notes where it makes its nodes.</summary>
    public static Origins During(Action trace)
    {
        var (origins, outer) = (new Origins(), s_current);
        s_current = origins;
        Interlocked.Increment(ref s_noting);
        try
        {
            trace();
        }
        finally
        {
            Interlocked.Decrement(ref s_noting);
            s_current = outer;
        }
        return origins;
    }

    /// <summary>Where a node was made, as a sentence; null if that is not known.</summary>
    public string? Of(Expr node) => !_origins.TryGetValue(node, out var origin) || origin.Place is null ? null
        : origin.Op == node.Op.Name ? $"It is called at {origin.Place}." : $"A transform made it of {origin.Op}, which is called at {origin.Place}.";

    public static void Note(Expr node)
    {
        if (s_current is { } current && node.Inputs.Count > 0)
            current._origins[node] = current._of ?? new(UsersFrame(), node.Op.Name);
    }

    /// <summary>A fold's step, which while somebody notes also says which node what it makes comes from.</summary>
    public static Func<S, Visit, S> Noted<S>(Func<S, Visit, S> step) => !AreNoted || s_current is not { } current ? step : (state, visit) =>
    {
        var outer = current.To(visit.Traced);
        var next = step(state, visit);
        current._of = outer;     // if there was an exception, nobody will ask
        return next;
    };

    /// <inheritdoc cref="Noted{S}(Func{S, Visit, S})"/>
    public static Func<Visit, ReadOnlySpan<T>, T> Noted<T>(Func<Visit, ReadOnlySpan<T>, T> step) => !AreNoted || s_current is not { } current ? step : (visit, inputs) =>
    {
        var outer = current.To(visit.Traced);
        var carried = step(visit, inputs);
        current._of = outer;
        return carried;
    };

    /// <summary>A fold comes to a node.</summary>
    private Origin? To(Expr node)
    {
        var outer = _of;
        // Nodes that were there before have no origin; what is made of them comes from where they are used.
        _of = _origins.GetValueOrDefault(node) ?? outer;
        return outer;
    }

    /// <summary>The innermost frame that is neither this library's nor the framework's.</summary>
    private static string? UsersFrame()
    {
        foreach (var frame in new StackTrace(2, fNeedFileInfo: true).GetFrames())
            if (DiagnosticMethodInfo.Create(frame) is { } method && IsUsers(method.DeclaringAssemblyName))
                return frame.GetFileName() is { } file ? $"{file}:line {frame.GetFileLineNumber()}" : $"{method.DeclaringTypeName}.{method.Name}";
        return null;
    }

    private static bool IsUsers(string assembly)
    {
        string name = assembly.Split(',')[0];
        return name is not ("Autodiff.Functional" or "Autodiff.Functional.FSharp" or "Autodiff.Functional.FsCheck" or "FSharp.Core" or "mscorlib" or "netstandard" or "System")
            && !name.StartsWith("System.", StringComparison.Ordinal) && !name.StartsWith("Microsoft.", StringComparison.Ordinal);
    }
}
