package dev.claw.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
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
      names = {"-f", "--follow"},
      description = "Go on with what comes, until interrupted.")
  private boolean follow;

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
    Path log = claw.home().supervisorLog();
    try {
      if (follow) {
        claw.home().verify();
        follow(log);
      } else {
        printLast(new GrowingLog(log));
      }
      return ExitCode.DONE;
    } catch (IOException e) {
      throw new CliException(ExitCode.STATE, log + ": can't be read: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      return ExitCode.INTERRUPTED; // that is how it ends; there is nothing to say
    }
  }

  private void follow(Path log) throws IOException, InterruptedException {
    Path folder = log.resolveSibling("");
    try (WatchService watch = folder.getFileSystem().newWatchService()) {
      // Before the first look, so that nothing comes between the two.
      folder.register(
          watch, StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_CREATE);
      GrowingLog growing = new GrowingLog(log);
      printLast(growing);
      while (!claw.out().checkError()) {
        WatchKey key = watch.take();
        key.pollEvents();
        print(growing.read());
        if (!key.reset()) {
          return; // the folder is gone
        }
      }
    }
  }

  private void printLast(GrowingLog log) throws IOException {
    List<String> lines = log.read();
    print(lines.subList(tail < 0 ? 0 : Math.max(0, lines.size() - tail), lines.size()));
  }

  private void print(List<String> lines) {
    lines.forEach(line -> claw.out().println(TerminalText.visible(line)));
  }
}
