System.Console.WriteLine("Fit");
