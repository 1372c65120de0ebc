package dev.claw.egress;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The one way out of one agent, while it is open. Safe for use by many threads. */
public final class AgentEgress implements AutoCloseable {
  private static final Duration TICK = Duration.ofSeconds(30);

  private final AgentContext context;
  private final Channel listener;
  private final Path socket;
  private final EventLoop loop;
  private final Future<?> tick;
  private @Nullable Future<?> grantEnd;

  AgentEgress(AgentContext context, Channel listener, Path socket, EventLoop loop) {
    this.context = context;
    this.listener = listener;
    this.socket = socket;
    this.loop = loop;
    this.tick =
        loop.scheduleWithFixedDelay(
            this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    scheduleGrantEnd();
  }

  /** From now on these rules decide; connections that they no longer admit are closed. */
  public void update(AgentRules rules) {
    context.update(rules);
    scheduleGrantEnd();
  }

  /** Connections that are open now. */
  public int connections() {
    return context.clients().size();
  }

  /** What was used of the daily budgets, to be kept. */
  public EgressUsage usage() {
    return context.budget().usage();
  }

  private synchronized void scheduleGrantEnd() {
    if (grantEnd != null) {
      grantEnd.cancel(false);
    }
    Instant now = context.now();
    grantEnd =
        EgressRules.nextEnd(context.source().grants(), now)
            .<Future<?>>map(
                end ->
                    loop.schedule(
                        this::grantEnded,
                        Math.max(1, Duration.between(now, end).toMillis() + 1),
                        TimeUnit.MILLISECONDS))
            .orElse(null);
  }

  private void grantEnded() {
    context.recheck();
    scheduleGrantEnd();
  }

  /** A wall clock that was set forward ends grants earlier than their timer. */
  private void tick() {
    context.recheck();
    record(false);
  }

  private void record(boolean all) {
    context
        .nameDenials()
        .drain(context.now(), all)
        .forEach(
            event -> {
              var _ = context.environment().log().record(event);
            });
  }

  /** Closes the socket and all connections. The other agents do not notice. */
  @Override
  public void close() {
    tick.cancel(false);
    synchronized (this) {
      if (grantEnd != null) {
        grantEnd.cancel(false);
      }
    }
    listener.close().awaitUninterruptibly();
    context.clients().forEach(client -> client.end("the agent's egress was closed"));
    record(true);
    try {
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      // Nobody listens on it; who opens the agent again replaces it.
    }
  }
}
