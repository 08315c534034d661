namespace Autodiff.Functional;

/// <summary>What happens to operands before an op sees them: dtypes are brought together, shapes are broadcast.</summary>
internal static class Promotion
{
    /// <summary>An operand that a function can compute on: integers become Float64 where it is defined on reals only.</summary>
    public static Expr Number(string op, Expr x, Domain domain) => x.DType switch
    {
        DType.Bool when domain == Domain.Logical => x,
        _ when domain == Domain.Logical => throw new DTypeException(op, "Bool", $"{x.DType} ({x})", "Compare it with something first."),
        DType.Float64 or DType.Float32 => x,
        DType.Bool => throw new DTypeException(op, "numbers", $"Bool ({x})", "A Bool is a mask, not a number; Cast it, or select with Where."),
        _ => domain == Domain.Real ? Expr.Cast(x, DType.Float64) : x,
    };

    /// <summary>Two operands of one dtype. A literal takes the dtype of the other; two strong dtypes that differ are an error.</summary>
    public static (Expr X, Expr Y) Numbers(string op, Expr x, Expr y, Domain domain)
    {
        if ((x.DType != y.DType || x.IsWeak != y.IsWeak) && domain != Domain.Logical)
        {
            if (x.IsWeak && !y.IsWeak)
                (x, y) = Strengthen(op, x, y);
            else if (y.IsWeak && !x.IsWeak)
                (y, x) = Strengthen(op, y, x);
            if (x.DType != y.DType)
                throw Differ(op, x, y);
        }
        return (Number(op, x, domain), Number(op, y, domain));
    }

    /// <summary>Three operands of one dtype.</summary>
    public static (Expr X, Expr Y, Expr Z) Numbers(string op, Expr x, Expr y, Expr z, Domain domain)
    {
        Expr[] all = [x, y, z];
        int strong = Math.Max(0, Array.FindIndex(all, operand => !operand.IsWeak));
        // Twice: a fractional literal may turn the strong operand to Float64 after another has met it.
        for (int i = 0; i < 2 * all.Length; i++)
            if (i % all.Length != strong)
                (all[strong], all[i % all.Length]) = Numbers(op, all[strong], all[i % all.Length], domain);
        return (all[0], all[1], all[2]);
    }

    private static (Expr Weak, Expr Strong) Strengthen(string op, Expr weak, Expr strong)
    {
        if (weak.DType == strong.DType)
            return (weak, strong);
        strong = Number(op, strong, Domain.Numeric);
        // A fractional literal does not fit an integer dtype: the integers become Float64.
        return strong.DType.IsInteger() && !Fits(weak.Value, strong.DType)
            ? (weak, Expr.Cast(strong, DType.Float64))
            : (Expr.Cast(weak, strong.DType), strong);
    }

    private static bool Fits(Tensor literal, DType dtype)
    {
        foreach (double value in literal.AsSpan<double>())
            if (value != Math.Floor(value) || Math.Abs(value) > (dtype == DType.Int32 ? int.MaxValue : 1L << 53))
                return false;
        return true;
    }

    /// <summary>What a rule made of literals alone, in the type that it stands for.</summary>
    public static Expr Conform(Expr value, TensorType type) =>
        Expr.BroadcastTo(value.DType != type.DType && value.IsWeak ? Expr.Cast(value, type.DType) : value, type.Shape);

    public static DTypeException Differ(string op, Expr x, Expr y) =>
        new(op, "operands of one dtype", $"{x.DType} and {y.DType}", x.DType == DType.Bool || y.DType == DType.Bool
            ? "A Bool is a mask, not a number; Cast it, or select with Where."
            : $"Cast one of them, for instance Expr.Cast(x, DType.{(x.DType > y.DType ? x.DType : y.DType)}).");

    public static (Expr X, Expr Y) Broadcast(string op, Expr x, Expr y)
    {
        if (x.Shape == y.Shape)
            return (x, y);
        var shape = Shape.Broadcast(x.Shape, y.Shape, op);
        return (Expr.BroadcastTo(x, shape), Expr.BroadcastTo(y, shape));
    }
}
