package dev.claw.supervisor.resident;

import dev.claw.lock.PolicyLock;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.supervisor.AgentRecord;
import dev.claw.supervisor.ApprovalDesk;
import dev.claw.supervisor.ExecAsk;
import dev.claw.supervisor.GatewayToken;
import dev.claw.supervisor.Host;
import dev.claw.supervisor.Policies;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.resident.GatewayConnection.Credentials;
import dev.claw.supervisor.resident.GatewayConnection.End;
import dev.claw.supervisor.resident.GatewayFrame.Incoming;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Stands between agents that ask and whoever answers: it keeps a connection to the gateway of each
 * running agent whose lock has it ask, takes in what is asked and denied, and carries answers back.
 * All of it happens in one thread of its own; what it knows is on disk.
 */
final class ApprovalBroker implements AutoCloseable {
  private static final Duration SHORTEST = Duration.ofMillis(100);

  /** Denials are looked at at most so often, whatever an agent tries. */
  private static final Duration DENIALS = Duration.ofMillis(250);

  private final Host host;
  private final ApprovalDesk desk;
  private final String version;
  private final Consumer<String> log;
  private final Consumer<Throwable> broken;
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("approvals-net", true), NioIoHandler.newFactory());
  private final ScheduledThreadPoolExecutor worker =
      new ScheduledThreadPoolExecutor(
          1, work -> Thread.ofPlatform().daemon().name("approvals").unstarted(work));
  // Of the worker alone.
  private final Map<AgentId, GatewayLink> links = new HashMap<>();
  private final Map<AgentId, Set<String>> underWay = new HashMap<>();
  private @Nullable ScheduledFuture<?> alarm;

  /**
   * @param broken told where one of its threads can't go on
   */
  ApprovalBroker(
      Host host,
      ApprovalDesk desk,
      String version,
      Consumer<String> log,
      Consumer<Throwable> broken) {
    this.host = host;
    this.desk = desk;
    this.version = version;
    this.log = log;
    this.broken = broken;
    worker.setRemoveOnCancelPolicy(true);
    work("approvals", desk::resume);
  }

  /** Something that is done by the worker. */
  @FunctionalInterface
  private interface Work {
    void run() throws SupervisorException, BackendException;
  }

  private void work(String subject, Work work) {
    try {
      worker.execute(
          () -> {
            run(subject, work);
            run(subject, this::setAlarm);
          });
    } catch (RejectedExecutionException e) {
      // The process ends; what was not done is done by the next one.
    }
  }

  private void run(String subject, Work work) {
    try {
      work.run();
    } catch (SupervisorException | BackendException e) {
      log.accept(subject + ": approvals: " + e.getMessage());
    } catch (RuntimeException e) {
      log.accept(subject + ": approvals: a fault of claw's: " + e);
    } catch (Error e) {
      broken.accept(e); // the executor would keep it to itself
    }
  }

  /** The agent runs; saying it twice is saying it once. */
  void running(AgentId id, AgentName name) {
    work(
        name.value(),
        () -> {
          if (!links.containsKey(id) && asks(name)) {
            AgentRecord agent = host.agents().get(name);
            GatewayLink link = link(agent);
            links.put(id, link);
            link.start();
          }
        });
  }

  private boolean asks(AgentName name) throws SupervisorException {
    PolicyLock lock = new Policies(host).locked(name).lock();
    return switch (lock.decide().exec()) {
      case ASK, AUTO -> true;
      case DENY, ALLOWLIST, FULL -> false;
    };
  }

  private GatewayLink link(AgentRecord agent) throws SupervisorException {
    String token = new GatewayToken(host.home(), host.random()).get(agent.id());
    Credentials credentials = new Credentials(token, version);
    return new GatewayLink(
        agent.id(),
        agent.name(),
        host.backend(),
        socket ->
            GatewayConnection.open(
                loops, socket, credentials, host.clock(), in -> incoming(agent, in)),
        new GatewayBackOff(host.random()),
        log,
        broken);
  }

  private void incoming(AgentRecord agent, Incoming incoming) {
    work(agent.name().value(), () -> take(agent, incoming));
  }

  private void take(AgentRecord agent, Incoming incoming) throws SupervisorException {
    switch (incoming) {
      case Incoming.Pending(var asks) -> {
        log.accept(agent.name() + ": connected to its gateway for approvals");
        underWay.remove(agent.id());
        desk.keepOnly(
            agent.id(), asks.stream().map(ask -> ask.gatewayId()).collect(Collectors.toSet()));
        for (var ask : asks) {
          takeIn(agent, ask);
        }
        send(agent.id());
      }
      case Incoming.Requested(var ask) -> {
        takeIn(agent, ask);
        send(agent.id());
      }
      case Incoming.Resolved(String gatewayId, String by) ->
          desk.withdrawn(agent.id(), gatewayId, "OpenClaw: " + by);
      case Incoming.Answered(String gatewayId, Optional<String> error) -> {
        sent(agent.id(), gatewayId);
        error.ifPresent(
            why -> log.accept(agent.name() + ": its gateway did not take an answer: " + why));
      }
      case Incoming.Challenge _, Incoming.Welcome _, Incoming.Refused _, Incoming.Other _ -> {}
    }
  }

  private void takeIn(AgentRecord agent, ExecAsk ask) throws SupervisorException {
    if (!desk.askExec(agent, ask)) {
      GatewayLink link = links.get(agent.id());
      if (link != null) {
        link.connection()
            .ifPresent(c -> c.close(new End.Hostile("it asks for more than anybody can answer")));
      }
    }
  }

  /** Hands over what the agent's gateway does not have yet. */
  private void send(AgentId id) throws SupervisorException {
    GatewayLink link = links.get(id);
    Optional<GatewayConnection> connection = link == null ? Optional.empty() : link.connection();
    if (connection.isPresent()) {
      Set<String> sending = underWay.computeIfAbsent(id, _ -> new HashSet<>());
      for (ApprovalDesk.Answer answer : desk.unsent(id)) {
        if (sending.add(answer.gatewayId())) {
          connection.get().resolve(answer.gatewayId(), answer.allow());
        }
      }
    }
  }

  private void sent(AgentId id, String gatewayId) throws SupervisorException {
    for (ApprovalDesk.Answer answer : desk.unsent(id)) {
      if (answer.gatewayId().equals(gatewayId)) {
        desk.sent(answer);
      }
    }
    Set<String> sending = underWay.get(id);
    if (sending != null) {
      sending.remove(gatewayId);
    }
  }

  /** The agent has ended. */
  void stopped(AgentId id) {
    work(
        "agent " + id,
        () -> {
          GatewayLink link = links.remove(id);
          underWay.remove(id);
          if (link != null) {
            link.hangUp();
          }
          desk.stopped(id);
        });
  }

  /** Answers were given, or time has passed. */
  void look() {
    work("approvals", this::lookNow);
  }

  private void lookNow() throws SupervisorException {
    desk.look();
    for (AgentId id : Set.copyOf(links.keySet())) {
      send(id);
    }
  }

  private void setAlarm() throws SupervisorException {
    if (alarm != null) {
      alarm.cancel(false);
      alarm = null;
    }
    Optional<Duration> next = desk.untilNext();
    if (next.isPresent() && !worker.isShutdown()) {
      long millis = Math.max(SHORTEST.toMillis(), next.get().toMillis() + 1);
      alarm = worker.schedule(this::look, millis, TimeUnit.MILLISECONDS);
    }
  }

  /** Denials wait to be looked at; must not hold who says so. */
  void denied(DenialQueue queue) {
    try {
      var _ =
          worker.schedule(
              () -> {
                run("approvals", () -> askAll(queue));
                run("approvals", this::setAlarm);
              },
              DENIALS.toMillis(),
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // The process ends.
    }
  }

  private void askAll(DenialQueue queue) {
    queue.drain().forEach(denial -> run(denial.agent().value(), () -> ask(denial)));
    long dropped = queue.dropped();
    if (dropped > 0) {
      log.accept("approvals: " + dropped + " denials came too fast to be asked about");
    }
  }

  private void ask(DenialQueue.Denial denial) throws SupervisorException {
    desk.askEgress(denial.agent(), denial.reason(), denial.host(), denial.port());
  }

  /** Hangs up; what waits goes on waiting for the next process. */
  @Override
  public void close() {
    work(
        "approvals",
        () -> {
          links.values().forEach(GatewayLink::hangUp);
          links.values().forEach(GatewayLink::close);
        });
    worker.shutdown();
    try {
      worker.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
