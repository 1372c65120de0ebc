package dev.claw.supervisor.resident;

import dev.claw.model.AgentContainer;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.supervisor.DoorRepair;
import dev.claw.supervisor.Host;
import dev.claw.supervisor.SupervisorException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Builds doors again whose relays have ended while their agents run. One that ends again at once is
 * built again after a pause, which doubles up to a minute.
 */
final class Doors {
  private static final Duration AT_ONCE = Duration.ofMinutes(1);
  private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final Host host;
  private final ServedAgents served;
  private final ScheduledExecutorService later;
  private final Consumer<String> log;
  private final Map<AgentId, Followed> followed = new HashMap<>();

  Doors(Host host, ServedAgents served, ScheduledExecutorService later, Consumer<String> log) {
    this.host = host;
    this.served = served;
    this.later = later;
    this.log = log;
  }

  /**
   * A door whose end will be noticed.
   *
   * @param since by the clock that never goes back, in nanoseconds
   * @param pause before it is built again, should it have ended at once
   */
  private record Followed(AgentName name, long since, Duration pause) {
    boolean endedAtOnce() {
      return System.nanoTime() - since < AT_ONCE.toNanos();
    }
  }

  /** From now on the end of the agent's door is noticed, which stands; doing it twice is once. */
  void follow(AgentName name, AgentId id) {
    follow(name, id, SHORTEST_PAUSE);
  }

  private void follow(AgentName name, AgentId id, Duration pause) {
    synchronized (this) {
      if (followed.putIfAbsent(id, new Followed(name, System.nanoTime(), pause)) != null) {
        return;
      }
    }
    try {
      var _ = host.backend().doorEnd(id).thenRun(() -> schedule(() -> ended(id), Duration.ZERO));
    } catch (BackendException e) {
      forget(id);
      log.accept(name + ": its door can't be watched: " + e.getMessage());
    }
  }

  private synchronized Optional<Followed> forget(AgentId id) {
    return Optional.ofNullable(followed.remove(id));
  }

  private void schedule(Runnable work, Duration pause) {
    try {
      var _ = later.schedule(work, pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // this process is about to end
    }
  }

  private void ended(AgentId id) {
    Optional<Followed> gone = forget(id);
    if (gone.isEmpty() || !isNeeded(id)) {
      return;
    }
    Followed door = gone.get();
    log.accept(door.name() + ": the relay of its door has ended");
    rebuild(door.name(), id, door.endedAtOnce() ? door.pause() : Duration.ZERO);
  }

  private void rebuild(AgentName name, AgentId id, Duration pause) {
    schedule(
        () -> {
          Duration next = next(pause);
          try {
            Optional<Path> socket = served.socket(id);
            if (socket.isPresent() && isNeeded(id)) {
              new DoorRepair(host).open(name, id, socket.get());
              log.accept(name + ": its door was built again");
              follow(name, id, next);
            }
          } catch (SupervisorException | BackendException | RuntimeException e) {
            boolean again = next.compareTo(LONGEST_PAUSE) < 0;
            log.accept(
                name
                    + ": its door can't be built again: "
                    + e.getMessage()
                    + (again ? "" : "; 'claw start " + name + "' tries it once more"));
            if (again) {
              rebuild(name, id, next);
            }
          }
        },
        pause);
  }

  private static Duration next(Duration pause) {
    Duration twice = pause.isZero() ? SHORTEST_PAUSE : pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
  }

  /** One that stops loses its door, and one that was started again has another. */
  private boolean isNeeded(AgentId id) {
    try {
      return served.has(id)
          && host.backend()
              .find(id)
              .filter(container -> container.state() == AgentContainer.State.RUNNING)
              .isPresent()
          && !host.backend().isDoorOpen(id);
    } catch (BackendException e) {
      log.accept("agent " + id + ": it can't be seen whether it needs a door: " + e.getMessage());
      return false;
    }
  }
}
