using System.Text.Json;
using Xunit;

namespace Fit.Tests;

/// <summary>What the program says when it can't do what it was asked.</summary>
public sealed class Messages
{
    const string Model = "y = vm * x / (k + x)";

    [Theory]
    [InlineData("a table needs a model: --model \"y = a * exp(-b * x)\" --start a=1,b=1")]
    [InlineData("'k' is no column, and as a parameter it needs a start: --start k=…\n  y = vm * x / (k + x)\n                ^", "--model", Model, "--start", "vm=200")]
    [InlineData("the formula has no parameter 'q'", "--model", Model, "--start", "vm=200,k=1,q=1")]
    [InlineData("the formula has no parameter 'vmm'; did you mean 'vm'?", "--model", "vm = 3; y = vm * x / (k + x)", "--start", "k=1,vmm=1")]
    [InlineData("--start: 'foo', for k, is not a finite number", "--model", Model, "--start", "vm=200,k=foo")]
    [InlineData("--start: 'k' is given twice", "--model", Model, "--start", "vm=200,k=1", "--start", "k=2")]
    [InlineData("--bounds: '1..0', for k, is not an interval FROM..TO", "--model", Model, "--start", "vm=200,k=1", "--bounds", "k=1..0")]
    [InlineData("'k' starts at 1, outside its bounds 2..3", "--model", Model, "--start", "vm=200,k=1", "--bounds", "k=2..3")]
    [InlineData("bounds are given for 'kk', which is no parameter; did you mean 'k'?", "--model", Model, "--start", "vm=200,k=1", "--bounds", "kk=2..3")]
    [InlineData("bounds are given for 'k', which is fixed", "--model", Model, "--start", "vm=200,k=1", "--fix", "k=1", "--bounds", "k=0..2")]
    [InlineData("no column 'w' (columns: x, y)", "--model", Model, "--start", "vm=200,k=1", "--weights", "w")]
    [InlineData("--robust: no method 'hubert'; there is 'huber'", "--model", Model, "--start", "vm=200,k=1", "--robust", "hubert")]
    [InlineData("'x' is a parameter and a column", "--model", Model, "--start", "vm=200,k=1,x=1")]
    [InlineData("'rate' on the left is no column\n  rate = vm * x / (k + x)\n  ^", "--model", "rate = vm * x / (k + x)", "--start", "vm=200,k=1")]
    [InlineData("line 2: the model is not a finite number at the start (x = 0.02, k = -0.02, vm = 200)", "--model", Model, "--start", "vm=200,k=-0.02")]
    [InlineData("line 2: log(y - 76) is infinite where y = 76", "--model", "log(y-76) = a", "--start", "a=1")]
    [InlineData("no file 'nowhere.csv'", "--model", Model, "--start", "vm=200,k=1", "--predict", "nowhere.csv")]
    [InlineData("--start needs a value (--help says which)", "--model", Model, "--start")]
    [InlineData("--model needs a value (--help says which)", "--model", "--json")]
    [InlineData("--start: '-y', for k, is not a finite number", "--model", Model, "--start", "vm=1,k=-y")]
    [InlineData("Unknown option 'modl'. (--help says what there is)", "--modl", Model)]
    public void Bad_input_is_exit_code_2_and_one_line(string message, params string[] arguments)
    {
        var run = Run.On(Textbooks.Puromycin, "csv", arguments);
        Assert.Equal((2, "", $"Fit: {message}\n"), (run.ExitCode, run.Output, run.Error));
    }

    [Theory]
    [InlineData("x,y\n1,2\n2,NaN\n", "line 3, column 'y': 'NaN' is not a finite number")]
    [InlineData("x,y\n1,2\n2,1e999\n", "line 3, column 'y': '1e999' is not a finite number")]
    [InlineData("x,y\n1,2\n2\n", "line 3 has 1 cells, but there are 2 columns")]
    [InlineData("x,y\n1,2\n", "2 parameters can't be estimated from 1 row")]
    [InlineData("x,y\n", "there are no rows of data")]
    [InlineData("", "the file is empty")]
    [InlineData("x,x\n1,2\n", "two columns are called 'x'")]
    public void Bad_tables_say_where(string table, string message)
    {
        var run = Run.On(table, "csv", "--model", "y = a + b * x", "--start", "a=1,b=1");
        Assert.Equal((2, "", $"Fit: {message}\n"), (run.ExitCode, run.Output, run.Error));
    }

    [Theory]
    [InlineData("y = a * b * x", "a=1,b=1", "singular Jacobian: the data can't tell the parameters a, b apart")]
    [InlineData("y = a * exp(b + c * x) + d", "a=1,b=1,c=-1,d=1", "singular Jacobian: the data can't tell the parameters a, b apart")]
    public void Parameters_that_cant_be_told_apart_are_named(string model, string start, string message)
    {
        var run = Run.On(Textbooks.Puromycin, "csv", "--model", model, "--start", start);
        Assert.Equal((1, $"Fit: {message}\n"), (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData("y = a + 1e200 * b * x", "a=1,b=1", "overflow: the sum of squares is not a finite number where the search ended; start nearer, or give bounds")]
    [InlineData("y = a * exp(-b * x)", "a=1,b=1e6", "the model has no effect where the search ended: none of its parameters changes it at any row; start elsewhere")]
    [InlineData("y = a + b * exp(-c * x)", "a=1,b=1,c=1e6", "the data don't determine the parameters b, c: they have no effect where the search ended")]
    [InlineData("y = a + max(b, 1)", "a=1,b=0.5", "the data don't determine parameter b: it has no effect where the search ended")]
    public void Overflow_and_parameters_without_effect_are_told_from_those_that_cant_be_told_apart(string model, string start, string message)
    {
        var run = Run.On(Textbooks.Puromycin, "csv", "--model", model, "--start", start);
        Assert.Equal((1, $"Fit: {message}\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public void Cancelled_prints_the_best_so_far()
    {
        using var folder = new Folder();
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var path = folder.File("data.csv", Textbooks.Puromycin);
        var text = Run.Of(cancelled.Token, path, "--model", Model, "--start", "vm=200,k=0.1");
        Assert.Equal((1, "Fit: cancelled after 0 trials\n"), (text.ExitCode, text.Error));
        Assert.Contains("The best point so far, no fit", text.Output, StringComparison.Ordinal);

        var json = Run.Of(cancelled.Token, path, "--model", Model, "--start", "vm=200,k=0.1", "--json");
        using var document = JsonDocument.Parse(json.Output);
        Assert.False(document.RootElement.GetProperty("starts")[0].GetProperty("converged").GetBoolean());
        Assert.Equal(200, document.RootElement.GetProperty("starts")[0].GetProperty("parameters").GetProperty("vm").GetDouble());
    }

    [Fact]
    public void Help_has_examples()
    {
        var run = Run.Of("--help");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("--model \"y = vm * x / (k + x)\" --start vm=200,k=0.1", run.Output, StringComparison.Ordinal);
    }
}
