package dev.claw.backend.podman;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Where Podman is and how long claw waits for it.
 *
 * @param environment the operator's; {@code CONTAINER_HOST}, {@code XDG_RUNTIME_DIR}, {@code PATH}
 *     and {@code HOME} are read, and a service that claw starts inherits it
 * @param runtimeDirectory {@code $XDG_RUNTIME_DIR/claw}; made with mode 0700 where it is missing
 * @param podman the program, by name on {@code PATH} or by absolute path
 * @param answer how long a service may take for an ordinary answer
 * @param serviceStart how long a service that claw starts may take until it answers
 * @param serviceIdle after how long without a request a service that claw started ends by itself
 */
public record PodmanOptions(
    Map<String, String> environment,
    Path runtimeDirectory,
    String podman,
    Duration answer,
    Duration serviceStart,
    Duration serviceIdle) {

  /** Copies the environment. */
  public PodmanOptions {
    environment = Map.copyOf(environment);
  }

  /**
   * The program {@code podman}, two minutes for an answer (removing a large container on a busy
   * disk takes long), 90 s for a service to start (it waits for the storage while another Podman
   * copies an image), and five minutes of rest before it ends.
   */
  public static PodmanOptions of(Map<String, String> environment, Path runtimeDirectory) {
    return new PodmanOptions(
        environment,
        runtimeDirectory,
        "podman",
        Duration.ofMinutes(2),
        Duration.ofSeconds(90),
        Duration.ofMinutes(5));
  }
}
