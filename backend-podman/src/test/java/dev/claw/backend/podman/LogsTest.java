package dev.claw.backend.podman;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.AgentContainer.State;
import dev.claw.model.LogQuery;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogsTest {
  private static final ListedContainer ROW =
      new ListedContainer("c1", "claw-a", "", "", false, "", State.RUNNING, null, 0, Map.of());

  @TempDir Path folder;

  /** Podman sends not even its status line before the container has printed something. */
  @Test
  void whoFollowsAQuietContainerWaitsWithoutEnd() throws Exception {
    List<String> lines = new ArrayList<>();
    try (FakeService service = new FakeService(folder)) {
      service.raw(
          "GET /v4.0.0/libpod/containers/c1/logs?",
          "HTTP/1.1 200 OK\r\nContent-Length: 33\r\n\r\n"
              + "\1\0\0\0\0\0\0\u0019"
              + "2026-11-21T02:19:31Z one\n");
      PodmanVersion version = new PodmanVersion(4, 3, "4.3.1");
      Libpod impatient =
          new Libpod(() -> new PodmanService(service.socket, version), Duration.ZERO);
      new Logs(impatient)
          .read(ROW, new LogQuery(true, null, -1), (time, error, line) -> lines.add(line));
    }
    assertThat(lines).containsExactly("one");
  }
}
