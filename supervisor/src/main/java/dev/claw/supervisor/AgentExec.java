package dev.claw.supervisor;

import dev.claw.model.AgentContainer;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.Digest;
import dev.claw.model.ExecOptions;
import dev.claw.model.LogQuery;
import dev.claw.model.LogSink;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks and acts inside an agent's running container. */
public final class AgentExec {
  /** Characters of a command line that stand in the audit log; the digest covers all of them. */
  private static final int LONGEST_RECORDED = 4096;

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
            Map.of(
                "command",
                recorded(command),
                "commandDigest",
                Digest.of(String.join("\0", command)).value(),
                "terminal",
                options.terminal()),
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

  /**
   * The arguments one by one, so that "a b" and "a", "b" are told apart; too long a tail is cut.
   */
  private static List<String> recorded(List<String> command) {
    List<String> arguments = new ArrayList<>();
    int left = LONGEST_RECORDED;
    for (String argument : command) {
      if (left == 0) {
        arguments.add("…");
        break;
      }
      String cut = argument.length() <= left ? argument : argument.substring(0, left) + "…";
      // A cut through a surrogate pair leaves what no JSON can hold; UTF-8 makes a '?' of it.
      arguments.add(new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
      left -= Math.min(left, argument.length());
    }
    return arguments;
  }
}
