using System.Collections.Immutable;

namespace Autodiff.Functional.Benchmarks.AdBench;

/// <summary>The files of the suite in a folder of data.</summary>
public sealed record Suite(string Folder)
{
    /// <summary>A file: its problem, where it is, and the reference for it.</summary>
    public sealed record Entry(string Kind, string Name, string Path, string ReferencePath);

    public bool Exists => Directory.Exists(Folder);

    /// <summary>All files, in order.</summary>
    public ImmutableArray<Entry> Entries => Exists
        ? [.. Directory.EnumerateDirectories(Folder).Where(folder => Path.GetFileName(folder) != "reference").Order(StringComparer.Ordinal)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.txt").Order(StringComparer.Ordinal).Select(Of))]
        : [];

    private Entry Of(string path)
    {
        string folder = Path.GetFileName(Path.GetDirectoryName(path)!), name = Path.GetFileNameWithoutExtension(path);
        // The folder of a mixture's file says how many points it has: gmm_1k.
        string[] words = folder.Split('_');
        string reference = words.Length > 1 ? $"{name}_{words[1]}" : name;
        return new(words[0], reference, path, Path.Combine(Folder, "reference", $"{reference}.json"));
    }
}
