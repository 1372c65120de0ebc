package dev.claw.egress;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;

/**
 * Looks at what a client says that let the server speak first. Who waits for that and only then
 * speaks TLS or HTTP wants not to be judged. Bytes pass while they could still be anything, so that
 * nobody waits for an answer to what is held here; those that settle it do not.
 */
final class LateWords implements TunnelEnd.Watch {
  private final Consumer<Denied> refuse;
  private final ByteBuf seen = Unpooled.buffer(0);

  /**
   * @param refuse told why before the connection ends
   */
  LateWords(Consumer<Denied> refuse) {
    this.refuse = refuse;
  }

  @Override
  public Next see(ByteBuf bytes) {
    // Blanks before the first word say nothing, however many there are.
    int from = seen.isReadable() ? bytes.readerIndex() : FirstProtocol.behindBlanks(bytes);
    int length = Math.min(bytes.writerIndex() - from, FirstProtocol.MOST_BYTES);
    seen.writeBytes(bytes, from, length);
    FirstProtocol protocol = FirstProtocol.of(seen);
    return switch (protocol) {
      case UNKNOWN -> Next.LOOK_ON;
      case OTHER -> Next.PASS;
      case TLS, HTTP -> {
        String why = "it began to speak " + protocol + " after its time for that";
        refuse.accept(new Denied(Reason.PROTOCOL, why));
        yield Next.END;
      }
    };
  }
}
