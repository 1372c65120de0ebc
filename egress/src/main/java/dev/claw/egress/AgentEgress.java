package dev.claw.egress;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The one way out of one agent, while it is open. Safe for use by many threads. */
public final class AgentEgress implements AutoCloseable {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
  private static final Duration ENDS = Duration.ofSeconds(5);

  private final AgentContext context;
  private final Channel listener;
  private final Path socket;
  private final EventLoop loop;
  private final Runnable ended;
  private @Nullable Future<?> look;
  private boolean closed;

  /**
   * @param ended runs when all is closed
   */
  AgentEgress(AgentContext context, Channel listener, Path socket, EventLoop loop, Runnable ended) {
    this.context = context;
    this.listener = listener;
    this.socket = socket;
    this.loop = loop;
    this.ended = ended;
    scheduleLook(context.now());
  }

  /** From now on these rules decide; connections that they no longer admit are closed. */
  public void update(AgentRules rules) {
    Instant before = context.now();
    context.update(rules);
    scheduleLook(before);
  }

  /** Connections that are open now. */
  public int connections() {
    return context.clients().size();
  }

  /** What was used of the daily budgets, to be kept. */
  public EgressUsage usage() {
    return context.budget().usage();
  }

  /**
   * While a grant runs: looks when it ends, and now and then before, since a wall clock that was
   * set forward ends it earlier than its timer. Without a grant nothing ever runs.
   *
   * @param now from before the last look, so that no end falls between the two
   */
  private synchronized void scheduleLook(Instant now) {
    if (look != null) {
      look.cancel(false);
      look = null;
    }
    Optional<Instant> end = EgressRules.nextEnd(context.source().grants(), now);
    if (!closed && end.isPresent()) {
      long millis = Math.max(1, Duration.between(now, end.get()).toMillis() + 1);
      look =
          loop.schedule(
              this::look, Math.min(LONGEST_WAIT.toMillis(), millis), TimeUnit.MILLISECONDS);
    }
  }

  private void look() {
    Instant before = context.now();
    context.recheck();
    scheduleLook(before);
  }

  /**
   * Closes the socket and all connections; when it is done nothing of this agent's is put on record
   * any more. The other agents do not notice.
   */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      if (look != null) {
        look.cancel(false);
      }
    }
    listener.close().awaitUninterruptibly();
    context.close();
    var _ = context.awaitEnds(ENDS);
    context.nameDenials().drain();
    context.denials().drain();
    try {
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      // Nobody listens on it; who opens the agent again replaces it.
    }
    ended.run();
  }
}
