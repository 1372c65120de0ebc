package dev.claw.supervisor.resident;

import dev.claw.egress.EgressException;
import dev.claw.egress.EgressLimits;
import dev.claw.egress.EgressProxy;
import dev.claw.model.Actor;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.supervisor.ApprovalDesk;
import dev.claw.supervisor.ApprovalListener;
import dev.claw.supervisor.Host;
import dev.claw.supervisor.ProviderSecrets;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.SupervisorException.Reason;
import dev.claw.supervisor.resident.ControlMessage.Answer;
import dev.claw.supervisor.resident.ControlMessage.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The process that serves running agents: it opens their egress when it is asked for, opens again
 * what its predecessor served, and ends when nobody needs it.
 */
public final class ResidentProcess {
  /** How long an agent that was announced may take until it runs. */
  private static final Duration START = Duration.ofMinutes(3);

  /** By when whoever asks to serve has built the door of an agent that runs already. */
  private static final Duration DOOR = Duration.ofSeconds(5);

  private static final Duration UPKEEP = Duration.ofMinutes(1);

  private final Host host;
  private final ResidentFolder folder;
  private final Options options;
  private final Consumer<String> log;
  private final Instant since;
  private final Lifetime lifetime;

  /**
   * How to run.
   *
   * @param version of this claw
   * @param actor in whose name decisions are on record
   * @param secrets keys of model providers
   * @param idleExit after how long without an agent the process ends; empty for never
   * @param logFile what its output is added to, which is kept short; empty where somebody else
   *     keeps it
   * @param patience after which an approval that nobody answered is denied
   * @param listeners told of approvals
   */
  public record Options(
      String version,
      Actor actor,
      ProviderSecrets secrets,
      Optional<Duration> idleExit,
      Optional<Path> logFile,
      Duration patience,
      List<ApprovalListener> listeners) {
    /** Copies the list. */
    public Options {
      listeners = List.copyOf(listeners);
    }
  }

  /**
   * @param log gets a line for what happens; called by several threads
   */
  public ResidentProcess(Host host, ResidentFolder folder, Options options, Consumer<String> log) {
    this.host = host;
    this.folder = folder;
    this.options = options;
    this.log = options.logFile().map(file -> trimming(file, log)).orElse(log);
    this.since = host.clock().instant();
    this.lifetime = new Lifetime(options.idleExit());
  }

  private static Consumer<String> trimming(Path file, Consumer<String> log) {
    Lock lock = new ReentrantLock();
    return line -> {
      lock.lock();
      try {
        log.accept(line);
        LogFile.trim(file);
      } catch (IOException e) {
        // It stays as long as it is; the next line tries again.
      } finally {
        lock.unlock();
      }
    };
  }

  /**
   * Serves until it is told to stop, is interrupted, or is needed no longer.
   *
   * @throws SupervisorException CONFLICT where another process serves this state folder; FAILED
   *     where a part of this one has broken, so that it must be started again
   */
  public void run() throws SupervisorException {
    host.home().verify();
    folder.create();
    ProcessLock.Holder self =
        new ProcessLock.Holder(ProcessHandle.current().pid(), folder.control());
    String why;
    EgressSources sources = new EgressSources(host, log);
    try (ProcessLock lock = ProcessLock.take(host.home().supervisorLock(), self);
        ScheduledExecutorService later =
            Executors.newSingleThreadScheduledExecutor(
                work -> Thread.ofPlatform().daemon().name("later").unstarted(work));
        HostCalls calls = new HostCalls(host, options.secrets(), log);
        AgentRecords records =
            new AgentRecords(
                host.journal(), options.actor(), e -> broken("the record of decisions", e));
        ApprovalBroker approvals =
            new ApprovalBroker(
                host,
                new ApprovalDesk(host, options.patience(), options.listeners(), log),
                options.version(),
                log);
        EgressProxy proxy =
            new EgressProxy(
                calls.environment(
                    new DenialQueue(records, approvals::denied, System::nanoTime),
                    sources.clock()),
                EgressLimits.DEFAULT);
        ServedAgents served =
            new ServedAgents(sources, proxy, records, folder, lifetime::needed, log);
        Watch watch =
            new Watch(
                host,
                served,
                new Doors(host, served, later, log),
                approvals,
                log,
                e -> broken("the watch over containers", e));
        ControlServer _ =
            ControlServer.open(
                folder.control(), request -> answer(request, served, watch, approvals, later))) {
      lock.before().ifPresent(this::replaces);
      log.accept("claw " + options.version() + " serves " + host.home().root());
      watch.start();
      var _ =
          later.scheduleWithFixedDelay(
              () -> upkeep(served), UPKEEP.toSeconds(), UPKEEP.toSeconds(), TimeUnit.SECONDS);
      why = lifetime.await();
      log.accept("ends: " + why);
      if (lifetime.isBroken()) {
        served.willBeMissed();
      }
      later.shutdownNow();
    } catch (EgressException e) {
      throw new SupervisorException(Reason.FAILED, String.valueOf(e.getMessage()), e);
    }
    if (lifetime.isBroken()) {
      throw new SupervisorException(Reason.FAILED, "the supervisor ends: " + why);
    }
  }

  /** What a process of another runtime folder has left there says no longer that it is missed. */
  private void replaces(ProcessLock.Holder before) {
    ResidentFolder.around(before.control())
        .filter(other -> !other.equals(folder))
        .ifPresent(
            other -> {
              try {
                Files.deleteIfExists(other.serving());
              } catch (IOException e) {
                log.accept(other.serving() + ": can't be removed: " + e.getMessage());
              }
            });
  }

  /** Nothing that has broken is waited for: the next process starts from what is on disk. */
  private void broken(String what, Throwable why) {
    log.accept(what + " is broken: " + why);
    lifetime.broken(what + " is broken");
  }

  private void upkeep(ServedAgents served) {
    try {
      served.upkeep();
      if (!Files.exists(folder.control())) {
        lifetime.broken(folder.control() + " is gone, as with a login that has ended");
      }
    } catch (RuntimeException e) {
      log.accept("this should not have happened: " + e);
    } catch (Error e) {
      broken("the upkeep", e);
    }
  }

  private Optional<Answer> answer(
      Request request,
      ServedAgents served,
      Watch watch,
      ApprovalBroker approvals,
      ScheduledExecutorService later) {
    if (!lifetime.answer()) {
      return Optional.empty(); // whoever asks starts another process
    }
    try {
      return Optional.of(answered(request, served, watch, approvals, later));
    } catch (RejectedExecutionException e) {
      return Optional.empty(); // it ended meanwhile
    } catch (SupervisorException e) {
      log.accept(String.valueOf(e.getMessage()));
      return Optional.of(new Answer.Failed(e.reason(), String.valueOf(e.getMessage())));
    } catch (RuntimeException e) {
      log.accept("this should not have happened: " + e);
      return Optional.of(new Answer.Failed(Reason.FAILED, "the supervisor failed: " + e));
    } finally {
      lifetime.answered();
    }
  }

  private Answer answered(
      Request request,
      ServedAgents served,
      Watch watch,
      ApprovalBroker approvals,
      ScheduledExecutorService later)
      throws SupervisorException {
    return switch (request) {
      case Request.Serve(AgentName agent) -> {
        Path socket = served.serve(agent);
        Optional<AgentId> id = served.find(agent);
        long announced = id.map(served::announced).orElse(0L);
        // Nothing is heard of one that runs already.
        var _ =
            later.schedule(() -> id.ifPresent(watch::follow), DOOR.toSeconds(), TimeUnit.SECONDS);
        var _ =
            later.schedule(
                () -> id.ifPresent(known -> watch.releaseUnlessRunning(known, announced)),
                START.toSeconds(),
                TimeUnit.SECONDS);
        yield new Answer.ServedAt(socket);
      }
      case Request.Refresh(AgentName agent) -> {
        if (served.find(agent).isPresent()) {
          served.refresh(agent);
        } else {
          watch.resume(agent); // one that lost its egress while its lock did not hold
        }
        yield new Answer.Done();
      }
      case Request.Approvals _ -> {
        approvals.look();
        yield new Answer.Done();
      }
      case Request.Status _ ->
          new Answer.Is(
              new SupervisorStatus(
                  ProcessHandle.current().pid(), options.version(), since, served.status()));
      case Request.Stop _ -> {
        lifetime.end("it was told to");
        yield new Answer.Done();
      }
    };
  }
}
