package dev.claw.backend.podman;

import dev.claw.model.BackendException;
import java.nio.file.Path;

/** A Podman service that answered: where it is, and what it is. */
record PodmanService(Path socket, PodmanVersion version) {

  /** Finds a service, or starts one. */
  @FunctionalInterface
  interface Source {
    PodmanService get() throws BackendException;
  }
}
