package dev.claw.cli;

import dev.claw.model.AgentName;
import dev.claw.model.ExecOptions;
import dev.claw.supervisor.AgentExec;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** A program inside an agent's container, on the caller's streams. */
final class InsideProgram {
  private final Claw claw;
  private final AgentExec exec;

  InsideProgram(Claw claw, AgentExec exec) {
    this.claw = claw;
    this.exec = exec;
  }

  /** The arguments without the {@code --} that parts them from claw's own. */
  private static List<String> arguments(List<String> words) {
    return !words.isEmpty() && words.getFirst().equals("--")
        ? words.subList(1, words.size())
        : words;
  }

  static List<String> openclaw(List<String> arguments) {
    List<String> command = new ArrayList<>(List.of("openclaw"));
    command.addAll(arguments(arguments));
    return command;
  }

  /** Runs it and ends this process with the program's own exit code. */
  ExitCode run(AgentName name, ExecOptions options, List<String> words) throws Exception {
    List<String> command = arguments(words);
    if (command.isEmpty()) {
      throw new CliException(
          ExitCode.USAGE,
          "exec: expected a program behind the agent's name, as in 'claw exec "
              + name
              + " -- pwd'");
    }
    if (options.terminal()
        && !(claw.surroundings().inIsTerminal() && claw.surroundings().outIsTerminal())) {
      throw new CliException(
          ExitCode.USAGE,
          "-t: expected a terminal on standard input and output; leave -t out in a pipe");
    }
    int status = exec.run(name, options, command, this::process);
    if (status == 0) {
      return ExitCode.DONE;
    }
    throw new ProgramEnded(status);
  }

  private int process(List<String> hostCommand, ExecOptions options)
      throws IOException, InterruptedException {
    Surroundings surroundings = claw.surroundings();
    ProcessBuilder builder = new ProcessBuilder(hostCommand);
    builder.redirectInput(
        options.input()
            ? ProcessBuilder.Redirect.INHERIT
            : ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
    boolean escapeOut = surroundings.outIsTerminal() && !options.terminal();
    boolean escapeErr = surroundings.errIsTerminal() && !options.terminal();
    builder.redirectOutput(
        escapeOut ? ProcessBuilder.Redirect.PIPE : ProcessBuilder.Redirect.INHERIT);
    builder.redirectError(
        escapeErr ? ProcessBuilder.Redirect.PIPE : ProcessBuilder.Redirect.INHERIT);
    surroundings.out().flush();
    Process process = builder.start();
    try {
      Thread errors = escapeErr ? pump(process.getErrorStream(), surroundings.err()) : null;
      Thread output = escapeOut ? pump(process.getInputStream(), surroundings.out()) : null;
      int status = process.waitFor();
      if (output != null) {
        output.join();
      }
      if (errors != null) {
        errors.join();
      }
      return status;
    } finally {
      process.destroy();
    }
  }

  private static Thread pump(InputStream from, PrintStream to) {
    return Thread.ofPlatform()
        .start(
            () -> {
              try (from) {
                new TerminalText(to).copy(from);
              } catch (IOException e) {
                to.println("claw: the program's output broke off: " + e.getMessage());
              }
            });
  }
}
