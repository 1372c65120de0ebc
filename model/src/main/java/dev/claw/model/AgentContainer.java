package dev.claw.model;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An agent's container as the backend lists it.
 *
 * @param containerId the backend's id
 * @param lock from the label {@code claw.lock}
 * @param image the digest that it was made from; null where the backend no longer has it
 * @param startedAt of the present or last run; null before the first
 * @param exitCode of the last run; meaningful for EXITED
 */
public record AgentContainer(
    AgentId id,
    AgentName name,
    String containerId,
    State state,
    Digest lock,
    @Nullable Digest image,
    @Nullable Instant startedAt,
    int exitCode) {

  /** As Podman tells them apart. */
  public enum State {
    CREATED,
    RUNNING,
    PAUSED,
    EXITED,
    /** On its way from one state to another, or in one that claw has no word for. */
    OTHER;

    /** The word for it in listings. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** When the present or last run began; empty before the first. */
  public Optional<Instant> findStartedAt() {
    return Optional.ofNullable(startedAt);
  }

  /** The digest that it was made from; empty where the backend no longer has that image. */
  public Optional<Digest> findImage() {
    return Optional.ofNullable(image);
  }
}
