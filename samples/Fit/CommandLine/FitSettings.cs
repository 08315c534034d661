using System.ComponentModel;
using Spectre.Console.Cli;

namespace Fit;

sealed class FitSettings : CommandSettings
{
    [CommandArgument(0, "<FILE>")]
    [Description("A table of comma-separated values whose first line names the columns, or a problem in the format of NIST's StRD (which has model and starts inside)")]
    public required string File { get; init; }

    [CommandOption("-m|--model <FORMULA>")]
    [Description("The equation: \"y = a * exp(-b * x)\". Powers are ^ or **, brackets ( ) or [[ ]]; several equations, separated by ';', define names for the last")]
    public string? Model { get; init; }

    [CommandOption("-s|--start <NAME=VALUE,…>")]
    [Description("Where the search starts; every parameter needs one")]
    public string[] Start { get; init; } = [];

    [CommandOption("--fix <NAME=VALUE,…>")]
    [Description("Parameters that are known, not estimated")]
    public string[] Fix { get; init; } = [];

    [CommandOption("--bounds <NAME=FROM..TO,…>")]
    [Description("Between what a parameter must stay; an end may be left out, as in k=0.. for what is positive")]
    public string[] Bounds { get; init; } = [];

    [CommandOption("-w|--weights <COLUMN>")]
    [Description("The column that says by how much a squared residual counts")]
    public string? Weights { get; init; }

    [CommandOption("--robust <METHOD>")]
    [Description("huber: outliers count linearly, not squared")]
    public string? Robust { get; init; }

    [CommandOption("--profile")]
    [Description("Intervals by profile likelihood and standard errors by the exact Hessian, beside the linear ones")]
    public bool Profile { get; init; }

    [CommandOption("--predict <FILE>")]
    [Description("A table of predictors, for which to predict the response")]
    public string? Predict { get; init; }

    [CommandOption("--plot <FILE.svg>")]
    [Description("Writes data, curve, 95 % bands and residuals as a picture")]
    public string? Plot { get; init; }

    [CommandOption("--report <FILE.html>")]
    [Description("Writes all of it as a page")]
    public string? Report { get; init; }

    [CommandOption("--json")]
    [Description("Prints one JSON document and nothing else")]
    public bool Json { get; init; }
}
