using Autodiff.Functional.Peers;

// OPENBLAS_CORETYPE=SkylakeX dotnet run -c Release --project benchmarks/Peers/Kernels -- products|functions|logistic [milliseconds for each] [part of a name]
// An OpenBLAS older than the processor takes its AVX2 kernels unless OPENBLAS_CORETYPE says otherwise. One thread on both sides.
double milliseconds = args.Length > 1 ? double.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 200;
string filter = args.Length > 2 ? args[2] : "";
switch (args.FirstOrDefault())
{
    case "products": Products.Run(milliseconds, filter); break;
    case "functions": Elementary.Run(milliseconds, filter); break;
    case "logistic": Logistic.Run(milliseconds); break;
    default: Console.Error.WriteLine("say products, functions or logistic"); return 2;
}
return 0;
