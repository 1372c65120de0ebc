package dev.claw.backend.podman;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.claw.model.AgentContainer;
import dev.claw.model.AgentContainer.State;
import dev.claw.model.AgentId;
import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentsTest {
  private static final AgentId ID = new AgentId("0123456789abcdef0123456789abcdef");
  private static final String LIST = "GET /v4.0.0/libpod/containers/json?";
  private static final String IMAGES = "GET /v4.0.0/libpod/images/json";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "4.3.1,created,CREATED,false",
    "4.3.1,running,RUNNING,true",
    "4.3.1,exited,EXITED,true",
    "5.4.2,created,CREATED,false",
    "5.4.2,running,RUNNING,true",
    "5.4.2,paused,PAUSED,true"
  })
  void readsRecordedLists(String version, String fixture, State state, boolean ran)
      throws Exception {
    try (FakeService service = new FakeService(folder)) {
      service.recorded(LIST, version + "/list-" + fixture + ".json");
      service.recorded(IMAGES, version + "/images.json");
      List<AgentContainer> agents = new Agents(service.libpod()).list();
      assertThat(agents).hasSize(1);
      AgentContainer agent = agents.getFirst();
      assertThat(agent.id()).isEqualTo(ID);
      assertThat(agent.name().value()).isEqualTo("coder");
      assertThat(agent.state()).isEqualTo(state);
      assertThat(agent.startedAt() != null).isEqualTo(ran);
      assertThat(agent.image()).isNotNull();
      assertThat(agent.exitCode()).isEqualTo(state == State.EXITED ? 137 : 0);
      assertThat(service.requests()).hasSize(2);
    }
  }

  @Test
  void anEmptyListCostsOneCall() throws Exception {
    try (FakeService service = new FakeService(folder).json(LIST, "[]")) {
      assertThat(new Agents(service.libpod()).list()).isEmpty();
      assertThat(service.requests()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "null",
        "[null, 1, \"x\", []]",
        "[{\"Id\": 7, \"Labels\": [], \"Names\": {}, \"State\": null, \"StartedAt\": 1e99}]",
        "[{\"Labels\": {\"claw.id\": \"\\u001b[2J\"}}]"
      })
  void rowsOfAnotherShapeAreNoAgents(String rows) throws Exception {
    try (FakeService service = new FakeService(folder).json(LIST, rows)) {
      assertThat(new Agents(service.libpod()).list()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\n\r\n[",
        "HTTP/1.1 200 OK\r\n\r\n[]]",
        "HTTP/1.1 200 OK\r\n\r\n\u001b[2J",
        "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n[]",
        "HTTP/1.1 500 Internal Server Error\r\n\r\n{\"message\": \"\\u001b[2J boom\"}",
        "HTTP/1.1 500 Internal Server Error\r\n\r\nboom\u001b[2J",
        "HTTP/1.1 301 Moved Permanently\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
        "SSH-2.0-OpenSSH\r\n",
        ""
      })
  void aBrokenAnswerIsAClearError(String answer) throws Exception {
    try (FakeService service = new FakeService(folder).raw(LIST, answer)) {
      Agents agents = new Agents(service.libpod());
      BackendException error = catchThrowableOfType(BackendException.class, agents::list);
      assertThat(error).isNotNull();
      assertThat(error.getMessage()).startsWith("agents: ").doesNotContain("\u001b");
    }
  }

  @Test
  void deepNestingIsRefused() throws Exception {
    try (FakeService service = new FakeService(folder).json(LIST, "[".repeat(100_000))) {
      Agents agents = new Agents(service.libpod());
      assertThat(catchThrowableOfType(BackendException.class, agents::list)).isNotNull();
    }
  }

  @Test
  void podmansOwnWordsAreInTheMessage() throws Exception {
    try (FakeService service =
        new FakeService(folder).raw("GET", FakeService.fixture("4.3.1/no-such-container.http"))) {
      BackendException error =
          catchThrowableOfType(
              BackendException.class, () -> service.libpod().get("container 'x'", "/x"));
      assertThat(error.kind()).isEqualTo(Kind.NOT_FOUND);
      assertThat(error).hasMessageContaining("no container with name or ID \"nope\" found");
    }
  }

  @Test
  void anIdIsLookedForByLabelAndComparedAgain() throws Exception {
    // An answer that ignores the filter must not make another agent's container this one's.
    try (FakeService service = new FakeService(folder).recorded(LIST, "4.3.1/list-running.json")) {
      assertThat(new Agents(service.libpod()).findRow(new AgentId("f".repeat(32)))).isEmpty();
      assertThat(new Agents(service.libpod()).findRow(ID)).isPresent();
    }
  }

  @Test
  void aPausedContainerIsNeitherStartedNorLeftInTheDark() throws Exception {
    try (FakeService service = new FakeService(folder).recorded(LIST, "5.4.2/list-paused.json")) {
      Libpod libpod = service.libpod();
      Lifecycle lifecycle = new Lifecycle(libpod, new Agents(libpod));
      BackendException error =
          catchThrowableOfType(BackendException.class, () -> lifecycle.start(ID));
      assertThat(error.kind()).isEqualTo(Kind.CONFLICT);
      assertThat(error).hasMessageContaining("podman unpause claw-coder-agent");
      assertThat(service.requests()).noneMatch(request -> request.startsWith("POST"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\n\r\n[1,"})
  void aServiceThatStopsTalkingIsNotWaitedForForEver(String said) throws Exception {
    Path socket = folder.resolve("mute.sock");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  server.accept().write(ByteBuffer.wrap(said.getBytes(StandardCharsets.UTF_8)));
                } catch (IOException e) {
                  // the test is over
                }
              });
      PodmanService service = new PodmanService(socket, new PodmanVersion(5, 4, "5.4.2"));
      Agents agents = new Agents(new Libpod(() -> service, Duration.ofMillis(300)));
      BackendException error = catchThrowableOfType(BackendException.class, agents::list);
      assertThat(error.kind()).isEqualTo(Kind.TIMEOUT);
    }
  }
}
