package dev.claw.supervisor;

import dev.claw.model.AgentContainer;
import dev.claw.model.BackendException;
import dev.claw.model.ExecResult;
import dev.claw.model.LogQuery;
import dev.claw.model.Quoted;
import dev.claw.supervisor.SupervisorException.Reason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Waits until an agent's gateway answers. */
final class Readiness {
  private static final Duration SLACK = Duration.ofSeconds(10);
  private static final int OUTPUT = 4096;
  private static final int LAST_LINES = 10;
  private static final int LONGEST_LINE = 500;

  private Readiness() {}

  /**
   * Blocks in one call until the first process inside says that it is ready; asking again and again
   * from outside would cost the host more than the agent's start.
   *
   * @throws SupervisorException FAILED with the last lines that the container printed, INTERRUPTED
   */
  static void await(Host host, AgentRecord agent, Duration timeout)
      throws SupervisorException, BackendException {
    String why;
    try {
      ExecResult result =
          host.backend()
              .exec(
                  agent.id(),
                  List.of(
                      InsideImage.INIT, "ready", "--timeout", Long.toString(timeout.toSeconds())),
                  timeout.plus(SLACK),
                  OUTPUT);
      if (result.exitCode() == 0) {
        return;
      }
      why = "its gateway was not ready after " + timeout.toSeconds() + " s";
    } catch (BackendException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new SupervisorException(
            Reason.INTERRUPTED, agent.name() + ": broken off; the agent was stopped again", e);
      }
      why = "waiting for its gateway failed: " + e.getMessage();
    }
    Optional<AgentContainer> container = host.backend().find(agent.id());
    if (container.isPresent() && container.get().state() == AgentContainer.State.EXITED) {
      why =
          "it ended with exit code "
              + container.get().exitCode()
              + meaning(container.get().exitCode());
    }
    throw new SupervisorException(
        Reason.FAILED,
        agent.name()
            + ": "
            + why
            + "; it was stopped. The last that it printed:\n"
            + lastLines(host, agent));
  }

  private static String meaning(int exitCode) {
    return switch (exitCode) {
      case 78 -> ", which is OpenClaw's for a configuration that it does not accept";
      case 137 -> ": it was killed, as the kernel does at the memory limit";
      default -> "";
    };
  }

  /** One line of an agent can be 64 KiB long. */
  private static String cut(String line) {
    return line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE) + "…";
  }

  private static String lastLines(Host host, AgentRecord agent) {
    Deque<String> lines = new ArrayDeque<>();
    try {
      host.backend()
          .logs(
              agent.id(),
              new LogQuery(false, null, LAST_LINES),
              (time, error, line) -> lines.add("  " + Quoted.visible(cut(line))));
    } catch (BackendException e) {
      return "  (its output can't be read: " + e.getMessage() + ")";
    }
    return lines.isEmpty() ? "  (nothing)" : String.join("\n", lines);
  }
}
