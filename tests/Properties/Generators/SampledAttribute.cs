using FsCheck.Xunit;

namespace Autodiff.Functional.Properties;

/// <summary>An FsCheck property with its number of cases, before <see cref="Cases"/>, which also says where the drawing starts.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SampledAttribute : PropertyAttribute
{
    public SampledAttribute(int cases)
    {
        MaxTest = Cases.Of(cases);
        if (Cases.Replay is { } replay)
            Replay = replay;
    }
}
