// Writes the reference of the C# API as Markdown: one page for each public type, from its assembly and its XML documentation.
//   dotnet fsi eng/reference.fsx ASSEMBLY OUTPUT
// (fsdocs makes that of F# assemblies; it can't read C# types that have an attribute with a type as argument.)

open System
open System.Collections.Generic
open System.IO
open System.Net
open System.Reflection
open System.Text.RegularExpressions
open System.Xml.Linq

let arguments = fsi.CommandLineArgs |> Array.skip 1
let assemblyFile, output = Path.GetFullPath arguments.[0], arguments.[1]
let assembly = Assembly.LoadFrom assemblyFile
let types = assembly.GetExportedTypes() |> Array.filter (fun t -> not t.IsNested) |> Array.sortBy (fun t -> t.Name)

let documentation =
    XDocument.Load(Path.ChangeExtension(assemblyFile, ".xml")).Descendants(XName.Get "member")
    |> Seq.map (fun m -> m.Attribute(XName.Get "name").Value, m)
    |> dict

// ---- names ----

let keywords =
    dict [ typeof<float>, "double"; typeof<float32>, "float"; typeof<int>, "int"; typeof<int64>, "long"; typeof<bool>, "bool"; typeof<string>, "string"; typeof<obj>, "object"
           typeof<Void>, "void"; typeof<byte>, "byte"; typeof<uint32>, "uint"; typeof<uint64>, "ulong"; typeof<int16>, "short"; typeof<char>, "char" ]

let bare (name: string) = Regex.Replace(name, "`\\d+", "")

/// A type as C# writes it.
let rec csharp (t: Type) : string =
    if t.IsByRef then csharp (t.GetElementType())
    elif t.IsPointer then csharp (t.GetElementType()) + "*"
    elif t.IsArray then csharp (t.GetElementType()) + "[" + String(',', t.GetArrayRank() - 1) + "]"
    elif t.IsGenericParameter then t.Name
    elif keywords.ContainsKey t then keywords.[t]
    elif t.IsGenericType && t.GetGenericTypeDefinition() = typedefof<Nullable<_>> then csharp (t.GetGenericArguments().[0]) + "?"
    elif t.IsGenericType && t.FullName <> null && t.FullName.StartsWith "System.ValueTuple`" then "(" + String.Join(", ", t.GetGenericArguments() |> Array.map csharp) + ")"
    else
        let name = if t.IsNested then csharp t.DeclaringType + "." + bare t.Name else bare t.Name
        let own = t.GetGenericArguments() |> Array.skip (if t.IsNested then t.DeclaringType.GetGenericArguments().Length else 0)
        if own.Length = 0 then name else name + "<" + String.Join(", ", own |> Array.map csharp) + ">"

/// A type as the names in XML documentation write it.
let rec xmlName (typeParameters: Type[], methodParameters: Type[]) (t: Type) : string =
    let next = xmlName (typeParameters, methodParameters)
    if t.IsByRef then next (t.GetElementType()) + "@"
    elif t.IsPointer then next (t.GetElementType()) + "*"
    elif t.IsArray then next (t.GetElementType()) + (if t.GetArrayRank() = 1 then "[]" else "[" + String.Join(",", Array.replicate (t.GetArrayRank()) "0:") + "]")
    elif t.IsGenericParameter then (if t.DeclaringMethod = null then "`" else "``") + string t.GenericParameterPosition
    elif t.IsGenericType then
        let definition = t.GetGenericTypeDefinition().FullName.Replace('+', '.')
        let arguments = t.GetGenericArguments()
        Regex.Replace(definition, "`\\d+$", "") + "{" + String.Join(",", arguments |> Array.map next) + "}"
    else t.FullName.Replace('+', '.')

let memberName (m: MemberInfo) =
    let owner = (match m with :? Type as t -> t | _ -> m.DeclaringType).FullName.Replace('+', '.')
    let parameters (ps: ParameterInfo[]) (methodParameters: Type[]) =
        if ps.Length = 0 then "" else "(" + String.Join(",", ps |> Array.map (fun p -> xmlName (m.DeclaringType.GetGenericArguments(), methodParameters) p.ParameterType)) + ")"
    match m with
    | :? ConstructorInfo as c -> $"M:{owner}.#ctor{parameters (c.GetParameters()) [||]}"
    | :? MethodInfo as f ->
        let generic = if f.IsGenericMethod then "``" + string (f.GetGenericArguments().Length) else ""
        let result = if f.Name = "op_Implicit" || f.Name = "op_Explicit" then "~" + xmlName (m.DeclaringType.GetGenericArguments(), [||]) f.ReturnType else ""
        $"M:{owner}.{f.Name}{generic}{parameters (f.GetParameters()) (f.GetGenericArguments())}{result}"
    | :? PropertyInfo as p -> $"P:{owner}.{p.Name}{parameters (p.GetIndexParameters()) [||]}"
    | :? FieldInfo -> $"F:{owner}.{m.Name}"
    | :? EventInfo -> $"E:{owner}.{m.Name}"
    | _ -> $"T:{owner}"

// ---- texts ----

let page (t: Type) = (bare t.Name).ToLowerInvariant() + (if t.IsGenericType then $"-{t.GetGenericArguments().Length}" else "") + ".html"
let pages = dict [ for t in types -> t.FullName, page t ]
let html (s: string) = WebUtility.HtmlEncode s

let code (s: string) = "<code>" + html s + "</code>"

let reference (cref: string) =
    let name = Regex.Replace(cref, "^[A-Z]:|\\(.*$|~.*$", "")
    let short = bare ((name.Split '.') |> Array.last)
    let owner = if cref.StartsWith "T:" then name else name.Substring(0, max 0 (name.LastIndexOf '.'))
    match pages.TryGetValue owner with
    | true, file -> $"<a href=\"{file}\">{code short}</a>"
    | _ -> code short

let rec text (node: XNode) : string =
    match node with
    | :? XText as t -> html (Regex.Replace(t.Value, "\\s+", " "))
    | :? XElement as e ->
        let inner () = e.Nodes() |> Seq.map text |> String.concat ""
        let attribute name = match e.Attribute(XName.Get name) with null -> "" | a -> a.Value
        match e.Name.LocalName with
        | "see" | "seealso" when attribute "cref" <> "" -> reference (attribute "cref")
        | "see" -> code (attribute "langword")
        | "paramref" | "typeparamref" -> code (attribute "name")
        | "c" -> code e.Value
        | "code" ->
            let lines = e.Value.Trim('\n').Split '\n'
            let indent = lines |> Seq.filter (fun l -> l.Trim() <> "") |> Seq.map (fun l -> l.Length - l.TrimStart().Length) |> Seq.fold min 100
            let program = lines |> Seq.map (fun l -> if l.Length >= indent then l.Substring indent else l.Trim()) |> String.concat "\n"
            $"<pre><code class=\"language-csharp\">{html (program.TrimEnd())}</code></pre>"
        | "para" -> $"<p>{inner ()}</p>"
        | _ -> inner ()
    | _ -> ""

/// What is said of a member; what is inherited is looked up where it says.
let rec describe (name: string) : XElement option =
    match documentation.TryGetValue name with
    | true, m ->
        match m.Element(XName.Get "inheritdoc") with
        | null -> Some m
        | inherited ->
            match inherited.Attribute(XName.Get "cref") with
            | null -> None
            | cref -> describe cref.Value
    | _ -> None

let section (m: XElement) name =
    match m.Element(XName.Get name) with
    | null -> ""
    | e -> (e.Nodes() |> Seq.map text |> String.concat "").Trim()

let body (m: XElement) =
    let summary = section m "summary"
    let remarks = section m "remarks"
    let listed =
        [ for p in m.Elements(XName.Get "param") do
              let said = (p.Nodes() |> Seq.map text |> String.concat "").Trim()
              if said <> "" then yield sprintf "<li><code>%s</code>: %s</li>" (html (p.Attribute(XName.Get "name").Value)) said
          if section m "returns" <> "" then yield $"""<li>gives {section m "returns"}</li>"""
          for e in m.Elements(XName.Get "exception") do
              yield sprintf "<li>%s: %s</li>" (reference (e.Attribute(XName.Get "cref").Value)) ((e.Nodes() |> Seq.map text |> String.concat "").Trim()) ]
    let list = if listed.IsEmpty then "" else "<ul>" + String.concat "" listed + "</ul>"
    $"""<p>{summary}</p>{(if remarks = "" then "" else (if remarks.StartsWith "<p>" then remarks else $"<p>{remarks}</p>"))}{list}{section m "example"}"""

// ---- signatures ----

let has (name: string) (provider: ICustomAttributeProvider) = provider.GetCustomAttributes false |> Seq.exists (fun a -> a.GetType().Name = name)

let parameter (p: ParameterInfo) =
    let spread = if has "ParamArrayAttribute" p || has "ParamCollectionAttribute" p then "params " else ""
    let by = if p.IsOut then "out " elif p.ParameterType.IsByRef then "ref " else ""
    let fallback =
        if not p.IsOptional then ""
        else
            match p.DefaultValue with
            | null -> if p.ParameterType.IsValueType then " = default" else " = null"
            | :? bool as b -> if b then " = true" else " = false"
            | :? string as s -> $" = \"{s}\""
            | v when p.ParameterType.IsEnum -> $" = {p.ParameterType.Name}.{Enum.ToObject(p.ParameterType, v)}"
            | v -> " = " + String.Format(Globalization.CultureInfo.InvariantCulture, "{0}", v)
    $"{spread}{by}{csharp p.ParameterType} {p.Name}{fallback}"

let operators =
    dict [ "op_Addition", "+"; "op_Subtraction", "-"; "op_Multiply", "*"; "op_Division", "/"; "op_Modulus", "%"; "op_UnaryNegation", "-"; "op_UnaryPlus", "+"; "op_LessThan", "<"; "op_GreaterThan", ">"
           "op_LessThanOrEqual", "<="; "op_GreaterThanOrEqual", ">="; "op_Equality", "=="; "op_Inequality", "!="; "op_BitwiseAnd", "&"; "op_BitwiseOr", "|"; "op_LogicalNot", "!"; "op_ExclusiveOr", "^"
           "op_Increment", "++"; "op_Decrement", "--" ]

let signature (m: MemberInfo) =
    let list (ps: ParameterInfo[]) = String.Join(", ", ps |> Array.map parameter)
    match m with
    | :? ConstructorInfo as c -> $"new {bare c.DeclaringType.Name}({list (c.GetParameters())})"
    | :? MethodInfo as f ->
        let modifier = if f.IsStatic then "static " elif f.IsAbstract && not f.DeclaringType.IsInterface then "abstract " else ""
        let generic = if f.IsGenericMethod then "<" + String.Join(", ", f.GetGenericArguments() |> Array.map csharp) + ">" else ""
        if f.Name = "op_Implicit" || f.Name = "op_Explicit" then $"{f.Name.Substring(3).ToLowerInvariant()} operator {csharp f.ReturnType}({list (f.GetParameters())})"
        elif operators.ContainsKey f.Name then $"{csharp f.ReturnType} operator {operators.[f.Name]}({list (f.GetParameters())})"
        else $"{modifier}{csharp f.ReturnType} {f.Name}{generic}({list (f.GetParameters())})"
    | :? PropertyInfo as p ->
        let modifier = if (match p.GetMethod with null -> p.SetMethod | g -> g).IsStatic then "static " else ""
        let name = match p.GetIndexParameters() with [||] -> p.Name | indices -> $"this[{list indices}]"
        let access = match p.SetMethod with null -> "get" | s when s.IsPublic -> (if s.ReturnParameter.GetRequiredCustomModifiers().Length > 0 then "get; init" else "get; set") | _ -> "get"
        $"{modifier}{csharp p.PropertyType} {name} {{ {access}; }}"
    | :? FieldInfo as f -> if f.DeclaringType.IsEnum then f.Name else $"static {csharp f.FieldType} {f.Name}"
    | _ -> m.Name

let kind (t: Type) =
    if t.IsEnum then "enum" elif t.IsInterface then "interface" elif t.BaseType = typeof<MulticastDelegate> then "delegate"
    elif t.IsValueType then "struct" elif t.IsAbstract && t.IsSealed then "static class" elif t.IsAbstract then "abstract class" else "class"

let generated = HashSet [ "Equals"; "GetHashCode"; "ToString"; "Deconstruct"; "PrintMembers"; "<Clone>$"; "GetType"; "op_Equality"; "op_Inequality" ]

let members (t: Type) =
    let flags = BindingFlags.Public ||| BindingFlags.Instance ||| BindingFlags.Static ||| BindingFlags.DeclaredOnly
    [ for m in t.GetMembers flags do
          match m with
          | :? MethodInfo as f when f.IsSpecialName && not (f.Name.StartsWith "op_") -> ()
          | :? FieldInfo as f when f.IsSpecialName -> ()
          | :? Type -> ()
          | _ when describe (memberName m) = None && generated.Contains m.Name -> ()
          | _ -> m ]
    |> List.sortBy (fun m -> (match m with :? ConstructorInfo -> 0 | :? FieldInfo -> 1 | :? PropertyInfo -> 2 | _ -> 3), m.Name)

/// A page is its title, and a fragment of HTML that eng/site.py puts in its place.
let write (file: string) (title: string) (fragment: string) =
    let name = Path.GetFileNameWithoutExtension file
    File.WriteAllText(Path.Combine(output, name + ".md"), $"# {title}\n\nFRAGMENT-{name}\n")
    File.WriteAllText(Path.Combine(output, name + ".fragment"), fragment)

/// What is said of a member, or of the one that it overrides.
let about (m: MemberInfo) =
    let overridden =
        match m with
        | :? MethodInfo as f when f.GetBaseDefinition().DeclaringType <> f.DeclaringType -> memberName (f.GetBaseDefinition())
        | :? PropertyInfo as p when p.GetMethod <> null && p.GetMethod.GetBaseDefinition().DeclaringType <> p.DeclaringType ->
            $"P:{p.GetMethod.GetBaseDefinition().DeclaringType.FullName}.{p.Name}"
        | _ -> ""
    describe (memberName m) |> Option.orElseWith (fun () -> describe overridden) |> Option.map body |> Option.defaultValue ""

Directory.CreateDirectory output |> ignore

for t in types do
    let shown = [ for m in members t -> $"<section class=\"member\"><pre class=\"signature\"><code class=\"language-csharp\">{html (signature m)}</code></pre>{about m}</section>" ]
    let listed = if shown.IsEmpty then "" else "<h2>Members</h2>" + String.concat "" shown
    write (page t) (csharp t) $"<p class=\"kind\">{kind t} in <code>{t.Namespace}</code></p>{about t}{listed}"

let rows =
    [ for t in types ->
          let summary = describe (memberName t) |> Option.map (fun m -> section m "summary") |> Option.defaultValue ""
          $"<tr><td><a href=\"{page t}\"><code>{html (csharp t)}</code></a></td><td>{kind t}</td><td>{summary}</td></tr>" ]

write "index" (assembly.GetName().Name) ("<table><tbody>" + String.concat "" rows + "</tbody></table>")
