package dev.claw.backend.podman;

import static dev.claw.model.EffectiveState.UNLIMITED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcTest {
  private static final String CONTAINER = "c".repeat(64);
  private static final String POD = "d".repeat(64);

  @TempDir Path folder;

  @Test
  void readsARecordedProcess() throws IOException {
    ProcFiles process = recorded();
    assertThat(process.status()).containsEntry("NoNewPrivs", "1").containsEntry("Seccomp", "2");
    assertThat(process.interfaces()).containsExactly("lo");
    assertThat(process.hardLimit("Max open files")).hasValue(1024);
    assertThat(process.hardLimit("Max core file size")).hasValue(0);
    assertThat(process.hardLimit("Max cpu time")).isEmpty();
    assertThat(process.inside("uid_map", 1001)).hasValue(1001);
    assertThat(process.inside("uid_map", 100_000)).hasValue(0);
    assertThat(process.inside("uid_map", 0)).isEmpty();
    assertThat(process.startTime()).isPositive();
    MountInfo root =
        process.mounts().stream().filter(m -> m.target().equals("/")).findFirst().orElseThrow();
    assertThat(root.isReadOnly()).isTrue();
    MountInfo tmp =
        process.mounts().stream().filter(m -> m.target().equals("/tmp")).findFirst().orElseThrow();
    assertThat(tmp.size()).contains(65536L << 10);
  }

  @Test
  void aProgramsNameCanNotForgeItsStartTime() throws IOException {
    Files.writeString(folder.resolve("stat"), "7 (a) R 1 2 (b) S" + " 0".repeat(18) + " 4242 0\n");
    assertThat(new ProcFiles(folder, ".").startTime()).isEqualTo(4242);
  }

  @Test
  void mountPathsAreUnescaped() throws IOException {
    MountInfo mount =
        MountInfo.parse(
            "97 104 254:0 /a\\040b\\134c /t\\011x ro,nodev shared:1 master:2 - ext4 /dev/vda rw");
    assertThat(mount.root()).isEqualTo("/a b\\c");
    assertThat(mount.target()).isEqualTo("/t\tx");
    assertThat(mount.options()).contains("nodev");
    assertThat(mount.isReadOnly()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "- - - - - - -", "1 2 3 4 5 6 7", "1 2 3 4 5 6 - ext4"})
  void whatIsNoMountIsRefused(String line) {
    assertThatThrownBy(() -> MountInfo.parse(line)).isInstanceOf(IOException.class);
  }

  @Test
  void theSmallestLimitBetweenContainerAndPodHolds() throws IOException {
    String path = "/user.slice/pod_" + POD + "/libpod-" + CONTAINER + ".scope/container";
    limits(path, "max", "max", "max 100000", "max");
    limits(
        "/user.slice/pod_" + POD + "/libpod-" + CONTAINER + ".scope",
        "1000",
        "0",
        "50000 100000",
        "64");
    limits("/user.slice/pod_" + POD, "max", "max", "20000 100000", "99");
    limits("/user.slice", "5", "5", "1 100000", "5");
    CgroupLimits limits = new CgroupLimits(folder, path, CONTAINER, POD);
    assertThat(limits.memory()).isEqualTo(1000);
    assertThat(limits.swap()).isZero();
    assertThat(limits.milliCpus()).isEqualTo(200);
    assertThat(limits.pids()).isEqualTo(64);
  }

  @Test
  void aSharedCgroupPromisesNothing() throws IOException {
    limits("/user.slice", "5", "5", "1 100000", "5");
    CgroupLimits limits = new CgroupLimits(folder, "/user.slice", CONTAINER, POD);
    assertThat(limits.memory()).isEqualTo(UNLIMITED);
    assertThat(limits.pids()).isEqualTo(UNLIMITED);
  }

  @Test
  void aMissingControllerIsNoLimit() throws IOException {
    Files.createDirectories(folder.resolve("libpod-" + CONTAINER));
    CgroupLimits limits = new CgroupLimits(folder, "/libpod-" + CONTAINER, CONTAINER, "");
    assertThat(limits.memory()).isEqualTo(UNLIMITED);
    assertThat(limits.swap()).isEqualTo(UNLIMITED);
    assertThat(limits.milliCpus()).isEqualTo(UNLIMITED);
    assertThat(limits.pids()).isEqualTo(UNLIMITED);
  }

  private ProcFiles recorded() throws IOException {
    for (String file :
        new String[] {"status", "mountinfo", "limits", "cgroup", "uid_map", "stat"}) {
      Files.writeString(folder.resolve(file), FakeService.fixture("4.3.1/proc/" + file));
    }
    Files.createDirectories(folder.resolve("net"));
    Files.writeString(folder.resolve("net/dev"), FakeService.fixture("4.3.1/proc/net-dev"));
    return new ProcFiles(folder, ".");
  }

  private void limits(String path, String memory, String swap, String cpu, String pids)
      throws IOException {
    Path cgroup = Files.createDirectories(folder.resolve(path.substring(1)));
    Files.writeString(cgroup.resolve("memory.max"), memory + "\n");
    Files.writeString(cgroup.resolve("memory.swap.max"), swap + "\n");
    Files.writeString(cgroup.resolve("cpu.max"), cpu + "\n");
    Files.writeString(cgroup.resolve("pids.max"), pids + "\n");
  }
}
