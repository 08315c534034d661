using System.Runtime.InteropServices;

namespace Autodiff.Functional.Peers;

/// <summary>The C interface of OpenBLAS (Debian: libopenblas0-pthread), called without the runtime's transition, so that a tiny product is not charged for it.</summary>
internal static unsafe partial class OpenBlas
{
    private const string Library = "libopenblas.so.0";
    public const int RowMajor = 101, NoTranspose = 111, Transpose = 112;

    [LibraryImport(Library, EntryPoint = "openblas_set_num_threads")]
    public static partial void SetThreads(int count);

    [LibraryImport(Library, EntryPoint = "openblas_get_config")]
    private static partial nint GetConfig();

    [LibraryImport(Library, EntryPoint = "openblas_get_corename")]
    private static partial nint GetCoreName();

    public static string Description => $"{Marshal.PtrToStringUTF8(GetConfig())}, kernels for {Marshal.PtrToStringUTF8(GetCoreName())}";

    [LibraryImport(Library, EntryPoint = "cblas_dgemm"), SuppressGCTransition]
    public static partial void Multiply(int order, int transA, int transB, int m, int n, int k, double alpha, double* a, int lda, double* b, int ldb, double beta, double* c, int ldc);

    [LibraryImport(Library, EntryPoint = "cblas_sgemm"), SuppressGCTransition]
    public static partial void Multiply(int order, int transA, int transB, int m, int n, int k, float alpha, float* a, int lda, float* b, int ldb, float beta, float* c, int ldc);

    [LibraryImport(Library, EntryPoint = "cblas_dgemv"), SuppressGCTransition]
    public static partial void MultiplyVector(int order, int trans, int m, int n, double alpha, double* a, int lda, double* x, int stepX, double beta, double* y, int stepY);
}
