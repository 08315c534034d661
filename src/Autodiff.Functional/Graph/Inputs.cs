using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Autodiff.Functional.Json;

namespace Autodiff.Functional;

/// <summary>The inputs of a node, in order. One or two are kept without an array, since most nodes have no more.</summary>
[CollectionBuilder(typeof(Inputs), nameof(Of))]
[JsonConverter(typeof(NoJsonConverter))]
public readonly struct Inputs : IReadOnlyList<Expr>
{
    private readonly object? _first;      // or the array of all, if there are more than two
    private readonly Expr? _second;

    internal Inputs(Expr first) => _first = first;
    internal Inputs(Expr first, Expr second) => (_first, _second) = (first, second);
    private Inputs(Expr[] all) => _first = all;

    /// <summary>These nodes.</summary>
    public static Inputs Of(params ReadOnlySpan<Expr> nodes) => nodes.Length switch
    {
        0 => default,
        1 => new(nodes[0]),
        2 => new(nodes[0], nodes[1]),
        _ => new(nodes.ToArray()),
    };

    /// <summary>How many.</summary>
    public int Count => _second is not null ? 2 : _first is null ? 0 : _first is Expr[] all ? all.Length : 1;

    /// <summary>The input at a position.</summary>
    /// <exception cref="IndexException">There are not so many.</exception>
    public Expr this[int index] => index == 1 && _second is not null ? _second
        : _first is Expr[] all && (uint)index < (uint)all.Length ? all[index]
        : index == 0 && _first is Expr only ? only
        : throw new IndexException("Inputs[]", Count == 0 ? "no index: there are no inputs" : $"an index in 0 … {Count - 1}", $"{index}", "Count from the end with ^1.");

    /// <summary>The input at a position counted from either end.</summary>
    public Expr this[Index index] => this[index.GetOffset(Count)];

    /// <summary>The inputs in order.</summary>
    public Enumerator GetEnumerator() => new(this);
    IEnumerator<Expr> IEnumerable<Expr>.GetEnumerator() => GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The nodes in their short form.</summary>
    public override string ToString() => $"[{string.Join<Expr>(", ", this)}]";

    /// <summary>Walks over the inputs.</summary>
    public struct Enumerator(Inputs inputs) : IEnumerator<Expr>
    {
        private readonly int _count = inputs.Count;
        private int _index = -1;

        /// <inheritdoc/>
        public readonly Expr Current => inputs[_index];
        readonly object IEnumerator.Current => Current;
        /// <inheritdoc/>
        public bool MoveNext() => ++_index < _count;
        /// <inheritdoc/>
        public void Reset() => _index = -1;
        /// <inheritdoc/>
        public readonly void Dispose() { }
    }
}
