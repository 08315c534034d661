using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>A <see cref="MultiOutput"/> op that knows the types of its outputs without its inputs: the common part of <see cref="ICall"/>, <see cref="IBranch"/> and <see cref="IWhile"/>.</summary>
public interface IParts
{
    /// <summary>The types of the outputs.</summary>
    ImmutableArray<TensorType> Parts { get; }
}

/// <summary>A <see cref="MultiOutput"/> op that calls a function: its outputs are the function's at its inputs. A compiled function compiles it, and keeps its inner values apart from what is around.</summary>
public interface ICall : IParts
{
    /// <summary>The function. It closes over nothing.</summary>
    Graph Body { get; }

    ImmutableArray<TensorType> IParts.Parts => [.. Body.Outputs.Select(output => output.Type)];
}

/// <summary>A <see cref="MultiOutput"/> op that calls one of several functions of its inputs after the first, which says which.</summary>
public interface IBranch : IParts
{
    /// <summary>The functions. They close over nothing, and their outputs have the same types.</summary>
    ImmutableArray<Graph> Branches { get; }

    /// <summary>Is the first input a Bool, for which true takes the first of two functions? If not, it is the number of the function, an Int64.</summary>
    bool IsCond { get; }

    ImmutableArray<TensorType> IParts.Parts => [.. Branches[0].Outputs.Select(output => output.Type)];
}

/// <summary>A <see cref="MultiOutput"/> op that steps as long as a condition holds. The inputs are what condition and step are given each time, then the first carries; the outputs are the last carries.</summary>
public interface IWhile : IParts
{
    /// <summary>From captures and carries to a Bool. It closes over nothing.</summary>
    Graph Condition { get; }

    /// <summary>From captures and carries to the next carries. It closes over nothing.</summary>
    Graph Body { get; }

    /// <summary>How many inputs come before the carries.</summary>
    int Captures { get; }

    ImmutableArray<TensorType> IParts.Parts => [.. Body.Outputs.Select(output => output.Type)];
}
