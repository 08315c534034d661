namespace Autodiff.Functional;

/// <summary>Which dtypes an elementwise function computes on as they are.</summary>
public enum Domain
{
    /// <summary>Real numbers: integers are cast to Float64 first, as in NumPy.</summary>
    Real,
    /// <summary>Numbers: also integers, which stay integers (overflow wraps).</summary>
    Numeric,
    /// <summary>Truth values: Bool only.</summary>
    Logical,
}

/// <summary>What is known of a function's slope; it decides how structural zeros pass through it.</summary>
public enum Slope
{
    /// <summary>Depends on the point, and may be infinite there: contributions are guarded outside the support.</summary>
    Varying,
    /// <summary>The same finite number everywhere (add, subtract, negate): nothing to guard.</summary>
    Constant,
    /// <summary>The differential selects, it never multiplies by a slope of zero (maximum, relu): it narrows the support.</summary>
    Selecting,
    /// <summary>0 everywhere: piecewise constant (floor, sign). Nothing is contributed, and <c>Differential</c> is not asked for.</summary>
    Zero,
}

/// <summary>Which arguments of a function are factors: where one is 0, the value is 0 whatever the other argument is, or NaN.</summary>
public enum Factors
{
    /// <summary>None.</summary>
    None,
    /// <summary>The first: a numerator.</summary>
    First,
    /// <summary>Both, each by itself: a product.</summary>
    Both,
}

/// <summary>An elementwise function of one argument. Implement it by an empty <c>struct</c>; <see cref="Unary{TFunction}"/> is its op.</summary>
public interface IUnary
{
    /// <summary>The function.</summary>
    static abstract T Apply<T>(T x) where T : IElementary<T>;

    /// <summary>The differential at x, where the function's value is y: d ↦ f′(x)·d. Linear in <paramref name="d"/>; serves forward and reverse mode alike.</summary>
    static abstract T Differential<T>(T x, T y, T d) where T : IElementary<T>;

    /// <summary>The dtypes it computes on.</summary>
    static virtual Domain Domain => Domain.Real;

    /// <summary>What is known of its slope.</summary>
    static virtual Slope Slope => Slope.Varying;

    /// <summary>For a <see cref="Slope.Selecting"/> function: not 0 where the value can depend on x.</summary>
    static virtual T Selected<T>(T x) where T : IElementary<T> => T.Literal(1);

    /// <summary>How it is written in LaTeX; null: by its name.</summary>
    static virtual Formula? Latex(Formula x) => null;
}

/// <summary>An elementwise function of two arguments. Implement it by an empty <c>struct</c>; <see cref="Binary{TFunction}"/> is its op.</summary>
public interface IBinary
{
    /// <summary>The function.</summary>
    static abstract T Apply<T>(T x, T y) where T : IElementary<T>;

    /// <summary>The differential in x at (x, y), where the function's value is z: d ↦ ∂f/∂x·d.</summary>
    static abstract T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T>;

    /// <summary>The differential in y at (x, y), where the function's value is z: d ↦ ∂f/∂y·d.</summary>
    static abstract T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T>;

    /// <summary>The dtypes it computes on.</summary>
    static virtual Domain Domain => Domain.Real;

    /// <summary>What is known of its slopes.</summary>
    static virtual Slope Slope => Slope.Varying;

    /// <summary>Which arguments are factors. Where one is 0 that does not depend on what is differentiated, the value is constant, and its derivative in the other argument 0 on every path.</summary>
    static virtual Factors Factors => Factors.None;

    /// <summary>For a <see cref="Slope.Selecting"/> function: not 0 where the value can depend on x.</summary>
    static virtual T SelectedX<T>(T x, T y) where T : IElementary<T> => T.Literal(1);

    /// <summary>For a <see cref="Slope.Selecting"/> function: not 0 where the value can depend on y.</summary>
    static virtual T SelectedY<T>(T x, T y) where T : IElementary<T> => T.Literal(1);

    /// <summary>How it is written in LaTeX; null: by its name.</summary>
    static virtual Formula? Latex(Formula x, Formula y) => null;
}

/// <summary>An elementwise function of three arguments. Implement it by an empty <c>struct</c>; <see cref="Ternary{TFunction}"/> is its op.</summary>
public interface ITernary
{
    /// <summary>The function.</summary>
    static abstract T Apply<T>(T x, T y, T z) where T : IElementary<T>;

    /// <summary>The differential in x at (x, y, z), where the function's value is w: d ↦ ∂f/∂x·d.</summary>
    static abstract T DifferentialX<T>(T x, T y, T z, T w, T d) where T : IElementary<T>;

    /// <summary>The differential in y at (x, y, z), where the function's value is w: d ↦ ∂f/∂y·d.</summary>
    static abstract T DifferentialY<T>(T x, T y, T z, T w, T d) where T : IElementary<T>;

    /// <summary>The differential in z at (x, y, z), where the function's value is w: d ↦ ∂f/∂z·d.</summary>
    static abstract T DifferentialZ<T>(T x, T y, T z, T w, T d) where T : IElementary<T>;

    /// <summary>The dtypes it computes on.</summary>
    static virtual Domain Domain => Domain.Real;

    /// <summary>What is known of its slopes.</summary>
    static virtual Slope Slope => Slope.Varying;

    /// <summary>For a <see cref="Slope.Selecting"/> function: not 0 where the value can depend on x.</summary>
    static virtual T SelectedX<T>(T x, T y, T z) where T : IElementary<T> => T.Literal(1);

    /// <summary>For a <see cref="Slope.Selecting"/> function: not 0 where the value can depend on y.</summary>
    static virtual T SelectedY<T>(T x, T y, T z) where T : IElementary<T> => T.Literal(1);

    /// <summary>For a <see cref="Slope.Selecting"/> function: not 0 where the value can depend on z.</summary>
    static virtual T SelectedZ<T>(T x, T y, T z) where T : IElementary<T> => T.Literal(1);

    /// <summary>How it is written in LaTeX; null: by its name.</summary>
    static virtual Formula? Latex(Formula x, Formula y, Formula z) => null;
}

/// <summary>An elementwise question about two numbers, with a Bool answer and no derivative.</summary>
public interface IPredicate
{
    /// <summary><paramref name="yes"/> where it holds, else <paramref name="no"/>.</summary>
    static abstract T Select<T>(T x, T y, T yes, T no) where T : IElementary<T>;

    /// <summary>How it is written in LaTeX; null: by its name.</summary>
    static virtual Formula? Latex(Formula x, Formula y) => null;
}

/// <summary>A function of one argument with its own scalar code, for those that are no composition of elementary ones.</summary>
public interface ISpecial : IUnary
{
    /// <summary>The function, in double precision.</summary>
    static abstract double Evaluate(double x);
}

/// <summary>A function of two arguments with its own scalar code: a family of special functions, with its order as the first argument.</summary>
public interface ISpecialBinary : IBinary
{
    /// <summary>The function, in double precision.</summary>
    static abstract double Evaluate(double x, double y);
}
