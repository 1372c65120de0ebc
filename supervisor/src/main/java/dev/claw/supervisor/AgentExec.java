package dev.claw.supervisor;

import dev.claw.model.AgentContainer;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.ExecOptions;
import dev.claw.model.LogQuery;
import dev.claw.model.LogSink;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks and acts inside an agent's running container. */
public final class AgentExec {
  /** What stands in the audit log of a command line; the rest is cut. */
  private static final int LONGEST_RECORDED = 1024;

  private final Host host;

  public AgentExec(Host host) {
    this.host = host;
  }

  /** Runs a host command on the caller's streams and gives its exit code. */
  @FunctionalInterface
  public interface Runner {
    int run(List<String> hostCommand, ExecOptions options) throws IOException, InterruptedException;
  }

  /**
   * Runs a program inside the agent's container and records what was run and how it ended. The
   * command line is on record too, so a secret does not belong on it.
   */
  public int run(AgentName name, ExecOptions options, List<String> command, Runner runner)
      throws SupervisorException, BackendException {
    AgentRecord agent = running(name);
    List<String> hostCommand = host.backend().execCommand(agent.id(), options, command);
    return host.journal()
        .onAgent(
            "agent.exec",
            name,
            Map.of("command", recorded(command), "terminal", options.terminal()),
            () -> {
              try {
                return runner.run(hostCommand, options);
              } catch (IOException e) {
                throw new SupervisorException(
                    Reason.BACKEND,
                    hostCommand.getFirst() + ": can't be run: " + Failures.describe(e),
                    e);
              } catch (InterruptedException e) {
                throw new SupervisorException(Reason.INTERRUPTED, name + ": broken off", e);
              }
            },
            exitCode -> Map.of("exitCode", exitCode));
  }

  /** Passes on what the agent's container printed. */
  public void logs(AgentName name, LogQuery query, LogSink sink)
      throws SupervisorException, BackendException {
    host.home().verify();
    AgentRecord agent = host.agents().get(name);
    if (host.backend().find(agent.id()).isEmpty()) {
      throw new SupervisorException(
          Reason.NOT_FOUND,
          name + ": it has no container yet, so there are no logs; run 'claw start " + name + "'");
    }
    host.backend().logs(agent.id(), query, sink);
  }

  private AgentRecord running(AgentName name) throws SupervisorException, BackendException {
    host.home().verify();
    AgentRecord agent = host.agents().get(name);
    Optional<AgentContainer> container = host.backend().find(agent.id());
    if (container.isEmpty() || container.get().state() != AgentContainer.State.RUNNING) {
      throw new SupervisorException(
          Reason.CONFLICT, name + ": it is not running; run 'claw start " + name + "'");
    }
    return agent;
  }

  private static String recorded(List<String> command) {
    String line = String.join(" ", command);
    String cut =
        line.length() <= LONGEST_RECORDED ? line : line.substring(0, LONGEST_RECORDED) + "…";
    // A cut through a surrogate pair leaves what no JSON can hold; UTF-8 makes a '?' of it.
    return new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
