package dev.claw.supervisor.resident;

import dev.claw.model.AgentContainer;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.Backend;
import dev.claw.model.BackendException;
import dev.claw.supervisor.AgentRecord;
import dev.claw.supervisor.Host;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Follows what the backend says of agents' containers: an agent that ended loses its egress. At
 * first, and whenever the backend was lost, it looks at all that run, and opens what they need.
 */
final class Watch implements AutoCloseable {
  private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final Host host;
  private final ServedAgents served;
  private final Doors doors;
  private final ApprovalBroker approvals;
  private final Consumer<String> log;
  private final Consumer<Throwable> broken;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * @param broken told where the thread ends before its time
   */
  Watch(
      Host host,
      ServedAgents served,
      Doors doors,
      ApprovalBroker approvals,
      Consumer<String> log,
      Consumer<Throwable> broken) {
    this.host = host;
    this.served = served;
    this.doors = doors;
    this.approvals = approvals;
    this.log = log;
    this.broken = broken;
    this.thread = Thread.ofPlatform().daemon().name("watch").unstarted(this::run);
  }

  /** Looks at all agents that run, then follows them in a thread of its own. */
  void start() {
    thread.start();
  }

  private void run() {
    try {
      watch();
    } catch (Throwable e) {
      broken.accept(e);
    }
  }

  private void watch() {
    Duration pause = SHORTEST_PAUSE;
    while (!closed) {
      Instant since = host.clock().instant();
      long begin = System.nanoTime();
      try {
        lookAtAll();
        host.backend().watch(since, this::changed);
      } catch (BackendException | SupervisorException | RuntimeException e) {
        if (closed) {
          return;
        }
        log.accept("the backend was lost: " + e.getMessage());
      }
      if (System.nanoTime() - begin > LONGEST_PAUSE.toNanos()) {
        pause = SHORTEST_PAUSE;
      }
      try {
        Thread.sleep(pause);
      } catch (InterruptedException e) {
        return; // close
      }
      Duration twice = pause.multipliedBy(2);
      pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }
  }

  private void lookAtAll() throws BackendException, SupervisorException {
    for (AgentId id : served.ids()) {
      changed(id);
    }
    for (AgentContainer container : host.backend().list()) {
      if (container.state() == AgentContainer.State.RUNNING) {
        resume(container);
      }
    }
  }

  /** The agent was not asked for: it ran before this process did, or lost its egress meanwhile. */
  private void resume(AgentContainer container) {
    AgentName name = container.name();
    try {
      Optional<AgentRecord> agent = host.agents().find(name);
      if (agent.isEmpty() || !agent.get().id().equals(container.id())) {
        return; // of another state folder
      }
      if (served.has(container.id())) {
        ran(container.id(), name);
        doors.follow(name, container.id());
        return;
      }
      Path socket = served.serve(name);
      ran(container.id(), name);
      host.backend().openDoor(container.id(), socket);
      doors.follow(name, container.id());
      log.accept(name + ": runs, so its egress is open again");
    } catch (SupervisorException e) {
      if (e.reason() != Reason.REFUSED) { // as for one whose policy gives it no door
        log.accept(name + ": runs without egress: " + e.getMessage());
      }
    } catch (BackendException e) {
      log.accept(name + ": runs without a door: " + e.getMessage());
    }
  }

  private void ran(AgentId id, AgentName name) {
    served.ran(id);
    approvals.running(id, name);
  }

  /** The same by name, where it runs. */
  void resume(AgentName name) throws SupervisorException {
    Optional<AgentRecord> agent = host.agents().find(name);
    try {
      if (agent.isPresent() && isRunning(agent.get().id())) {
        host.backend().find(agent.get().id()).ifPresent(this::resume);
      }
    } catch (BackendException e) {
      log.accept(name + ": it can't be seen whether it runs: " + e.getMessage());
    }
  }

  private void changed(AgentId id) {
    try {
      if (isRunning(id)) {
        host.backend().find(id).ifPresent(this::resume);
      } else if (served.hasRun(id)) {
        served.release(id);
        approvals.stopped(id);
        log.accept("agent " + id + " ended");
      }
    } catch (BackendException e) {
      log.accept("agent " + id + ": it can't be seen whether it runs: " + e.getMessage());
    }
  }

  /** Sees to the door of an agent that is served, where it runs. */
  void follow(AgentId id) {
    Optional<AgentName> name = served.name(id);
    try {
      if (name.isPresent() && isRunning(id)) {
        served.ran(id);
        doors.follow(name.get(), id);
      }
    } catch (BackendException e) {
      log.accept("agent " + id + ": it can't be seen whether it runs: " + e.getMessage());
    }
  }

  /**
   * For an agent that was announced and may never have come.
   *
   * @param announced as {@link ServedAgents#announced} said then; a later announcement has its own
   */
  void releaseUnlessRunning(AgentId id, long announced) {
    if (served.announced(id) != announced) {
      return;
    }
    try {
      if (isRunning(id)) {
        served.ran(id);
      } else {
        served.release(id);
        approvals.stopped(id);
      }
    } catch (BackendException e) {
      log.accept("agent " + id + ": it can't be seen whether it runs: " + e.getMessage());
    }
  }

  private boolean isRunning(AgentId id) throws BackendException {
    Backend backend = host.backend();
    return backend
        .find(id)
        .map(
            container ->
                container.state() != AgentContainer.State.EXITED
                    && container.state() != AgentContainer.State.CREATED)
        .orElse(false);
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
