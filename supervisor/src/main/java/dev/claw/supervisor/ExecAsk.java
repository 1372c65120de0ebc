package dev.claw.supervisor;

import dev.claw.model.Digest;
import dev.claw.model.Quoted;
import dev.claw.supervisor.Approval.Exec;
import java.time.Duration;
import java.util.List;

/**
 * A command as OpenClaw asks for it, in whatever words.
 *
 * @param gatewayId the name that OpenClaw has for it
 * @param environment names of variables
 * @param left until OpenClaw itself denies it
 */
public record ExecAsk(
    String gatewayId, String command, String cwd, List<String> environment, Duration left) {
  /** Most characters of a command that anybody can be expected to read. */
  static final int LONGEST_COMMAND = 8192;

  private static final int LONGEST_FOLDER = 1024;
  private static final int MOST_VARIABLES = 32;
  private static final int LONGEST_VARIABLE = 64;

  /** Copies the list. */
  public ExecAsk {
    environment = List.copyOf(environment);
  }

  /** What of it can be shown. */
  Exec shown() {
    return new Exec(
        Quoted.shortened(Quoted.visible(command), LONGEST_COMMAND),
        Quoted.shortened(Quoted.visible(cwd), LONGEST_FOLDER),
        environment.stream()
            .limit(MOST_VARIABLES)
            .map(name -> Quoted.shortened(Quoted.visible(name), LONGEST_VARIABLE))
            .toList());
  }

  /** Whether what is shown is all of it; what can't be seen can't be allowed. */
  boolean isWhole() {
    return Quoted.visible(command).length() <= LONGEST_COMMAND
        && Quoted.visible(cwd).length() <= LONGEST_FOLDER
        && environment.size() <= MOST_VARIABLES
        && environment.stream().allMatch(name -> Quoted.visible(name).length() <= LONGEST_VARIABLE);
  }

  /**
   * What the same command in the same folder has in common. One with variables is like no other,
   * because OpenClaw does not tell their values. With its length in front the folder ends where it
   * does: any character can stand in either.
   */
  String same() {
    return environment.isEmpty() ? Digest.of(cwd.length() + ":" + cwd + command).value() : "";
  }
}
