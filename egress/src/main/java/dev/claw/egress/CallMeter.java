package dev.claw.egress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Counts what a call of a model costs, for the budget and for the record. */
final class CallMeter {
  private final Client client;
  private final Instant started;
  private int status;
  private long bytesIn;
  private @Nullable TokenUsage usage;

  CallMeter(Client client) {
    this.client = client;
    this.started = client.agent().now();
  }

  void answered(int answeredStatus, String contentType) {
    status = answeredStatus;
    usage = new TokenUsage(contentType);
  }

  void received(ByteBuf content) {
    bytesIn += content.readableBytes();
    if (usage != null) {
      usage.feed(ByteBufUtil.getBytes(content));
    }
  }

  /** The call is over, well or not: it goes on record. */
  void end(ModelCall call, String model, long bytesOut) {
    if (usage != null) {
      usage.end();
    }
    long in = usage == null ? -1 : usage.input();
    long out = usage == null ? -1 : usage.output();
    Instant now = client.agent().now();
    // Four bytes a token are what providers come to on the average.
    long counted =
        (in >= 0 ? in : bytesOut / 4) + (out >= 0 ? out : status == 200 ? bytesIn / 4 : 0);
    client.agent().budget().countTokens(counted, now);
    // Nobody waits for it: what it tells has happened.
    var _ =
        client
            .agent()
            .environment()
            .log()
            .record(
                new EgressEvent.ModelCalled(
                    client.agent().name(),
                    now,
                    client.id(),
                    call.provider().id(),
                    model,
                    status,
                    Duration.between(started, now),
                    bytesOut,
                    bytesIn,
                    in,
                    out));
  }
}
