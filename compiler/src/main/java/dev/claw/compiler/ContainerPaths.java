package dev.claw.compiler;

import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.nio.file.Path;
import java.util.List;

/** Where things stand in an agent's container, and where a template may put more. */
final class ContainerPaths {
  static final String WORKSPACE = "/workspace";
  static final String STATE = "/state";
  static final String LOGS = "/logs";
  static final String CONFIG = "/etc/claw/openclaw.json";
  static final String TMP = "/tmp";
  static final String HOME = "/home/agent";

  private static final List<String> CLOSED =
      List.of(
          "/proc", "/sys", "/dev", "/etc", "/opt", "/usr", "/bin", "/sbin", "/lib", "/lib32",
          "/lib64", "/libx32", "/run", "/var", "/boot", "/root", TMP, HOME, STATE, LOGS);

  private ContainerPaths() {}

  /** Whether a text is an absolute path in the only spelling that it has. */
  static boolean isPlain(String text) {
    return text.startsWith("/")
        && text.length() > 1
        && text.length() <= 1024
        && text.chars().noneMatch(c -> c < ' ' || c == 0x7f)
        && Path.of(text).normalize().toString().equals(text);
  }

  /**
   * Checks where a template wants to mount something.
   *
   * @throws InvalidValueException where nothing may be mounted there
   */
  static void checkTarget(String text) throws InvalidValueException {
    if (!isPlain(text)) {
      throw new InvalidValueException(
          "expected an absolute path without '.', '..', '//' and a '/' at the end, such as"
              + " /workspace/app, found "
              + Quoted.of(text));
    }
    if (text.equals(WORKSPACE)) {
      throw new InvalidValueException(
          "expected a path below /workspace, found /workspace itself, which is the agent's own");
    }
    for (String closed : CLOSED) {
      boolean below = Path.of(text).startsWith(closed);
      if (below || Path.of(closed).startsWith(text)) {
        throw new InvalidValueException(
            "expected a path such as /workspace/app, found "
                + Quoted.of(text)
                + (below ? ", which is in " : ", which covers ")
                + closed);
      }
    }
  }
}
