namespace Autodiff.Functional.Compilation;

/// <summary>The addresses at which lines of elements begin.</summary>
internal interface ILines
{
    nint this[nint line] { get; }
}

/// <summary>One line after the other.</summary>
internal readonly struct EvenLines(nint first, nint step) : ILines
{
    public nint this[nint line] => first + line * step;
}

/// <summary>Lines that lie anywhere.</summary>
internal readonly unsafe struct ListedLines(nint* addresses) : ILines
{
    public nint this[nint line] => addresses[line];
}
