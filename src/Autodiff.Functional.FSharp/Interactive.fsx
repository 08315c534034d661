// F# Interactive loads this with the package (#r "nuget: Autodiff.Functional.FSharp").
fsi.AddPrinter Autodiff.Functional.FSharp.Interactive.print
