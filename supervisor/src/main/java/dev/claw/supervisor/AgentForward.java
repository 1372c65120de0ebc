package dev.claw.supervisor;

import dev.claw.model.AgentContainer;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.WayIn;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/**
 * Makes a port of an agent reachable at an address of the host for as long as the operator wants
 * it.
 */
public final class AgentForward {
  /** Where OpenClaw's gateway listens inside. */
  public static final int GATEWAY_PORT = 18789;

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Host host;

  public AgentForward(Host host) {
    this.host = host;
  }

  /**
   * What to forward.
   *
   * @param port inside, on 127.0.0.1
   * @param listen address and port of the host; port 0 lets the kernel choose
   */
  public record Ports(int port, InetSocketAddress listen) {}

  /**
   * What is open now.
   *
   * @param listen address and port of the host
   * @param token what the gateway wants to be shown; empty where the port is not the gateway's
   */
  public record Opened(InetSocketAddress listen, Optional<String> token) {}

  /**
   * Forwards until the calling thread is interrupted, which is its orderly end.
   *
   * @param opened called once, when connections are taken
   * @throws SupervisorException CONFLICT where the agent does not run or the host's port is taken,
   *     BACKEND where the agent stopped meanwhile
   */
  public void run(AgentName name, Ports ports, Consumer<Opened> opened)
      throws SupervisorException, BackendException {
    AgentRecord agent = running(name);
    Optional<String> token =
        ports.port() == GATEWAY_PORT
            ? Optional.of(new GatewayToken(host.home(), host.random()).get(agent.id()))
            : Optional.empty();
    host.journal()
        .onAgent(
            "agent.forward",
            name,
            Map.of(
                "port", ports.port(),
                "listenAddress", ports.listen().getAddress().getHostAddress(),
                "listenPort", ports.listen().getPort()),
            () -> forward(agent, ports, listen -> opened.accept(new Opened(listen, token))),
            done ->
                Map.of(
                    "listenPort", done.listen().getPort(),
                    "connections", done.connections()));
  }

  /** What was forwarded. */
  private record Done(InetSocketAddress listen, long connections) {}

  private Done forward(AgentRecord agent, Ports ports, Consumer<InetSocketAddress> opened)
      throws SupervisorException, BackendException {
    CompletableFuture<String> ended = new CompletableFuture<>();
    try (PortListener listener = PortListener.bind(ports.listen());
        WayIn wayIn = host.backend().openWayIn(agent.id(), ports.port())) {
      Thread watch =
          Thread.ofPlatform().daemon().name("watch").unstarted(() -> watch(agent.id(), ended));
      watch.start();
      try {
        listener.forward(wayIn.socket(), ended);
        opened.accept(listener.address());
        String why = ended.get();
        throw new SupervisorException(
            Reason.BACKEND, agent.name() + ": " + why + ", so the forward ended");
      } catch (InterruptedException e) {
        return new Done(listener.address(), listener.connections());
      } catch (ExecutionException e) {
        throw new AssertionError(e);
      } finally {
        watch.interrupt();
      }
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.CONFLICT,
          text(ports.listen())
              + ": expected to listen there, found: "
              + Failures.describe(e)
              + "; choose another port with --local PORT, 0 for any",
          e);
    }
  }

  /** Says that the agent ended, and leaves a restart to the gateway's own time. */
  private void watch(AgentId id, CompletableFuture<String> ended) {
    while (!ended.isDone()) {
      Instant since = host.clock().instant();
      try {
        look(id, ended);
        host.backend()
            .watch(
                since,
                changed -> {
                  if (changed.equals(id)) {
                    look(id, ended);
                  }
                });
      } catch (BackendException e) {
        // It is asked again; a backend that is lost takes no connection away.
      }
      try {
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        return; // the forward is over
      }
    }
  }

  private void look(AgentId id, CompletableFuture<String> ended) {
    try {
      if (!isRunning(id)) {
        ended.complete("it stopped");
      }
    } catch (BackendException e) {
      // As above.
    }
  }

  private boolean isRunning(AgentId id) throws BackendException {
    Optional<AgentContainer> container = host.backend().find(id);
    return container.isPresent() && container.get().state() == AgentContainer.State.RUNNING;
  }

  private AgentRecord running(AgentName name) throws SupervisorException, BackendException {
    host.home().verify();
    AgentRecord agent = host.agents().get(name);
    if (!isRunning(agent.id())) {
      throw new SupervisorException(
          Reason.CONFLICT, name + ": it is not running; run 'claw start " + name + "'");
    }
    return agent;
  }

  private static String text(InetSocketAddress address) {
    InetAddress host = address.getAddress();
    String literal = host.getHostAddress();
    return (literal.contains(":") ? "[" + literal + "]" : literal) + ":" + address.getPort();
  }
}
