package dev.claw.cli;

import dev.claw.model.Quoted;
import java.util.List;
import picocli.CommandLine.Parameters;

/** The chat's service that a command is about; there is one so far. */
final class ServiceArgument {
  static final String LABEL = "SERVICE";
  static final List<String> SERVICES = List.of("telegram");

  @Parameters(index = "0", paramLabel = LABEL, description = "The chat's service: telegram.")
  private String text = "";

  /** Refuses any other service. */
  void check() throws CliException {
    if (!SERVICES.contains(text)) {
      throw new CliException(
          ExitCode.USAGE, "service: expected telegram, found " + Quoted.of(text));
    }
  }
}
