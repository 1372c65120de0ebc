package dev.claw.cli;

import dev.claw.model.LogQuery;
import java.io.PrintStream;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    description = "Shows what the agent's container printed, with control characters made visible.")
final class LogsCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private AgentArgument agent = new AgentArgument();

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with what comes.")
  private boolean follow;

  @Option(
      names = "--since",
      paramLabel = "WHEN",
      description = "Only what is not older: a duration such as 10m, or an RFC 3339 time.")
  private @Nullable String since;

  @Option(
      names = {"-n", "--tail"},
      paramLabel = "LINES",
      description = "Only so many last lines.")
  private int tail = -1;

  @Option(
      names = {"-t", "--timestamps"},
      description = "Put the time in front of each line.")
  private boolean timestamps;

  LogsCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    if (tail < -1) {
      throw new CliException(
          ExitCode.USAGE,
          "--tail: expected a number of lines from 0, or -1 for all, found " + tail);
    }
    @Nullable Instant from = since == null ? null : When.parse(since, claw.surroundings().clock());
    claw.agentExec()
        .logs(
            agent.name(),
            new LogQuery(follow, from, tail),
            (time, error, line) -> {
              PrintStream stream = error ? claw.err() : claw.out();
              stream.println((timestamps ? time + " " : "") + TerminalText.visible(line));
              return !stream.checkError();
            });
    return ExitCode.DONE;
  }
}
