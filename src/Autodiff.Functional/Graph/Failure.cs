namespace Autodiff.Functional;

/// <summary>Finds the node whose op failed, by evaluating a graph op by op once more: what ran as fused code knows neither nodes nor lines.</summary>
internal sealed class Failure
{
    [ThreadStatic]
    private static Failure? s_current;

    private Expr? _node;

    /// <summary>A step failed: the innermost is asked first, as filters of exceptions are. Never handles the exception.</summary>
    public static bool Note(Graph graph, int position)
    {
        if (s_current is { _node: null } current)
            current._node = graph.Order.Node(position);
        return false;
    }

    /// <summary>The error of a run, with the place in the user's sources of the op that it comes from.</summary>
    /// <param name="error">What the run threw.</param>
    /// <param name="graph">The function, traced again.</param>
    /// <param name="origins">Where its nodes were made.</param>
    /// <param name="arguments">What it ran at.</param>
    public static Exception Explained(Exception error, Graph graph, Origins origins, ReadOnlySpan<Tensor> arguments)
    {
        var (failure, outer) = (new Failure(), s_current);
        s_current = failure;
        try
        {
            graph.Stepper.Evaluate(arguments);
            return error;
        }
        catch (AutodiffException again) when (error is ArithmeticException || again.GetType() == error.GetType())
        {
            again.Place = failure._node is { } node ? origins.Of(node) : null;
            return again;
        }
        catch (Exception)
        {
            return error;       // the function is not pure, or it is out of memory: what the run said is all that is known
        }
        finally
        {
            s_current = outer;
        }
    }
}
