module Autodiff.Functional.FSharp.Tests.FirstGradient
