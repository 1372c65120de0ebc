package dev.claw.model;

/**
 * One thing that {@code claw doctor} looked at.
 *
 * @param subject what was looked at
 * @param found what was found
 * @param fix the command or act that mends it; empty where nothing is to mend
 */
public record Check(String subject, Outcome outcome, String found, String fix) {
  /** How it stands. */
  public enum Outcome {
    OK,
    /** An agent can run, with less than was promised. */
    WARNING,
    /** An agent could not run. */
    FAILED
  }
}
