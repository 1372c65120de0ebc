package dev.claw.egress;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import java.util.function.Function;

/** The handlers of a client's channel behind those that count and time, and how they change. */
final class ClientPipeline {
  private static final String DECODER = "decoder";
  private static final String FLOW = "flow";
  private static final String ENCODER = "encoder";
  private static final String FRONT = "front";

  private final ChannelPipeline pipeline;
  private final EgressLimits limits;

  ClientPipeline(ChannelPipeline pipeline, EgressLimits limits) {
    this.pipeline = pipeline;
    this.limits = limits;
  }

  /** From now on what comes is HTTP. */
  void becomeHttp(Function<ResponseEncoder, ChannelHandler> front) {
    ResponseEncoder encoder = new ResponseEncoder();
    pipeline
        .addLast(DECODER, new RequestDecoder(limits))
        .addLast(FLOW, new OneAtATime())
        .addLast(ENCODER, encoder)
        .addLast(FRONT, front.apply(encoder));
  }

  /** From now on what comes is bytes; what was read too far comes first. */
  void becomeRaw(ChannelHandler next) {
    if (pipeline.get(DECODER) instanceof RequestDecoder decoder) {
      decoder.stop();
    }
    pipeline.remove(FRONT);
    pipeline.remove(FLOW);
    pipeline.remove(ENCODER);
    pipeline.addLast(next);
    pipeline.remove(DECODER);
  }
}
