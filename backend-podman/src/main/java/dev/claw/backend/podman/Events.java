package dev.claw.backend.podman;

import dev.claw.model.AgentId;
import dev.claw.model.BackendException;
import dev.claw.model.InvalidValueException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** What Podman says of agents' containers as it happens. */
final class Events {
  private static final int LONGEST_EVENT = 256 * 1024;

  private final Libpod libpod;

  Events(Libpod libpod) {
    this.libpod = libpod;
  }

  void watch(Instant since, Consumer<AgentId> changed) throws BackendException {
    String subject = "events of containers";
    // Podman's filter for a label compares it whole, so every container's events are asked for.
    String path =
        "/events?stream=true&since="
            + since.getEpochSecond()
            + "&"
            + Libpod.filters(Map.of("type", List.of("container")));
    // It answers, even with its status line, only when there is something to show; so whoever asks
    // can't know when it began to listen, and says from when on it wants to hear.
    try (HttpAnswer answer = libpod.stream(subject, "GET", path, null, Deadline.NEVER)) {
      InputStream in = answer.body();
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int b = in.read(); b >= 0; b = in.read()) {
        if (b != '\n') {
          line.write(b);
        } else {
          agent(line.toByteArray()).ifPresent(changed);
          line.reset();
        }
        if (line.size() > LONGEST_EVENT) {
          throw new IOException("an event is longer than " + LONGEST_EVENT + " bytes");
        }
      }
    } catch (IOException e) {
      throw libpod.broken(subject, e);
    }
  }

  private static Optional<AgentId> agent(byte[] event) throws IOException {
    Json parsed = Json.parse(event);
    if (parsed.get("Action").text().startsWith("exec")) {
      return Optional.empty(); // which changes nothing of the container
    }
    String id = parsed.get("Actor").get("Attributes").get(Label.ID).text();
    try {
      return id.isEmpty() ? Optional.empty() : Optional.of(AgentId.parse(id));
    } catch (InvalidValueException e) {
      return Optional.empty(); // somebody else's label
    }
  }
}
