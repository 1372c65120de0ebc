package dev.claw.model;

import java.util.Set;

/**
 * A backend and what it can enforce here.
 *
 * @param name such as {@code podman}
 * @param version such as {@code 5.4.2}
 * @param cgroupControllers controllers that are delegated to the operator, such as {@code memory},
 *     {@code pids}
 */
public record BackendInfo(
    String name, String version, boolean rootless, Set<String> cgroupControllers) {
  /** Copies the set. */
  public BackendInfo {
    cgroupControllers = Set.copyOf(cgroupControllers);
  }
}
