package dev.claw.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description =
        "Shows what the supervisor printed when it was started on demand. Under systemd, 'journalctl --user' has it.")
final class SupervisorLogsCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Option(
      names = {"-n", "--tail"},
      paramLabel = "LINES",
      description = "Only so many last lines.")
  private int tail = -1;

  SupervisorLogsCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    if (tail < -1) {
      throw new CliException(
          ExitCode.USAGE,
          "--tail: expected a number of lines from 0, or -1 for all, found " + tail);
    }
    List<String> lines = lines(claw.home().supervisorLog());
    int from = tail < 0 ? 0 : Math.max(0, lines.size() - tail);
    lines
        .subList(from, lines.size())
        .forEach(line -> claw.out().println(TerminalText.visible(line)));
    return ExitCode.DONE;
  }

  private static List<String> lines(Path log) throws CliException {
    if (!Files.isRegularFile(log, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    try {
      return new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new CliException(ExitCode.STATE, log + ": can't be read: " + e.getMessage(), e);
    }
  }
}
