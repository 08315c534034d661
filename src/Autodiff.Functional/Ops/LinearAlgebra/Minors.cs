using System.Numerics;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// The gradient in A of the k-th derivative of det A along k matrices V: for k = 0 the matrix of cofactors. Inputs are A, its factors (see <see cref="RookLu"/>) and the V, with equal
/// leading axes. A derivative of it is one more of its kind, along one more matrix or another one in place of a V, and being symmetric in all of them it is its own transpose.
/// </summary>
/// <remarks>
/// In the factors' coordinates A is a diagonal D, and det(D + E) is a sum over index sets S of det E[S, S]·Π d over all other indices. So nothing is divided by a pivot, and matrices of any
/// rank are treated alike. The cost is O(n³) for k ≤ 1 (the cofactors and their derivative), then O(nᵏ⁺²).
/// </remarks>
internal sealed record Minors : Op
{
    private const int Factors = 4;   // A, the triangles, the orders of rows and columns

    private static readonly Minors s_op = new();

    /// <summary>The matrix of cofactors.</summary>
    public static Expr Cofactors(Expr matrix) => Expr.Apply(s_op, [matrix, .. RookLu.Of(matrix)]);

    public override TensorType Infer(Inputs inputs)
    {
        var type = Matrices.Square(Name, inputs[0]);
        for (int i = Factors; i < inputs.Count; i++)
            if (inputs[i].Type != type)
                throw new ShapeException(Name, $"directions of the matrices' type, {type}", $"{inputs[i].Type}");
        return type;
    }

    // ---- derivatives ----

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents)
    {
        Expr? sum = null;
        for (int i = 0; i < inputs.Count; i++)
            if ((i == 0 || i >= Factors) && tangents[i] is { } tangent)
                sum = sum is null ? Along(inputs, i, tangent) : sum + Along(inputs, i, tangent);
        return sum;
    }

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted)
    {
        var all = new Cotangent[inputs.Count];
        for (int i = 0; i < all.Length; i++)
            if ((i == 0 || i >= Factors) && wanted[i])
                all[i] = Matrices.Through(cotangent, Along(inputs, i, cotangent.Value!));
        return new([.. all]);
    }

    /// <summary>The derivative in A along a matrix, or in a V, which that matrix then replaces.</summary>
    private static Expr Along(Inputs inputs, int input, Expr direction) =>
        Expr.Apply(s_op, input == 0 ? [.. inputs, direction] : [.. inputs.Select((other, i) => i == input ? direction : other)]);

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size)
    {
        var all = new Expr[inputs.Count];
        for (int i = 0; i < all.Length; i++)
            all[i] = batched[i] ? inputs[i] : Batching.Repeat(inputs[i], size);
        return Expr.Apply(this, all);
    }

    // ---- values ----

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[1].Element.Run<Kernel, Tensor>(new([.. inputs]));

    private readonly struct Kernel(Tensor[] inputs) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            int n = inputs[1].Shape[^1], along = inputs.Length - Factors;
            var result = Tensor.New<E>(inputs[1].Element, inputs[1].Shape, out var elements);
            if (elements.IsEmpty)
                return result;
            var factors = new Matrices<E>(inputs[1]);
            ReadOnlySpan<long> rows = inputs[2].Elements<long>(), columns = inputs[3].Elements<long>();
            var space = new E[n * n];
            var moved = new E[along][];   // the V in the factors' coordinates
            for (int k = 0; k < along; k++)
                moved[k] = new E[n * n];
            var pivots = new E[n];
            for (int i = 0; i < factors.Count; i++)
            {
                var lu = factors[i];
                ReadOnlySpan<long> row = rows.Slice(i * n, n), column = columns.Slice(i * n, n);
                for (int k = 0; k < n; k++)
                    pivots[k] = lu.Data[k * (lu.Row + lu.Column)];
                for (int k = 0; k < along; k++)
                {
                    var v = new Matrices<E>(inputs[Factors + k])[i];
                    for (int r = 0; r < n; r++)
                        for (int c = 0; c < n; c++)
                            moved[k][r * n + c] = v.Data[(int)row[r] * v.Row + (int)column[c] * v.Column];
                    Divide(lu, n, moved[k], space, transposed: false);
                }
                var minors = elements.Slice(i * n * n, n * n);
                OfDiagonal<E>(pivots, moved, minors);
                Divide(lu, n, minors, space, transposed: true);
                E sign = E.Literal(Lu.Sign(row) * Lu.Sign(column));
                minors.CopyTo(space);
                for (int r = 0; r < n; r++)
                    for (int c = 0; c < n; c++)
                        minors[(int)row[r] * n + (int)column[c]] = sign * space[r * n + c];
            }
            return result;
        }

        /// <summary>L⁻¹·X·U⁻¹, or L⁻ᵀ·X·U⁻ᵀ, in place.</summary>
        private static void Divide<E>(Strided<E> lu, int n, Span<E> x, Span<E> space, bool transposed) where E : unmanaged, IElementary<E>
        {
            Triangular.Solve(new(Lower: !transposed, Unit: true), n, n, transposed ? lu.Transposed : lu, x, n);
            Transpose.Copy(n, n, new Strided<E>(x, n, 1), space);
            Triangular.Solve(new(Lower: !transposed, Unit: true), n, n, transposed ? lu : lu.Transposed, space, n);
            Transpose.Copy(n, n, new Strided<E>(space, n, 1), x);
        }

        /// <summary>The same at a diagonal matrix: over all index sets S with one index more than there are V, the product of the other diagonal entries times the mixed cofactors of the V[S, S].</summary>
        private static void OfDiagonal<E>(ReadOnlySpan<E> diagonal, E[][] v, Span<E> result) where E : unmanaged, IElementary<E>
        {
            int n = diagonal.Length, size = v.Length + 1;
            result.Fill(E.Literal(0));
            if (size > n)
                return;
            var set = Enumerable.Range(0, size).ToArray();
            do
            {
                E others = Product(diagonal, set);
                for (int r = 0; r < size; r++)
                    for (int c = 0; c < size; c++)
                    {
                        int all = (1 << size) - 1;
                        E minor = Mixed(v, n, set, all & ~(1 << r), all & ~(1 << c), (1 << v.Length) - 1);
                        result[set[r] * n + set[c]] += (r + c) % 2 == 0 ? others * minor : -(others * minor);
                    }
            }
            while (Next(set, n));
        }

        /// <summary>The coefficient of t₁·…·tₖ in det (t₁·V₁ + … + tₖ·Vₖ)[rows, columns], k rows and columns out of a set; all three are given as bits.</summary>
        private static E Mixed<E>(E[][] v, int n, int[] set, int rows, int columns, int matrices) where E : unmanaged, IElementary<E>
        {
            if (rows == 0)
                return E.Literal(1);
            int row = BitOperations.TrailingZeroCount(rows), passed = 0;
            E sum = E.Literal(0);
            for (int column = 0; column < set.Length; column++)
            {
                if ((columns >> column & 1) == 0)
                    continue;
                for (int matrix = 0; matrix < v.Length; matrix++)
                    if ((matrices >> matrix & 1) != 0)
                    {
                        E term = v[matrix][set[row] * n + set[column]] * Mixed(v, n, set, rows & (rows - 1), columns & ~(1 << column), matrices & ~(1 << matrix));
                        sum += passed % 2 == 0 ? term : -term;
                    }
                passed++;
            }
            return sum;
        }

        /// <summary>The next set of as many indices below n, in order; false if there is none.</summary>
        private static bool Next(int[] set, int n)
        {
            int at = set.Length - 1;
            while (at >= 0 && set[at] == n - set.Length + at)
                at--;
            if (at < 0)
                return false;
            set[at]++;
            for (int i = at + 1; i < set.Length; i++)
                set[i] = set[i - 1] + 1;
            return true;
        }
    }

    /// <summary>
    /// The product of all entries but some (indices in order). Entries of at least 1 and below take turns, so that nothing on the way overflows or vanishes that does not in the end.
    /// </summary>
    public static E Product<E>(ReadOnlySpan<E> entries, ReadOnlySpan<int> without = default) where E : unmanaged, IElementary<E>
    {
        E product = E.Literal(1), one = E.Literal(1);
        int large = 0, small = 0, n = entries.Length;
        while (true)
        {
            while (large < n && (without.Contains(large) || IsSmall(entries[large])))
                large++;
            while (small < n && (without.Contains(small) || !IsSmall(entries[small])))
                small++;
            if (large == n && small == n)
                return product;
            bool shrinks = small < n && (large == n || !IsSmall(product));
            product *= entries[shrinks ? small++ : large++];
        }

        bool IsSmall(E x) => Factorizations.IsLess(E.Abs(x), one);
    }
}
