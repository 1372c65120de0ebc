package dev.claw.model;

import java.util.Locale;

/** What OpenClaw does when the agent wants to run a program ({@code tools.exec.mode}). */
public enum ExecMode {
  DENY,
  ALLOWLIST,
  ASK,
  AUTO,
  FULL;

  /** The word for it in templates, in openclaw.json and in locks. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
