package dev.claw.supervisor.resident;

import dev.claw.egress.DecisionLog;
import dev.claw.egress.EgressEnvironment;
import dev.claw.egress.Outbound;
import dev.claw.egress.SystemResolver;
import dev.claw.model.AddressText;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.EgressRule;
import dev.claw.model.Endpoint;
import dev.claw.supervisor.Host;
import dev.claw.supervisor.ProviderSecrets;
import dev.claw.supervisor.SupervisorException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What egress asks of the host and what blocks. How much of it one agent can have at once is
 * bounded there; here is how much all of them can. Look-ups hang for as long as somebody's name
 * server likes, so they have threads of their own.
 */
final class HostCalls implements AutoCloseable {
  /** Look-ups of eight agents that do their worst. */
  private static final int LOOK_UPS = 64;

  private static final int OTHERS = 32;
  private static final long IDLE_SECONDS = 30;

  private final Host host;
  private final ProviderSecrets secrets;
  private final Consumer<String> log;
  private final ExecutorService lookUps = threads(LOOK_UPS, "look-up");
  private final ExecutorService others = threads(OTHERS, "blocking");

  HostCalls(Host host, ProviderSecrets secrets, Consumer<String> log) {
    this.host = host;
    this.secrets = secrets;
    this.log = log;
  }

  private static ExecutorService threads(int most, String name) {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            most,
            most,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> Thread.ofPlatform().daemon().name(name).unstarted(work));
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  EgressEnvironment environment(DecisionLog decisions, InstantSource clock) {
    return new EgressEnvironment(
        decisions,
        new SystemResolver(lookUps),
        Outbound.DIRECT,
        (agent, source, destination) ->
            CompletableFuture.supplyAsync(() -> program(agent, source, destination), others),
        name -> CompletableFuture.supplyAsync(() -> key(name), others),
        clock,
        others,
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
      return secrets.find(name);
    } catch (SupervisorException e) {
      log.accept(String.valueOf(e.getMessage()));
      throw new CompletionException(e);
    }
  }

  /** Waits for nothing: a look-up can't be broken off, and its thread holds nobody up. */
  @Override
  public void close() {
    lookUps.shutdownNow();
    others.shutdownNow();
  }
}
