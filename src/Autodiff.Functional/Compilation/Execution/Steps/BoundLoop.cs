namespace Autodiff.Functional.Compilation;

/// <summary>A fused loop in a body, which is run many times: the addresses of its arrays stand ready in the frame, and only those that change are written anew.</summary>
/// <param name="loop">The step as it is elsewhere.</param>
/// <param name="body">Its code.</param>
/// <param name="points">For how many points.</param>
/// <param name="first">The first of its addresses in the frame.</param>
internal sealed unsafe class BoundLoop(LoopStep loop, TileBody body, int points, int first) : Step
{
    public override string Kind => loop.Kind;

    public override double Flops => loop.Flops;

    public override void Run(Frame frame) => body.Run(frame.Addresses + first, points);
}
