package dev.claw.backend.podman;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.Check;
import dev.claw.model.Check.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostChecksTest {
  private static final String INFO = "GET /v4.0.0/libpod/info";

  @TempDir Path folder;

  @Test
  void aGoodHostNeedsNothing() throws Exception {
    goodHost();
    assertThat(checks(FakeService.fixture("5.4.2/info.json")))
        .filteredOn(check -> !check.subject().equals("disk space"))
        .allMatch(check -> check.outcome() == Outcome.OK && check.fix().isEmpty());
  }

  @Test
  void missingControllersAndCopyingStorageAreWarnings() throws Exception {
    goodHost();
    List<Check> checks = checks(FakeService.fixture("4.3.1/info.json"));
    Check controllers = get(checks, "cgroup controllers");
    assertThat(controllers.outcome()).isEqualTo(Outcome.WARNING);
    assertThat(controllers.found()).startsWith("cpu, memory, pids not delegated");
    assertThat(controllers.fix()).contains("Delegate=cpu cpuset io memory pids");
    assertThat(get(checks, "storage driver").outcome()).isEqualTo(Outcome.WARNING);
  }

  @Test
  void whatOnlyTheBuildOfTheImageNeedsIsAWarning() throws Exception {
    goodHost();
    List<String> names = List.of("mmdebstrap", "curl", "openssl", "npm");
    for (String name : names) {
      Files.delete(folder.resolve("usr/bin/" + name));
    }
    List<Check> checks = checks(FakeService.fixture("5.4.2/info.json"));
    for (String name : names) {
      assertThat(get(checks, name).outcome()).isEqualTo(Outcome.WARNING);
      assertThat(get(checks, name).fix()).isEqualTo("sudo apt install " + name);
    }
  }

  @Test
  void aDoorThatTheKernelDoesNotBuildIsAWarning() throws Exception {
    goodHost();
    program(
        "usr/bin/podman",
        "[ \"$1\" != unshare ] || { printf 'Error: no nft_redir\\033[2J\\n'; exit 1; }\n"
            + "echo podman version 5.4.2");
    Check door = get(checks(FakeService.fixture("5.4.2/info.json")), "door");
    assertThat(door.outcome()).isEqualTo(Outcome.WARNING);
    assertThat(door.found()).endsWith("no way out: Error: no nft_redir\\u001b[2J");
    assertThat(door.fix()).contains("modprobe");
  }

  @Test
  void withoutItsProgramsNoDoorIsTried() throws Exception {
    goodHost();
    Files.delete(folder.resolve("usr/sbin/nft"));
    List<Check> checks = checks(FakeService.fixture("5.4.2/info.json"));
    assertThat(get(checks, "nft").outcome()).isEqualTo(Outcome.WARNING);
    assertThat(checks).extracting(Check::subject).doesNotContain("door");
  }

  @Test
  void aBareHostFailsWithAFixForEach() {
    List<Check> checks =
        new HostChecks(
                new Libpod(
                    () -> {
                      throw new BackendException(Kind.UNAVAILABLE, "none\u001b[2J");
                    },
                    Duration.ofSeconds(1)),
                options(),
                folder)
            .run();
    for (String subject :
        List.of("podman", "podman service", "newuidmap", "nsenter", "setsid", "catatonit")) {
      assertThat(get(checks, subject).outcome()).as(subject).isEqualTo(Outcome.FAILED);
      assertThat(get(checks, subject).fix()).as(subject).isNotEmpty();
    }
    assertThat(get(checks, "subuids and subgids").fix())
        .contains("usermod --add-subuids 100000-165535", "ann");
    assertThat(checks).noneMatch(check -> check.found().contains("\u001b"));
  }

  @Test
  void anOldPodmanAClosedKernelAndNoLingerAreFound() throws Exception {
    goodHost();
    program("usr/bin/podman", "echo podman version 3.4.4");
    file("proc/sys/kernel/unprivileged_userns_clone", "0\n");
    Files.createDirectories(folder.resolve("run/systemd/system"));
    List<Check> checks = checks("{\"host\": {\"cgroupVersion\": \"v1\"}}");
    assertThat(get(checks, "podman").outcome()).isEqualTo(Outcome.FAILED);
    assertThat(get(checks, "user namespaces").fix()).contains("unprivileged_userns_clone=1");
    assertThat(get(checks, "linger").outcome()).isEqualTo(Outcome.WARNING);
    assertThat(get(checks, "cgroups").outcome()).isEqualTo(Outcome.FAILED);
    assertThat(get(checks, "rootless").outcome()).isEqualTo(Outcome.FAILED);
    assertThat(get(checks, "seccomp").outcome()).isEqualTo(Outcome.FAILED);
  }

  private List<Check> checks(String info) throws IOException {
    try (FakeService service = new FakeService(folder).json(INFO, info)) {
      return new HostChecks(service.libpod(), options(), folder).run();
    }
  }

  private PodmanOptions options() {
    return new PodmanOptions(
        Map.of("PATH", "/usr/bin", "USER", "ann"),
        folder.resolve("claw"),
        folder.resolve("usr/bin/podman").toString(),
        Duration.ofSeconds(20),
        Duration.ofSeconds(20),
        Duration.ofSeconds(5));
  }

  private void goodHost() throws IOException {
    program("usr/bin/podman", "echo podman version 5.4.2");
    for (String name :
        List.of(
            "newuidmap",
            "nsenter",
            "setpriv",
            "setsid",
            "catatonit",
            "mmdebstrap",
            "curl",
            "openssl",
            "npm")) {
      program("usr/bin/" + name, "exit 0");
    }
    // An ordinary user's PATH does not lead there.
    for (String name : List.of("ip", "nft", "haproxy")) {
      program("usr/sbin/" + name, "true");
    }
    file("proc/sys/user/max_user_namespaces", "1000\n");
  }

  private void program(String path, String script) throws IOException {
    file(path, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(
        folder.resolve(path), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void file(String path, String text) throws IOException {
    Files.createDirectories(folder.resolve(path.substring(0, path.lastIndexOf('/'))));
    Files.writeString(folder.resolve(path), text);
  }

  private static Check get(List<Check> checks, String subject) {
    return checks.stream()
        .filter(check -> check.subject().equals(subject))
        .findFirst()
        .orElseThrow(() -> new AssertionError(subject + " not in " + checks));
  }
}
