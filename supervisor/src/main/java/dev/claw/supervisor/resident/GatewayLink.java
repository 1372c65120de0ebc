package dev.claw.supervisor.resident;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.Backend;
import dev.claw.model.BackendException;
import dev.claw.model.WayIn;
import dev.claw.supervisor.AgentForward;
import dev.claw.supervisor.resident.GatewayConnection.End;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a connection to one agent's gateway for as long as the agent runs. It goes by the way in:
 * not by the door, which leads out, and over no port of the host.
 */
final class GatewayLink implements AutoCloseable {
  /** A connection that held so long ended for a reason of its own. */
  private static final Duration GOOD = Duration.ofMinutes(1);

  private final AgentId id;
  private final AgentName name;
  private final Backend backend;
  private final Function<Path, GatewayConnection> open;
  private final GatewayBackOff backOff;
  private final Consumer<String> log;
  private final Consumer<Throwable> broken;
  private final Thread thread;
  private volatile @Nullable GatewayConnection connection;
  private volatile boolean closed;

  /**
   * @param open connects to the gateway at a Unix socket
   * @param broken told where the thread that holds the connection can't go on
   */
  GatewayLink(
      AgentId id,
      AgentName name,
      Backend backend,
      Function<Path, GatewayConnection> open,
      GatewayBackOff backOff,
      Consumer<String> log,
      Consumer<Throwable> broken) {
    this.id = id;
    this.name = name;
    this.backend = backend;
    this.open = open;
    this.backOff = backOff;
    this.log = log;
    this.broken = broken;
    this.thread = Thread.ofVirtual().name("gateway-" + name).unstarted(this::hold);
  }

  void start() {
    thread.start();
  }

  AgentId id() {
    return id;
  }

  AgentName name() {
    return name;
  }

  /** The connection that there is now; it may not have been greeted, or have ended. */
  Optional<GatewayConnection> connection() {
    return Optional.ofNullable(connection);
  }

  private void hold() {
    String said = "";
    while (!closed) {
      Duration pause;
      try (WayIn wayIn = backend.openWayIn(id, AgentForward.GATEWAY_PORT)) {
        pause = talk(wayIn);
      } catch (BackendException | RuntimeException e) {
        String why =
            e instanceof BackendException
                ? "no way in for approvals: " + e.getMessage()
                : "a fault of claw's with its gateway: " + e;
        if (!closed && !why.equals(said)) {
          said = why;
          log.accept(name + ": " + why);
        }
        pause = backOff.next();
      } catch (InterruptedException e) {
        return;
      } catch (Error e) {
        broken.accept(e);
        return;
      }
      if (closed || !slept(pause)) {
        return;
      }
    }
  }

  /** Until the way in is lost; then the pause before the next one. */
  private Duration talk(WayIn wayIn) throws InterruptedException {
    while (true) {
      long begin = System.nanoTime();
      GatewayConnection now = open.apply(wayIn.socket());
      connection = now;
      End end;
      try {
        end = now.end().get();
      } catch (ExecutionException e) {
        throw new AssertionError(e);
      } finally {
        now.close(new End.Lost("we hung up"));
      }
      if (closed) {
        throw new InterruptedException();
      }
      if (System.nanoTime() - begin > GOOD.toNanos()) {
        backOff.reset();
      }
      switch (end) {
        case End.Unreachable(String _, boolean socket) -> {
          // A turn that asks before we are there is told that nobody can be asked.
          Duration pause = backOff.soon();
          if (socket) {
            return pause;
          }
          Thread.sleep(pause);
        }
        case End.Lost(String why) -> {
          log.accept(name + ": its gateway was lost for approvals: " + why);
          Thread.sleep(backOff.next());
        }
        case End.Hostile(String why) -> {
          Duration pause = backOff.penalty();
          log.accept(
              name
                  + ": its gateway is cut off from approvals for "
                  + pause.toSeconds()
                  + " s: "
                  + why);
          Thread.sleep(pause);
        }
      }
    }
  }

  private static boolean slept(Duration pause) {
    try {
      Thread.sleep(pause);
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  /** Hangs up, and does not wait until the way in is closed. */
  void hangUp() {
    closed = true;
    thread.interrupt();
  }

  @Override
  public void close() {
    hangUp();
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
