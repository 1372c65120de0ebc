package dev.claw.backend.podman;

import dev.claw.model.AgentContainer.State;
import dev.claw.model.AgentId;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A row of libpod's list of containers.
 *
 * @param pod id of its pod; empty for none
 * @param startedAt null where it never ran
 */
record ListedContainer(
    String id,
    String name,
    String pod,
    String podName,
    boolean infra,
    String imageId,
    State state,
    @Nullable Instant startedAt,
    int exitCode,
    Map<String, String> labels) {

  static ListedContainer from(Json json) {
    long started = json.get("StartedAt").number();
    return new ListedContainer(
        json.get("Id").text(),
        json.get("Names").texts().stream().findFirst().orElse(""),
        json.get("Pod").text(),
        json.get("PodName").text(),
        json.get("IsInfra").isTrue(),
        json.get("ImageID").text(),
        state(json.get("State").text()),
        started <= 0 ? null : Instant.ofEpochSecond(started),
        (int) json.get("ExitCode").number(),
        json.get("Labels").textMembers());
  }

  boolean claims(AgentId id) {
    return id.value().equals(labels.get(Label.ID));
  }

  private static State state(String word) {
    return switch (word) {
      case "created", "configured", "initialized" -> State.CREATED;
      case "running" -> State.RUNNING;
      case "paused" -> State.PAUSED;
      case "exited", "stopped" -> State.EXITED;
      default -> State.OTHER;
    };
  }
}
