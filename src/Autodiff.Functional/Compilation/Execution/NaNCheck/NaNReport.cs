using System.Collections.Immutable;
using System.Globalization;

namespace Autodiff.Functional.Compilation;

/// <summary>Tells a NaN of a run in the words of the function's author: which op, where in loops, at which line, from which argument, into which output.</summary>
/// <param name="found">The NaN.</param>
/// <param name="argument">The path of an argument.</param>
/// <param name="output">The path of an output.</param>
internal sealed class NaNReport(NaNFound found, Func<int, string> argument, Func<int, string> output)
{
    private const int MostOutputs = 3;

    /// <summary>The error.</summary>
    /// <param name="graph">The function's graph.</param>
    /// <param name="arguments">How many arguments it has; what follows them it captures.</param>
    /// <param name="again">The same graph traced again, and where its nodes were made.</param>
    public NotANumberException Error(Graph graph, int arguments, (Graph Graph, Origins Origins) again)
    {
        var instruction = found.Sites[0].Instruction;
        string call = found.Arguments is { } numbers ? $", as {instruction.Op.Name}({numbers})" : "";
        string[] remedy = [Line(graph, again), From(arguments), found.SwallowedBy is { } op ? $"{op} makes a number of it, on which the result depends." : Into()];
        return new(instruction.Op.Name, "numbers", $"NaN{Index(found.Type.Shape, found.Element)} in its value {found.Type}{call}{Loops()}", string.Join(" ", remedy.Where(sentence => sentence.Length > 0)));
    }

    private static string Index(Shape shape, int element)
    {
        var indices = new int[shape.Rank];
        for (int axis = shape.Rank - 1; axis >= 0; element /= shape[axis--])
            indices[axis] = element % shape[axis];
        return indices.Length == 0 ? "" : $" at [{string.Join(", ", indices)}]";
    }

    /// <summary>Trips of loops and branches taken, from within.</summary>
    private string Loops()
    {
        string text = "";
        for (int i = 1; i < found.Sites.Length; i++)
        {
            var (inside, around) = (found.Sites[i - 1], found.Sites[i]);
            string body = around.BodyOf(inside) is var index and >= 0 ? around.Instruction.Op.Bodies.ElementAt(index).Name : "body";
            text += string.Create(CultureInfo.InvariantCulture, $", in {body}{(around.Instruction.Op is Iteration or While ? $" {inside.Trip}" : "")} of {around.Instruction.Op.Name}");
        }
        return text;
    }

    /// <summary>Where the op is called: found in the new trace along the way that leads to it in the old one.</summary>
    private string Line(Graph graph, (Graph Graph, Origins Origins) again)
    {
        var (was, now, line) = (graph, again.Graph, "");
        for (int i = found.Sites.Length - 1; i >= 0; i--)
        {
            int position = found.Sites[i].Instruction.Origin - 1;
            if (position < 0 || position >= now.Order.Count)
                return line;
            var (old, node) = (was.Order[position].Node, now.Order[position].Node);
            if (was.Order.Count != now.Order.Count || old.Op.Name != node.Op.Name)
                return "Traced again, the function made other nodes, so that its line is not known: is it pure?";
            line = again.Origins.Of(node) ?? line;
            // A body that a pass made is in no trace.
            if (i == 0 || found.Sites[i].BodyOf(found.Sites[i - 1]) is not (var body and >= 0) || !ReferenceEquals(old.Op.Bodies.ElementAtOrDefault(body).Graph, found.Sites[i - 1].Body))
                return line;
            (was, now) = (old.Op.Bodies.ElementAt(body).Graph, node.Op.Bodies.ElementAt(body).Graph);
        }
        return line;
    }

    /// <summary>Where it came from, if it did not come up here.</summary>
    private string From(int arguments)
    {
        var site = found.Sites[0];
        if (found.From.IsEmpty)
            return "No argument of the op is NaN.";
        int value = found.From[0];
        while (site.Program[value].Op is View or Copy)
            value = site.Program[value].Inputs[0];
        return site.Program[value].Op switch
        {
            Parameter when site.Body is not null => "It comes into the body from outside.",
            Parameter parameter when parameter.Index < arguments => $"{Capital(argument(parameter.Index))} holds NaN already.",
            Parameter => "A variable that the function captures holds NaN already.",
            Constant => "A constant of the function holds NaN already.",
            var op => $"It comes from {op.Name}.",
        };
    }

    /// <summary>What depends on it of the function's outputs.</summary>
    private string Into()
    {
        var (program, value) = (found.Sites[^1].Program, found.Sites[^1].Value);
        var depends = new bool[program.Count];
        for (int i = value; i < program.Count; i++)
            depends[i] = i == value || program[i].Inputs.Any(input => depends[input]);
        ImmutableArray<int> outputs = [.. Enumerable.Range(0, program.Outputs.Length).Where(i => depends[program.Outputs[i]])];
        return outputs.IsEmpty ? "" : $"It goes into {string.Join(" and ", outputs.Take(MostOutputs).Select(output))}{(outputs.Length > MostOutputs ? $" and {outputs.Length - MostOutputs} other outputs" : "")}.";
    }

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
