namespace Autodiff.Functional;

/// <summary>Functions that are made of others: what fails within is an error of the function that was called.</summary>
internal static class Composite
{
    public static T Of<A, T>(string op, A a, Func<A, T> function)
    {
        try
        {
            return function(a);
        }
        catch (AutodiffException error) when (error.CalledAs(op))
        {
            throw;
        }
    }

    public static T Of<A, B, T>(string op, A a, B b, Func<A, B, T> function)
    {
        try
        {
            return function(a, b);
        }
        catch (AutodiffException error) when (error.CalledAs(op))
        {
            throw;
        }
    }

    public static T Of<A, B, C, T>(string op, A a, B b, C c, Func<A, B, C, T> function)
    {
        try
        {
            return function(a, b, c);
        }
        catch (AutodiffException error) when (error.CalledAs(op))
        {
            throw;
        }
    }
}
