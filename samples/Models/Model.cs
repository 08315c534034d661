using System.Collections.Immutable;
using Autodiff.Functional;

namespace Models;

/// <summary>A model is a pure function of its parameters and an input. Models compose as functions do; parameters are records, and records of records.</summary>
internal delegate Expr Model<in P>(P parameters, Expr x);

/// <summary>How models are made of models.</summary>
internal static class Model
{
    /// <summary>First one model, then another, with the same parameters.</summary>
    public static Model<P> Then<P>(this Model<P> first, Model<P> second) => (p, x) => second(p, first(p, x));

    /// <summary>First a model, then a function without parameters.</summary>
    public static Model<P> Then<P>(this Model<P> model, Func<Expr, Expr> f) => (p, x) => f(model(p, x));

    /// <summary>A model of a part of larger parameters.</summary>
    public static Model<P> Of<P, Q>(this Model<Q> model, Func<P, Q> part) => (p, x) => model(part(p), x);

    /// <summary>A model that adds to its input.</summary>
    public static Model<P> Residual<P>(this Model<P> model) => (p, x) => x + model(p, x);

    /// <summary>One model after the other, each with parameters of its own: a stack of layers is a list.</summary>
    public static Model<ImmutableArray<P>> Stacked<P>(this Model<P> model) => (all, x) => all.Aggregate(x, (h, p) => model(p, h));
}
