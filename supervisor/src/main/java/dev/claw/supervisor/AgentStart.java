package dev.claw.supervisor;

import dev.claw.lock.Drift;
import dev.claw.lock.EffectiveStateComparison;
import dev.claw.lock.LockVerdict;
import dev.claw.lock.PolicyLock;
import dev.claw.model.AgentContainer;
import dev.claw.model.AgentName;
import dev.claw.model.Backend;
import dev.claw.model.BackendException;
import dev.claw.model.ContainerSpec;
import dev.claw.supervisor.SupervisorException.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Starts an agent: verify the lock, refuse what the host can't enforce, make the container where
 * there is none for this lock, start it, compare what really holds with the lock, wait until it is
 * ready. Whatever fails after the container was started stops it again.
 */
public final class AgentStart {
  private final Host host;
  private final LockCheck locks;

  public AgentStart(Host host) {
    this.host = host;
    this.locks = new LockCheck(host);
  }

  /**
   * How to start.
   *
   * @param relock locks the agent again where its lock does not hold; absent to refuse
   * @param readyTimeout how long to wait until the gateway is ready; zero not to wait
   * @param allowUnenforced limits that the host need not enforce: memory, cpus, pids
   */
  public record Options(
      Optional<Relock> relock,
      Duration readyTimeout,
      Set<String> allowUnenforced,
      Progress progress) {
    /** Copies the set. */
    public Options {
      allowUnenforced = Set.copyOf(allowUnenforced);
    }
  }

  /**
   * What came of it.
   *
   * @param wasRunning whether nothing had to be done
   * @param unenforced limits that the host does not enforce, as allowed
   * @param closed what the agent lacks of the way out that its lock gives it, and why; empty where
   *     it lacks nothing
   * @param container time until the container ran and was compared with its lock
   * @param ready further time until the gateway was ready; zero where nobody waited
   */
  public record Report(
      AgentName agent,
      boolean wasRunning,
      List<String> unenforced,
      Optional<String> closed,
      Duration container,
      Duration ready) {
    /** One line for people. */
    public String summary() {
      if (wasRunning) {
        return agent + " is running already";
      }
      String waited =
          ready.isZero() ? "" : ", ready after another %.1f s".formatted(ready.toMillis() / 1000.0);
      return "%s runs, compared with its lock after %.1f s%s"
          .formatted(agent, container.toMillis() / 1000.0, waited);
    }
  }

  /**
   * Checks all that is checked before anything is started.
   *
   * @throws SupervisorException DRIFT or REFUSED where the agent could not start
   */
  public void verify(AgentName name, Options options) throws SupervisorException, BackendException {
    host.home().verify();
    AgentRecord agent = host.agents().get(name);
    Preflight.check(host, locked(agent), options.allowUnenforced());
  }

  /** Starts the agent; a running one that its lock still covers is left alone. */
  public Report start(AgentName name, Options options)
      throws SupervisorException, BackendException {
    host.home().verify();
    AgentRecord agent = host.agents().get(name);
    return host.journal()
        .onAgent(
            "agent.start",
            name,
            Map.of(
                "serial",
                agent.serial(),
                "allowUnenforced",
                options.allowUnenforced().stream().sorted().toList()),
            () -> startRecorded(agent, options),
            AgentStart::details);
  }

  private static Map<String, Object> details(Report report) {
    return Map.of(
        "wasRunning", report.wasRunning(),
        "unenforced", report.unenforced(),
        "door", report.closed().isEmpty(),
        "containerMillis", report.container().toMillis(),
        "readyMillis", report.ready().toMillis());
  }

  private Report startRecorded(AgentRecord asked, Options options)
      throws SupervisorException, BackendException {
    long begin = System.nanoTime();
    List<String> unenforced;
    Optional<String> closed;
    PolicyLock lock;
    try (AgentLease _ = AgentLease.take(host.home(), asked.name())) {
      AgentRecord agent = host.agents().get(asked.name());
      if (!agent.id().equals(asked.id())) {
        throw new SupervisorException(
            Reason.CONFLICT,
            asked.name()
                + ": it was replaced by another agent just now; look at it, then try again");
      }
      options.progress().step("verifying the lock");
      lock = options.relock().isPresent() ? options.relock().get().ensure(agent) : locked(agent);
      agent = host.agents().get(asked.name());
      Optional<AgentContainer> container = host.backend().find(agent.id());
      boolean running =
          container.isPresent() && container.get().state() == AgentContainer.State.RUNNING;
      if (!running) {
        host.egressFiles().ensure(host.home().agent(agent.name()), lock);
      }
      // What the host can't enforce was allowed when it was started.
      Set<String> allowed =
          running ? Preflight.unenforced(host.backend().info()) : options.allowUnenforced();
      ContainerSpec spec = Preflight.check(host, lock, allowed);
      if (container.isPresent() && container.get().state() == AgentContainer.State.PAUSED) {
        throw new SupervisorException(
            Reason.CONFLICT,
            agent.name()
                + ": its container was paused by somebody else; run 'podman unpause "
                + container.get().containerId().substring(0, 12)
                + "' or 'claw stop --now "
                + agent.name()
                + "'");
      }
      boolean current =
          container.isPresent() && container.get().lock().equals(lock.containerDigest());
      if (running && !current) {
        throw new SupervisorException(
            Reason.DRIFT,
            agent.name()
                + ": it runs under an earlier lock; run 'claw restart "
                + agent.name()
                + "'");
      }
      try {
        closed =
            running
                ? new AgentDoor(host).open(agent, lock) // one that was lost, with what serves it
                : launch(agent, spec, lock, current, options.progress());
        unenforced = compare(agent, spec, lock, allowed);
      } catch (BackendException e) {
        if (!running) { // what ran before goes on; that it could not be looked at is no drift
          stopAgain(agent, e);
        }
        throw e;
      } catch (SupervisorException e) {
        if (!running || e.reason() == Reason.DRIFT) { // only what is not what the lock names
          stopAgain(agent, e);
        }
        throw e;
      } catch (RuntimeException e) {
        stopAgain(agent, e);
        throw e;
      }
      if (running) {
        return new Report(agent.name(), true, unenforced, closed, since(begin), Duration.ZERO);
      }
    }
    Duration container = since(begin);
    if (options.readyTimeout().isZero()) {
      return new Report(asked.name(), false, unenforced, closed, container, Duration.ZERO);
    }
    options.progress().step("waiting for the gateway");
    long ready = System.nanoTime();
    try {
      Readiness.await(host, asked, options.readyTimeout());
    } catch (SupervisorException | BackendException | RuntimeException e) {
      stopAgain(asked, e);
      throw e;
    }
    return new Report(asked.name(), false, unenforced, closed, container, since(ready));
  }

  private PolicyLock locked(AgentRecord agent) throws SupervisorException, BackendException {
    LockCheck.Outcome outcome = locks.filesAndImage(agent, host.backend());
    if (outcome.verdict() instanceof LockVerdict.Verified(PolicyLock lock)) {
      return lock;
    }
    throw new SupervisorException(
        Reason.DRIFT,
        agent.name()
            + ": "
            + outcome.verdict().sentence()
            + "\nNothing was started. 'claw start --force "
            + agent.name()
            + "' shows what would change and locks the agent again from its template.yaml");
  }

  private Optional<String> launch(
      AgentRecord agent, ContainerSpec spec, PolicyLock lock, boolean current, Progress progress)
      throws SupervisorException, BackendException {
    Backend backend = host.backend();
    new GatewayToken(host.home(), host.random()).provide(agent.id(), backend);
    if (!current) {
      progress.step("making the container");
      backend.remove(agent.id());
      backend.create(spec, lock.containerDigest(), host.home().agent(agent.name()).seccomp());
    }
    progress.step("opening its door");
    backend.startNamespaces(agent.id());
    Optional<String> closed = new AgentDoor(host).open(agent, lock);
    progress.step("starting the container");
    backend.start(agent.id());
    return closed;
  }

  /**
   * Compares what really holds with the lock and gives back the limits that the host does not
   * enforce, as allowed.
   */
  private List<String> compare(
      AgentRecord agent, ContainerSpec spec, PolicyLock lock, Set<String> allowed)
      throws SupervisorException, BackendException {
    List<Drift> drifts =
        new EffectiveStateComparison(InsideImage.VARIABLES)
            .compare(spec, lock.containerDigest(), host.backend().effectiveState(agent.id()));
    List<Drift> real =
        drifts.stream()
            .filter(
                drift ->
                    !(drift instanceof Drift.UnenforcedLimit limit
                        && allowed.contains(option(limit))))
            .toList();
    if (!real.isEmpty()) {
      throw new SupervisorException(
          Reason.DRIFT,
          agent.name()
              + ": what runs is not what the lock names, so it was stopped:\n"
              + real.stream()
                  .map(drift -> "  " + drift.sentence())
                  .collect(Collectors.joining("\n")));
    }
    return drifts.stream()
        .map(drift -> option((Drift.UnenforcedLimit) drift))
        .distinct()
        .sorted()
        .toList();
  }

  /**
   * The word of {@code --allow-unenforced} that a limit falls under; swap hangs on the memory
   * controller.
   */
  private static String option(Drift.UnenforcedLimit drift) {
    return drift.limit().equals("swap") ? "memory" : drift.limit();
  }

  /**
   * Whatever kept the agent from starting is the error to report; one on the way back is added to
   * it.
   */
  private void stopAgain(AgentRecord agent, Exception why) {
    boolean interrupted = Thread.interrupted(); // an interrupted thread can't speak to the backend
    try {
      attempt(why, () -> host.backend().stopContainer(agent.id(), Duration.ZERO));
      attempt(why, () -> host.backend().stopPod(agent.id()));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @FunctionalInterface
  private interface Step {
    void run() throws BackendException;
  }

  private static void attempt(Exception why, Step step) {
    try {
      step.run();
    } catch (BackendException | RuntimeException e) {
      why.addSuppressed(e);
    }
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }
}
