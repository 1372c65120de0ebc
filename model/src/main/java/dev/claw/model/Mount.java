package dev.claw.model;

/**
 * A folder or file of the host that the container sees.
 *
 * @param source absolute real path on the host, links resolved
 * @param target absolute path in the container
 */
public record Mount(String source, String target, Mode mode) {
  /** Whether the container can write to it. */
  public enum Mode {
    RO,
    RW
  }
}
