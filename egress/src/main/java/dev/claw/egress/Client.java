package dev.claw.egress;

import dev.claw.model.EgressRule;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One connection that a program inside has opened, and what was admitted on it. */
final class Client {
  private final AgentContext agent;
  private final Channel channel;
  private final long id;
  private final InetSocketAddress destination;
  private final int sourcePort;
  private final Instant opened;
  private final AnswerHold answers = new AnswerHold();
  private final LongAdder bytesOut = new LongAdder();
  private final LongAdder bytesIn = new LongAdder();
  private volatile EgressRule.@Nullable Program program;
  private volatile @Nullable BooleanSupplier admitted;
  private volatile String ending = "closed";

  Client(AgentContext agent, Channel channel, InetSocketAddress destination, int sourcePort) {
    this.agent = agent;
    this.channel = channel;
    this.id = agent.nextConnection();
    this.destination = destination;
    this.sourcePort = sourcePort;
    this.opened = agent.now();
  }

  AgentContext agent() {
    return agent;
  }

  Channel channel() {
    return channel;
  }

  /** Stands in the channel's pipeline and holds what goes to the program. */
  AnswerHold answers() {
    return answers;
  }

  long id() {
    return id;
  }

  InetSocketAddress destination() {
    return destination;
  }

  int sourcePort() {
    return sourcePort;
  }

  EgressRule.@Nullable Program program() {
    return program;
  }

  void program(EgressRule.@Nullable Program found) {
    program = found;
  }

  /**
   * Something was admitted on it, and still is where the given says so. It is asked at once: the
   * rules may have changed, or a grant ended, while a name was looked up.
   */
  void admit(BooleanSupplier stillHolds) {
    admitted = stillHolds;
    recheck();
  }

  /**
   * Counts what passed, and ends the connection where the budget does. One on which nothing was
   * admitted stays, so that it can be told why nothing will be.
   */
  void count(long out, long in) {
    bytesOut.add(out);
    bytesIn.add(in);
    boolean left = agent.budget().countBytes(out + in, agent.now());
    if (!left && admitted != null) {
      end("the budget of bytes a day is used up");
    }
  }

  long bytesOut() {
    return bytesOut.sum();
  }

  long bytesIn() {
    return bytesIn.sum();
  }

  /** Closes it where the rules of now would not let it be opened. */
  void recheck() {
    BooleanSupplier holds = admitted;
    if (holds != null && !holds.getAsBoolean()) {
      end("no rule admits it any longer");
    }
  }

  /** Closes the connection; its event says why. */
  void end(String why) {
    ending = why;
    channel.close();
  }

  /** What is put on record when it is over; null where nothing was ever admitted. */
  EgressEvent.@Nullable Closed closed() {
    if (admitted == null) {
      return null;
    }
    Instant now = agent.now();
    return new EgressEvent.Closed(
        agent.name(),
        now,
        id,
        bytesOut.sum(),
        bytesIn.sum(),
        Duration.between(opened, now),
        ending);
  }
}
