using System.Text;

namespace Fit;

/// <summary>Whole files as text, if they are that.</summary>
static class TextFile
{
    const int Largest = 64 << 20;

    public static string Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (Directory.Exists(path))
            {
                throw new InputException($"'{path}' is a folder, not a file");
            }
            if (!file.Exists)
            {
                throw new InputException($"no file '{path}'");
            }
            if (file.Length > Largest)
            {
                throw new InputException($"'{path}' has {file.Length >> 20} MB; {Largest >> 20} MB is the limit");
            }
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path)).TrimStart('\uFEFF');
            return text.Any(c => char.IsControl(c) && !char.IsWhiteSpace(c)) ? throw NoText(path) : text.ReplaceLineEndings("\n");
        }
        catch (ArgumentException)
        {
            throw NoText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"'{path}' can't be read: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    public static void Write(string path, string text)
    {
        try
        {
            File.WriteAllText(path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"'{path}' can't be written: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    static InputException NoText(string path) => new($"'{path}' is not a text file");
}
