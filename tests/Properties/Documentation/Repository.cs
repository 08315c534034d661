namespace Autodiff.Functional.Properties.Documentation;

/// <summary>Where the files are that these tests are about.</summary>
internal static class Repository
{
    /// <summary>The folder of Functional.sln, above the tests.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Functional.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("No folder above the tests has a Functional.sln.");
    }
}
