// What a notebook has of its own, for the same cells in F# Interactive: a value is printed, a page goes to a file.

open System.IO

let show value = printfn "%O" value

let HTML (page: string) =
    let file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".html")
    File.WriteAllText(file, "<!doctype html><meta charset=\"utf-8\">" + page)
    $"(picture in {file})"
