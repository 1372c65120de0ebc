package dev.claw.compiler;

import java.util.Map;

/** What OpenClaw needs in its environment to stay within its container and to keep quiet. */
final class OpenClawEnvironment {
  static final Map<String, String> VARIABLES =
      Map.ofEntries(
          Map.entry("HOME", ContainerPaths.HOME),
          Map.entry("OPENCLAW_HOME", ContainerPaths.STATE),
          Map.entry("OPENCLAW_STATE_DIR", ContainerPaths.STATE),
          Map.entry("OPENCLAW_CONFIG_PATH", ContainerPaths.CONFIG),
          // claw writes the configuration; what the running agent would change is drift.
          Map.entry("OPENCLAW_CONFIG_READONLY", "1"),
          Map.entry("OPENCLAW_OFFLINE", "1"),
          Map.entry("OPENCLAW_NO_AUTO_UPDATE", "1"),
          // A restart is claw's to decide.
          Map.entry("OPENCLAW_NO_RESPAWN", "1"),
          Map.entry("OPENCLAW_DISABLE_BONJOUR", "1"),
          Map.entry("OPENCLAW_EXEC_SHELL_SNAPSHOT", "0"),
          Map.entry("DO_NOT_TRACK", "1"),
          // Its log lines are read in files and through pipes.
          Map.entry("NO_COLOR", "1"));

  private OpenClawEnvironment() {}
}
