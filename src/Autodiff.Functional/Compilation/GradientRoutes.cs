using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>The ways to a gradient, the fastest first.</summary>
internal static class GradientRoutes
{
    /// <summary>By a plan, if the graph's structure was seen often; on numbers, if all are scalars; by the fold, always.</summary>
    public static ImmutableArray<GradientRoute> All { get; } = With(new RecurringGraphs(sightings: 100));

    public static ImmutableArray<GradientRoute> With(RecurringGraphs recurring) => [recurring.Gradients, .. WithoutPlans];

    public static ImmutableArray<GradientRoute> WithoutPlans => [ScalarReverse.Gradients, ReverseMode.Gradients];
}
