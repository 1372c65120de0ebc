package dev.claw.backend.podman;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControllersTest {
  @TempDir Path folder;

  private static Json host(String manager) throws Exception {
    String info = FakeService.fixture("5.4.2/info.json");
    String seen = info.replace("\"cpu\",", "").replace("\"systemd\"", '"' + manager + '"');
    assertThat(seen).isNotEqualTo(info);
    return Json.parse(seen.getBytes(StandardCharsets.UTF_8)).get("host");
  }

  private void userManager(String controllers) throws Exception {
    Path manager = folder.resolve("sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service");
    Files.writeString(
        Files.createDirectories(manager).resolve("cgroup.controllers"), controllers + "\n");
  }

  @Test
  void underSystemdTheUsersManagerKnows() throws Exception {
    userManager("cpu memory pids");
    assertThat(Controllers.of(host("systemd"), folder))
        .containsExactlyInAnyOrder("cpu", "memory", "pids");
    userManager("pids");
    assertThat(Controllers.of(host("systemd"), folder)).containsExactly("pids");
  }

  @Test
  void withoutAManagerItIsWhatPodmanSays() throws Exception {
    assertThat(Controllers.of(host("systemd"), folder)).containsExactlyInAnyOrder("memory", "pids");
  }

  @Test
  void whatPodmanMakesItselfLiesBelowItsOwn() throws Exception {
    userManager("cpu memory pids");
    assertThat(Controllers.of(host("cgroupfs"), folder))
        .containsExactlyInAnyOrder("memory", "pids");
  }
}
