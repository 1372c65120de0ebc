package dev.claw.cli;

import dev.claw.model.AgentName;
import dev.claw.model.InvalidValueException;
import dev.claw.supervisor.AgentAsk;
import dev.claw.supervisor.Approvals;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Asks an agent something: one turn, with the tools that its policy gives it. The answer is"
          + " printed as it comes; Ctrl-C ends the turn. Where a command waits to be allowed, a line on standard error"
          + " says which, and how.",
      "Other users of the host can read the command line while claw runs; a message '-' is read from"
          + " standard input."
    })
final class AskCommand implements Callable<ExitCode> {
  private static final int LONGEST_INPUT = 2 << 20;

  private final Claw claw;

  @Mixin private JsonOption json = new JsonOption();

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "How long the turn may take, such as 90s or 10m, which is the default.")
  private String timeout = "10m";

  @Option(
      names = "--session",
      paramLabel = "ID",
      description =
          "Go on with a conversation, or begin one under this name; without, each question begins"
              + " its own.")
  private @Nullable String session;

  @Mixin private AgentArgument agent = new AgentArgument();

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "MESSAGE",
      description = "What to ask; several words become one message.")
  private List<String> words = List.of();

  AskCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    AgentAsk.Question question = question();
    AgentName name = agent.name();
    if (json.wanted()) {
      try (ApprovalNotice _ = notice(name, claw.err()::println)) {
        RecordJson.print(claw.out(), claw.agentAsk().ask(name, question, delta -> {}));
      }
      return ExitCode.DONE;
    }
    Printed printed = new Printed(claw.out(), claw.surroundings().outIsTerminal());
    try (ApprovalNotice _ = notice(name, line -> printed.between(() -> claw.err().println(line)))) {
      claw.agentAsk().ask(name, question, printed::print);
    } finally {
      printed.end();
    }
    return ExitCode.DONE;
  }

  private ApprovalNotice notice(AgentName name, Consumer<String> out) {
    Approvals approvals = claw.approvals();
    return ApprovalNotice.start(() -> approvals.list(Optional.of(name)).approvals(), out);
  }

  /** The answer as far as it came; what is said after it begins on a line of its own. */
  private static final class Printed {
    private final PrintStream out;
    private final boolean terminal;
    private boolean lineOpen;

    Printed(PrintStream out, boolean terminal) {
      this.out = out;
      this.terminal = terminal;
    }

    synchronized void print(String delta) {
      out.print(terminal ? TerminalText.visible(delta) : delta);
      out.flush();
      lineOpen = !delta.endsWith("\n");
    }

    synchronized void end() {
      if (lineOpen) {
        out.println();
      }
    }

    /** Says something in the middle, on a terminal on a line of its own. */
    synchronized void between(Runnable say) {
      if (terminal && lineOpen) {
        out.println();
        lineOpen = false;
      }
      say.run();
    }
  }

  private AgentAsk.Question question() throws CliException, IOException {
    String message = words.equals(List.of("-")) ? input() : String.join(" ", words);
    Duration wait =
        Configuration.duration(timeout)
            .filter(duration -> !duration.isZero())
            .orElseThrow(
                () ->
                    new CliException(
                        ExitCode.USAGE,
                        "--timeout: expected a time such as 90s or 10m, found '" + timeout + "'"));
    try {
      return AgentAsk.Question.parse(message, Optional.ofNullable(session), wait);
    } catch (InvalidValueException e) {
      throw new CliException(ExitCode.USAGE, "ask: " + e.getMessage(), e);
    }
  }

  /** Read no further than shows that it is too long. */
  private String input() throws IOException {
    InputStream in = claw.surroundings().in();
    return new String(in.readNBytes(LONGEST_INPUT), StandardCharsets.UTF_8);
  }
}
