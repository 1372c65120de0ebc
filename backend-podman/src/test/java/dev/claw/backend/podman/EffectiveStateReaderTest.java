package dev.claw.backend.podman;

import static dev.claw.model.EffectiveState.UNLIMITED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.claw.model.AgentContainer.State;
import dev.claw.model.AgentId;
import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.ContainerSpec;
import dev.claw.model.EffectiveState;
import dev.claw.model.EffectiveState.MountPoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recorded answers and processes of each version; and processes that pass for the container's. */
class EffectiveStateReaderTest {
  private static final AgentId ID = new AgentId("0123456789abcdef0123456789abcdef");
  private static final String INSPECT = "GET /v4.0.0/libpod/containers/";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"4.3.1,1001,false", "5.4.2,1000,true"})
  void readsARecordedContainer(String version, int uid, boolean limited) throws Exception {
    EffectiveState state = read(version);
    assertThat(state.user()).isEqualTo(new ContainerSpec.User(uid, uid));
    assertThat(state.hostUser()).isEqualTo(new ContainerSpec.User(uid, uid));
    assertThat(state.capabilities()).isZero();
    assertThat(state.noNewPrivileges()).isTrue();
    assertThat(state.seccompMode()).isEqualTo(2);
    assertThat(state.readOnlyRoot()).isTrue();
    assertThat(state.ownNetworkNamespace()).isTrue();
    assertThat(state.ownUserNamespace()).isTrue();
    assertThat(state.interfaces()).containsExactly("lo");
    assertThat(state.command()).startsWith("/bin/busybox", "sh");
    assertThat(state.environment()).containsEntry("A", "b");
    assertThat(state.mounts())
        .extracting(MountPoint::target)
        .containsExactlyInAnyOrder("/workspace", "/etc/openclaw.json", "/tmp");
    assertThat(state.limits())
        .isEqualTo(
            limited
                ? new EffectiveState.Limits(64 << 20, 0, 500, 64, 1024, 0)
                : new EffectiveState.Limits(UNLIMITED, UNLIMITED, UNLIMITED, UNLIMITED, 1024, 0));
  }

  @ParameterizedTest
  @CsvSource({
    // not the first process of a namespace of its own
    "status,(NSpid:\t[0-9]+)\t1,$1",
    "status,(NSpid:\t[0-9]+)\t1,$1\t7",
    // not a child of the container's monitor
    "status,PPid:\t[0-9]+,PPid:\t1",
    // a sixth field where there is none
    "status,CapBnd:\t,CapBnd:\tz",
    "status,Uid:\t,Uid:\t-",
    "status,Seccomp:\t2,Seccomp:\t",
    "stat,^.*$,7 (x) R",
    "limits,Max open files,Max oxen files",
    "mountinfo, - ,_"
  })
  void aProcessThatIsNotTheContainersOrNotReadableIsRefused(
      String file, String pattern, String replacement) throws Exception {
    prepare("4.3.1");
    Path path = process("4.3.1").resolve(file);
    String before = Files.readString(path);
    String after = before.replaceAll(pattern, replacement);
    assertThat(after).isNotEqualTo(before);
    Files.writeString(path, after);
    assertRefused();
  }

  @Test
  void aMonitorOfAnotherContainerIsRefused() throws Exception {
    prepare("4.3.1");
    Path monitor = folder.resolve("proc/" + inspect("4.3.1", "ConmonPid") + "/cmdline");
    Files.writeString(monitor, "conmon\0-c\0" + "f".repeat(64) + "\0-u\0x\0");
    assertRefused();
  }

  @Test
  void whatHasStoppedIsNotRead() throws Exception {
    prepare("4.3.1");
    try (FakeService service = new FakeService(folder)) {
      service.recorded(INSPECT, "4.3.1/inspect-exited.json");
      BackendException error =
          catchThrowableOfType(BackendException.class, () -> reader(service).read(ID, row()));
      assertThat(error.kind()).isEqualTo(Kind.NOT_FOUND);
      assertThat(error).hasMessageContaining("'exited'").hasMessageContaining("start the agent");
    }
  }

  private void assertRefused() throws Exception {
    try (FakeService service = new FakeService(folder)) {
      service.recorded(INSPECT, "4.3.1/inspect-running.json");
      BackendException error =
          catchThrowableOfType(BackendException.class, () -> reader(service).read(ID, row()));
      assertThat(error).isNotNull();
      assertThat(error.kind()).isEqualTo(Kind.FAILED);
    }
  }

  @Test
  void aProcessThatIsTheRuntimesStillIsWaitedFor() throws Exception {
    prepare("4.3.1");
    Path process = process("4.3.1");
    String confined = Files.readString(process.resolve("status"));
    Files.writeString(process.resolve("status"), confined.replace("Seccomp:\t2", "Seccomp:\t0"));
    Files.writeString(process.resolve("cmdline"), runtime());
    AtomicInteger pauses = new AtomicInteger();
    EffectiveState state =
        read(
            time -> {
              if (pauses.incrementAndGet() == 3) {
                write(process.resolve("status"), confined);
                write(process.resolve("cmdline"), "/bin/busybox\0sh\0");
              }
            });
    assertThat(state.seccompMode()).isEqualTo(2);
    assertThat(pauses).hasValue(3);
  }

  @Test
  void aProcessThatPassesForTheRuntimeForeverIsReadAsItIs() throws Exception {
    prepare("4.3.1");
    Path process = process("4.3.1");
    String status = Files.readString(process.resolve("status"));
    Files.writeString(process.resolve("status"), status.replace("Seccomp:\t2", "Seccomp:\t0"));
    Files.writeString(process.resolve("cmdline"), runtime());
    assertThat(read(time -> {}).seccompMode()).isZero();
  }

  private static String runtime() throws Exception {
    return "/usr/bin/crun\0create\0--bundle\0/b\0" + fullId("4.3.1") + "\0";
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private EffectiveState read(EffectiveStateReader.Pause pause) throws Exception {
    try (FakeService service = new FakeService(folder)) {
      service.recorded(INSPECT, "4.3.1/inspect-running.json");
      return reader(service, pause).read(ID, row());
    }
  }

  private EffectiveState read(String version) throws Exception {
    prepare(version);
    try (FakeService service = new FakeService(folder)) {
      service.recorded(INSPECT, version + "/inspect-running.json");
      return reader(service).read(ID, row());
    }
  }

  private EffectiveStateReader reader(FakeService service) {
    return reader(
        service,
        time -> {
          throw new AssertionError("nothing to wait for");
        });
  }

  private EffectiveStateReader reader(FakeService service, EffectiveStateReader.Pause pause) {
    return new EffectiveStateReader(
        service.libpod(), folder.resolve("proc"), folder.resolve("cgroup"), pause);
  }

  private void prepare(String version) throws Exception {
    Path process = Files.createDirectories(process(version));
    for (String file : List.of("status", "mountinfo", "limits", "cgroup", "uid_map", "stat")) {
      Files.writeString(process.resolve(file), FakeService.fixture(version + "/proc/" + file));
    }
    Files.copy(process.resolve("uid_map"), process.resolve("gid_map"));
    Files.writeString(process.resolve("cmdline"), "/bin/busybox\0sh\0-c\0sleep 60\0");
    Files.createDirectories(process.resolve("net"));
    Files.writeString(process.resolve("net/dev"), FakeService.fixture(version + "/proc/net-dev"));
    namespaces(process, 2);
    Path self = Files.createDirectories(folder.resolve("proc/self"));
    namespaces(self, 1);
    // The host that these were recorded on: one disk, and the login's runtime folder.
    Files.writeString(
        self.resolve("mountinfo"),
        """
        27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
        30 27 0:41 / /run/user/1000 rw,nosuid,nodev - tmpfs tmpfs rw
        """);
    Path monitor = Files.createDirectories(folder.resolve("proc/" + inspect(version, "ConmonPid")));
    Files.write(
        monitor.resolve("cmdline"),
        ("/usr/bin/conmon\0--api-version\0001\0-c\0" + fullId(version) + "\0-u\0x\0")
            .getBytes(StandardCharsets.UTF_8));
    limits(FakeService.fixture(version + "/proc/cgroup").strip().substring("0::/".length()));
  }

  private void limits(String path) throws Exception {
    Path cgroup = Files.createDirectories(folder.resolve("cgroup").resolve(path));
    Files.writeString(cgroup.resolve("memory.max"), "67108864\n");
    Files.writeString(cgroup.resolve("memory.swap.max"), "0\n");
    Files.writeString(cgroup.resolve("cpu.max"), "50000 100000\n");
    Files.writeString(cgroup.resolve("pids.max"), "64\n");
  }

  private static void namespaces(Path process, int number) throws Exception {
    Files.createDirectories(process.resolve("ns"));
    for (String kind : List.of("user", "net")) {
      Files.createSymbolicLink(process.resolve("ns/" + kind), Path.of(kind + ":[" + number + "]"));
    }
  }

  private Path process(String version) throws Exception {
    return folder.resolve("proc/" + inspect(version, "Pid"));
  }

  private static long inspect(String version, String member) throws Exception {
    return parsed(version).get("State").get(member).number();
  }

  private static String fullId(String version) throws Exception {
    return parsed(version).get("Id").text();
  }

  private static Json parsed(String version) throws Exception {
    return Json.parse(
        FakeService.fixture(version + "/inspect-running.json").getBytes(StandardCharsets.UTF_8));
  }

  private static ListedContainer row() {
    return new ListedContainer(
        "c", "claw-coder-agent", "p", "claw-coder", false, "i", State.RUNNING, null, 0, Map.of());
  }
}
