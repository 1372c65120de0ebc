package dev.claw.supervisor.resident;

import dev.claw.access.ChatAgents;
import dev.claw.egress.EgressException;
import dev.claw.egress.EgressLimits;
import dev.claw.egress.EgressProxy;
import dev.claw.model.Actor;
import dev.claw.supervisor.ApprovalDesk;
import dev.claw.supervisor.ChatAccess;
import dev.claw.supervisor.Host;
import dev.claw.supervisor.ProviderSecrets;
import dev.claw.supervisor.RunningApprovals;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.SupervisorException.Reason;
import dev.claw.supervisor.TelegramFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
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
   * @param limits of each agent's egress
   * @param patience after which an approval that nobody answered is denied
   * @param chat makes what a chat can have done with agents
   */
  public record Options(
      String version,
      Actor actor,
      ProviderSecrets secrets,
      Optional<Duration> idleExit,
      Optional<Path> logFile,
      EgressLimits limits,
      Duration patience,
      ChatServices chat) {}

  /** Makes what a chat can have done. */
  @FunctionalInterface
  public interface ChatServices {
    /**
     * @param host whose egress is this process
     * @param running this process too
     */
    ChatAgents of(Host host, RunningApprovals running);
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
    ChatAccess access = new ChatAccess(host);
    TelegramFile telegram = new TelegramFile(host);
    OwnControl own = new OwnControl();
    ChatDesk chat =
        new ChatDesk(
            access,
            telegram,
            folder.chatting(),
            options.chat().of(host.through(own), own),
            now -> lifetime.needed(Lifetime.Need.CHAT, now),
            log,
            e -> broken("the chat", e));
    PairingDesk pairings =
        new PairingDesk(
            access.invitations(chat), new Actor("cli", options.actor().name()), lifetime, log);
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
                new ApprovalDesk(host, options.patience(), List.of(chat), log),
                options.version(),
                log,
                e -> broken("the broker of approvals", e));
        EgressProxy proxy =
            new EgressProxy(
                calls.environment(
                    new DenialQueue(records, approvals::denied, System::nanoTime), sources.clock()),
                options.limits());
        ServedAgents served =
            new ServedAgents(
                sources,
                proxy,
                records,
                folder,
                now -> lifetime.needed(Lifetime.Need.EGRESS, now),
                log);
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
                folder.control(),
                own.connect(
                        new ControlDesk(
                            lifetime,
                            new ControlDesk.Parts(served, watch, approvals, chat, pairings),
                            () -> status(served, chat),
                            later,
                            log))
                    ::answer);
        // First to end, so that nobody in the chat is promised what the others can't keep any more.
        chat) {
      lock.before().ifPresent(this::replaces);
      log.accept("claw " + options.version() + " serves " + host.home().root());
      watch.start();
      chat.look();
      pairings.look();
      var _ =
          later.scheduleWithFixedDelay(
              () -> upkeep(served, chat, pairings),
              UPKEEP.toSeconds(),
              UPKEEP.toSeconds(),
              TimeUnit.SECONDS);
      why = lifetime.await();
      log.accept("ends: " + why);
      if (lifetime.isBroken()) {
        served.willBeMissed();
        chat.willBeMissed();
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
                Files.deleteIfExists(other.chatting());
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

  private SupervisorStatus status(ServedAgents served, ChatDesk chat) {
    return new SupervisorStatus(
        ProcessHandle.current().pid(), options.version(), since, served.status(), chat.status());
  }

  private void upkeep(ServedAgents served, ChatDesk chat, PairingDesk pairings) {
    try {
      served.upkeep();
      chat.upkeep();
      pairings.upkeep();
      if (!Files.exists(folder.control())) {
        lifetime.broken(folder.control() + " is gone, as with a login that has ended");
      }
    } catch (RuntimeException e) {
      log.accept("this should not have happened: " + e);
    } catch (Error e) {
      broken("the upkeep", e);
    }
  }
}
