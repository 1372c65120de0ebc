package dev.claw.backend.podman;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceTest {
  private static final String PING = "GET /v4.0.0/libpod/_ping";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"tcp://127.0.0.1:1", "ssh://h/x", "unix://", "unix://rel", "/x", "\u001b"})
  void otherHostsAreRefused(String host) {
    BackendException error = refused(Map.of("CONTAINER_HOST", host));
    assertThat(error.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(error)
        .hasMessageContaining("CONTAINER_HOST: expected unix://")
        .hasMessageContaining("unset CONTAINER_HOST");
    assertThat(error.getMessage()).doesNotContain("\u001b");
  }

  @Test
  void aNamedServiceThatDoesNotAnswerIsNotReplaced() {
    BackendException error = refused(Map.of("CONTAINER_HOST", "unix:///nonexistent/x.sock"));
    assertThat(error.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(error).hasMessageContaining("/nonexistent/x.sock");
  }

  @ParameterizedTest
  @CsvSource({
    "4.3.1,true",
    "4.3.0-rc1,true",
    "5.4.2,true",
    "5.99.0,true",
    "4.2.1,false",
    "3.4.4,false",
    "6.0.0,false"
  })
  void versionDecides(String version, boolean good) throws Exception {
    try (FakeService service = new FakeService(folder)) {
      service.raw(PING, ping("Libpod-API-Version: " + version + "\r\n"));
      Map<String, String> environment = Map.of("CONTAINER_HOST", "unix://" + service.socket);
      if (good) {
        assertThat(finder(environment).get().version().text()).isEqualTo(version);
      } else {
        assertThat(refused(environment))
            .hasMessageContaining("found " + version)
            .hasMessageContaining("install");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Libpod-API-Version: x\r\n", "Libpod-API-Version: 4.3\u001b\r\n"})
  void whatIsNotPodmanIsRefused(String header) throws Exception {
    try (FakeService service = new FakeService(folder).raw(PING, ping(header))) {
      assertThat(refused(Map.of("CONTAINER_HOST", "unix://" + service.socket)))
          .hasMessageContaining("expected Podman's API");
    }
  }

  @Test
  void theUsersOwnSocketComesBeforeOneOfClaws() throws Exception {
    Path own = Files.createDirectories(folder.resolve("podman"));
    try (FakeService service = new FakeService(own)) {
      service.raw(PING, ping("Libpod-API-Version: 5.4.2\r\n"));
      Files.createSymbolicLink(own.resolve("podman.sock"), service.socket);
      assertThat(finder(Map.of("XDG_RUNTIME_DIR", folder.toString())).get().socket())
          .isEqualTo(own.resolve("podman.sock"));
    }
  }

  @Test
  void aPodmanThatFailsIsReportedWithItsWords() throws Exception {
    program("echo 'cannot set up \u001b[2Jnamespace'; exit 125");
    BackendException error = refused(Map.of("PATH", System.getenv("PATH")));
    assertThat(error.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(error)
        .hasMessageContaining("exit code 125")
        .hasMessageContaining("cannot set up")
        .hasMessageContaining("claw doctor");
    assertThat(error.getMessage()).doesNotContain("\u001b");
  }

  @Test
  void aServiceThatNeverAnswersIsGivenUpAndEnded() throws Exception {
    Path pid = folder.resolve("pid");
    program("echo $$ > " + pid + "; exec sleep 1000");
    BackendException error = refused(Map.of("PATH", System.getenv("PATH")), Duration.ofSeconds(1));
    assertThat(error).hasMessageContaining("did not answer within 1 s");
    String number = Files.exists(pid) ? Files.readString(pid).strip() : "";
    if (!number.isEmpty()) { // else it was ended before it had begun
      ProcessHandle.of(Long.parseLong(number)).ifPresent(process -> process.onExit().join());
    }
  }

  @Test
  void aDeadServicesSocketIsReplaced() throws Exception {
    Path runtime = Files.createDirectory(folder.resolve("claw"));
    Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwx------"));
    ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(runtime.resolve("podman.sock")))
        .close();
    Path seen = folder.resolve("seen");
    program("ls " + runtime + " > " + seen + "; exit 1");
    assertThat(refused(Map.of("PATH", System.getenv("PATH")))).hasMessageContaining("exit code 1");
    assertThat(Files.readString(seen)).doesNotContain("podman.sock");
  }

  @Test
  void anOpenRuntimeFolderIsRefused() throws Exception {
    Path runtime = Files.createDirectory(folder.resolve("claw"));
    Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(refused(Map.of())).hasMessageContaining("chmod 700");
  }

  @Test
  void twoThatStartAServiceTakeTurns() throws Exception {
    Path starts = folder.resolve("starts");
    program("echo start >> " + starts + "; sleep 1; exit 1");
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<BackendException> a =
          threads.submit(() -> refused(Map.of("PATH", System.getenv("PATH"))));
      Future<BackendException> b =
          threads.submit(() -> refused(Map.of("PATH", System.getenv("PATH"))));
      assertThat(List.of(a.get(), b.get())).allMatch(e -> e.kind() == Kind.UNAVAILABLE);
    }
    assertThat(starts).content().isEqualTo("start\nstart\n");
  }

  @Test
  void theDefaultsAreThese() {
    PodmanOptions options = PodmanOptions.of(Map.of(), Path.of("/run/user/1/claw"));
    assertThat(options.podman()).isEqualTo("podman");
    assertThat(options.answer()).isEqualTo(Duration.ofMinutes(2));
    assertThat(options.serviceStart()).isEqualTo(Duration.ofSeconds(90));
    assertThat(options.serviceIdle()).isEqualTo(Duration.ofMinutes(5));
  }

  private static String ping(String header) {
    return "HTTP/1.1 200 OK\r\n" + header + "Content-Length: 2\r\n\r\nOK";
  }

  private BackendException refused(Map<String, String> environment) {
    return refused(environment, Duration.ofSeconds(20));
  }

  private BackendException refused(Map<String, String> environment, Duration start) {
    ServiceFinder finder = finder(environment, start);
    BackendException error = catchThrowableOfType(BackendException.class, finder::get);
    assertThat(error).isNotNull();
    return error;
  }

  private ServiceFinder finder(Map<String, String> environment) {
    return finder(environment, Duration.ofSeconds(20));
  }

  private ServiceFinder finder(Map<String, String> environment, Duration start) {
    PodmanOptions options =
        new PodmanOptions(
            new HashMap<>(environment),
            folder.resolve("claw"),
            folder.resolve("fake podman").toString(),
            Duration.ofSeconds(20),
            start,
            Duration.ofSeconds(5));
    return new ServiceFinder(options, new RuntimeFolder(options.runtimeDirectory()));
  }

  private void program(String script) throws IOException {
    Path program = Files.writeString(folder.resolve("fake podman"), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
  }
}
