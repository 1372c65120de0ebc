package dev.claw.model;

/**
 * A Podman secret that the container gets; only its name is ever written down.
 *
 * @param name the secret's name in Podman
 */
public record Secret(String name, Target target) {
  /** Where the container finds the value. */
  public sealed interface Target {
    /** In an environment variable. */
    record Environment(String variable) implements Target {}

    /** In the read-only file {@code /run/secrets/NAME}. */
    record File(String name) implements Target {}
  }
}
