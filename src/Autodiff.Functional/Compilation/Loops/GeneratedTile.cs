using System.Diagnostics.CodeAnalysis;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Compilation;

/// <summary>A body as generated code: one loop over lanes, with what is computed on the way in registers.</summary>
/// <remarks>The points past the last full register go through the same code on copies, filled up with ones.</remarks>
internal sealed unsafe class GeneratedTile : TileBody
{
    private const int BytesOfLanes = 32;

    private delegate void Code(nint* places, nint count);

    private readonly Code _code;
    private readonly int _lanes, _inputs;
    private readonly bool[] _uniform;
    private readonly int[] _sizes;

    private GeneratedTile(Code code, int lanes, TileCode tile)
    {
        (_code, _lanes, _inputs) = (code, lanes, tile.Inputs);
        _uniform = tile.Uniform;
        _sizes = [.. tile.Program.Inputs.Select(input => ElementType.Of(input.DType).Size), .. tile.Program.Results.Select(result => ElementType.Of(result.DType).Size)];
    }

    /// <summary>The body; null where values have other dtypes than masks and one of floating point, which all lanes of a step need to be.</summary>
    [RequiresDynamicCode("Makes a method.")]
    public static TileBody? Of(TileCode tile)
    {
        bool doubles = false, floats = false, others = false;
        for (int value = 0; value < tile.Values; value++)
        {
            var dtype = tile.DType(value);
            doubles |= dtype == DType.Float64;
            floats |= dtype == DType.Float32;
            others |= dtype.IsInteger();
        }
        return others || (doubles && floats) ? null : floats ? Make<Lanes32, Real32>(tile) : Make<Lanes64, Real64>(tile);
    }

    [RequiresDynamicCode("Makes a method.")]
    private static GeneratedTile Make<V, E>(TileCode tile) where V : unmanaged, IMaskedLanes<V, E> where E : unmanaged
    {
        var method = new DynamicMethod("Loop", typeof(void), [typeof(nint*), typeof(nint)], typeof(GeneratedTile).Module, skipVisibility: true);
        new LaneCode<V, E>(tile, method.GetILGenerator()).Emit();
        return new(method.CreateDelegate<Code>(), V.Count, tile);
    }

    public override int SlotBytes => 0;
    public override ReadOnlySpan<int> Slots => [];

    public override void Run(nint* places, int count)
    {
        int full = count - count % _lanes;
        if (full > 0)
            _code(places, full);
        if (full < count)
            RunRest(places, full, count - full);
    }

    [SkipLocalsInit]
    private void RunRest(nint* places, int start, int count)
    {
        nint* own = stackalloc nint[_sizes.Length];
        byte* copies = stackalloc byte[_sizes.Length * BytesOfLanes];
        for (int k = 0; k < _sizes.Length; k++)
        {
            own[k] = (nint)(copies + k * BytesOfLanes);
            if (k < _inputs && _uniform[k])
                own[k] = places[k];
            else if (k < _inputs)
                Fill(own[k], places[k] + start * _sizes[k], count, _sizes[k]);
        }
        _code(own, _lanes);
        for (int k = _inputs; k < _sizes.Length; k++)
            Unsafe.CopyBlockUnaligned((void*)(places[k] + start * _sizes[k]), (void*)own[k], (uint)(count * _sizes[k]));
    }

    private void Fill(nint to, nint from, int count, int size)
    {
        if (size == sizeof(double))
            new Span<double>((void*)to, _lanes).Fill(1);
        else if (size == sizeof(float))
            new Span<float>((void*)to, _lanes).Fill(1);
        else
            new Span<bool>((void*)to, _lanes).Fill(true);
        Unsafe.CopyBlockUnaligned((void*)to, (void*)from, (uint)(count * size));
    }
}
