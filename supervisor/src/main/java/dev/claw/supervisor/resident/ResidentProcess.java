package dev.claw.supervisor.resident;

import dev.claw.access.AccessException;
import dev.claw.access.PairingListener;
import dev.claw.access.TokenHash;
import dev.claw.egress.AuditedDecisions;
import dev.claw.egress.EgressEnvironment;
import dev.claw.egress.EgressException;
import dev.claw.egress.EgressLimits;
import dev.claw.egress.EgressProxy;
import dev.claw.egress.Outbound;
import dev.claw.egress.SystemResolver;
import dev.claw.model.Actor;
import dev.claw.model.AddressText;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.EgressRule;
import dev.claw.model.Endpoint;
import dev.claw.supervisor.ChatAccess;
import dev.claw.supervisor.Host;
import dev.claw.supervisor.ProviderSecrets;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.SupervisorException.Reason;
import dev.claw.supervisor.TelegramFile;
import dev.claw.supervisor.resident.ControlMessage.Answer;
import dev.claw.supervisor.resident.ControlMessage.Request;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The process that serves running agents: it opens their egress when it is asked for, opens again
 * what its predecessor served, and ends when nobody needs it.
 */
public final class ResidentProcess {
  /** How long an agent that was announced may take until it runs. */
  private static final Duration START = Duration.ofMinutes(3);

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
   */
  public record Options(
      String version, Actor actor, ProviderSecrets secrets, Optional<Duration> idleExit) {}

  /**
   * @param log gets a line for what happens; called by several threads
   */
  public ResidentProcess(Host host, ResidentFolder folder, Options options, Consumer<String> log) {
    this.host = host;
    this.folder = folder;
    this.options = options;
    this.log = log;
    this.since = host.clock().instant();
    this.lifetime = new Lifetime(options.idleExit());
  }

  /**
   * Serves until it is told to stop, is interrupted, or is needed no longer.
   *
   * @throws SupervisorException CONFLICT where another process serves this state folder
   */
  public void run() throws SupervisorException {
    host.home().verify();
    folder.create();
    EgressSources sources = new EgressSources(host, log);
    PairingDesk desk =
        new PairingDesk(
            new ChatAccess(host).invitations(PairingListener.NOBODY),
            new TelegramFile(host),
            new Actor("cli", options.actor().name()),
            lifetime,
            log);
    try (ProcessLock _ = ProcessLock.take(folder.lock());
        ExecutorService blocking = Executors.newCachedThreadPool(ResidentProcess::daemon);
        ScheduledExecutorService later =
            Executors.newSingleThreadScheduledExecutor(ResidentProcess::daemon);
        AuditedDecisions decisions = new AuditedDecisions(host.journal()::chain, options.actor());
        EgressProxy proxy =
            new EgressProxy(
                environment(decisions, sources.clock(), blocking), EgressLimits.DEFAULT, 0);
        ServedAgents served =
            new ServedAgents(
                sources, proxy, folder, now -> lifetime.needed(Lifetime.Need.EGRESS, now), log);
        Watch watch = new Watch(host, served, log);
        ControlServer _ =
            ControlServer.open(
                folder.control(), request -> answer(request, served, watch, desk, later))) {
      log.accept("claw " + options.version() + " serves " + host.home().root());
      watch.start();
      desk.look();
      var _ =
          later.scheduleWithFixedDelay(
              served::upkeep, UPKEEP.toSeconds(), UPKEEP.toSeconds(), TimeUnit.SECONDS);
      var _ =
          later.scheduleWithFixedDelay(
              desk::look, UPKEEP.toSeconds(), UPKEEP.toSeconds(), TimeUnit.SECONDS);
      String why = lifetime.await();
      log.accept("ends: " + why);
      later.shutdownNow();
      blocking.shutdownNow();
    } catch (EgressException e) {
      throw new SupervisorException(Reason.FAILED, String.valueOf(e.getMessage()), e);
    }
  }

  private EgressEnvironment environment(
      AuditedDecisions decisions, InstantSource clock, ExecutorService blocking) {
    return new EgressEnvironment(
        decisions,
        new SystemResolver(blocking),
        Outbound.DIRECT,
        (agent, source, destination) ->
            CompletableFuture.supplyAsync(() -> program(agent, source, destination), blocking),
        name -> CompletableFuture.supplyAsync(() -> key(name), blocking),
        clock,
        blocking,
        null,
        EgressEnvironment.DNS_SERVER);
  }

  private Optional<EgressRule.Program> program(
      AgentName agent, InetSocketAddress source, InetSocketAddress destination) {
    try {
      return host.backend()
          .findProgram(host.agents().get(agent).id(), end(source), end(destination));
    } catch (SupervisorException | BackendException e) {
      log.accept(agent + ": it can't be seen which program asks: " + e.getMessage());
      throw new CompletionException(e);
    }
  }

  private static Endpoint end(InetSocketAddress end) {
    return new Endpoint(AddressText.of(end.getAddress().getAddress()), end.getPort());
  }

  private Optional<String> key(String name) {
    try {
      return options.secrets().find(name);
    } catch (SupervisorException e) {
      log.accept(String.valueOf(e.getMessage()));
      throw new CompletionException(e);
    }
  }

  private static Thread daemon(Runnable work) {
    return Thread.ofPlatform().daemon().name("blocking").unstarted(work);
  }

  private Answer answer(
      Request request,
      ServedAgents served,
      Watch watch,
      PairingDesk desk,
      ScheduledExecutorService later) {
    try {
      return switch (request) {
        case Request.Serve(AgentName agent) -> {
          Path socket = served.serve(agent);
          Optional<AgentId> id = served.find(agent);
          long announced = id.map(served::announced).orElse(0L);
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
        case Request.AwaitPairing(TokenHash token, String known) ->
            new Answer.Stands(desk.await(token, known));
        case Request.ConfirmPairing(TokenHash token, Optional<AgentName> agent, long user) ->
            new Answer.Settled(desk.confirm(token, agent, user));
        case Request.RefusePairing(TokenHash token, String why) ->
            new Answer.Settled(desk.refuse(token, why));
        case Request.Status _ ->
            new Answer.Is(
                new SupervisorStatus(
                    ProcessHandle.current().pid(), options.version(), since, served.status()));
        case Request.Stop _ -> {
          lifetime.end("it was told to");
          yield new Answer.Done();
        }
      };
    } catch (SupervisorException e) {
      log.accept(String.valueOf(e.getMessage()));
      return new Answer.Failed(e.reason(), String.valueOf(e.getMessage()));
    } catch (AccessException e) {
      log.accept(String.valueOf(e.getMessage()));
      return new Answer.Failed(Reason.STATE, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      log.accept("this should not have happened: " + e);
      return new Answer.Failed(Reason.FAILED, "the supervisor failed: " + e);
    }
  }
}
