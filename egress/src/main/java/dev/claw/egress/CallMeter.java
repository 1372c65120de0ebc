package dev.claw.egress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Counts what a call of a model costs, for the budget and for the record; and keeps what was said
 * where the operator wants it on record.
 */
final class CallMeter {
  /** Two of them fit into a record even where JSON writes each byte as six. */
  private static final int MOST_KEPT = 64 * 1024;

  private record Content(KeptText request, KeptText response) {}

  private final Client client;
  private final Instant started;
  private int status;
  private long bytesIn;
  private boolean whole;
  private @Nullable TokenUsage usage;
  private final @Nullable Content content;

  CallMeter(Client client) {
    this.client = client;
    this.started = client.agent().now();
    this.content =
        client.agent().source().models().content()
            ? new Content(new KeptText(MOST_KEPT), new KeptText(MOST_KEPT))
            : null;
  }

  /** Keeps the beginning of what is asked, and whether there was more. */
  void asked(ByteBuf body) {
    if (content != null) {
      int length = Math.min(body.readableBytes(), MOST_KEPT + 1);
      content.request().add(ByteBufUtil.getBytes(body, body.readerIndex(), length));
    }
  }

  void answered(int answeredStatus, String contentType) {
    status = answeredStatus;
    usage = new TokenUsage(contentType);
  }

  /**
   * Counts a part of the answer.
   *
   * @param last whether the answer is whole with it
   */
  void received(ByteBuf body, boolean last) {
    whole = last;
    bytesIn += body.readableBytes();
    byte[] bytes = ByteBufUtil.getBytes(body);
    if (usage != null) {
      usage.feed(bytes);
    }
    if (content != null) {
      content.response().add(bytes);
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
    long answer = status == 200 ? bytesIn / 4 : 0;
    // What a provider says at the beginning of an answer is not what all of it costs.
    long counted =
        (in >= 0 ? in : bytesOut / 4) + (out < 0 ? answer : whole ? out : Math.max(out, answer));
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
                    out,
                    said()),
                Runnable::run);
  }

  private EgressEvent.ModelCalled.@Nullable Content said() {
    return content == null
        ? null
        : new EgressEvent.ModelCalled.Content(
            content.request().text(),
            content.request().cut(),
            content.response().text(),
            content.response().cut());
  }
}
