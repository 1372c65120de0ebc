package dev.claw.backend.podman;

import static dev.claw.model.EffectiveState.UNLIMITED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.claw.model.BackendInfo;
import dev.claw.model.ContainerSpec;
import dev.claw.model.EffectiveState;
import dev.claw.model.EffectiveState.MountPoint;
import dev.claw.model.ExecResult;
import dev.claw.model.Secret;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each row of the container's table, as the kernel tells it. */
@RequiresPodman
class EffectiveStateIT {
  private static TestImage image;
  private static Host host;
  private static ContainerSpec spec;
  private static EffectiveState state;

  @BeforeAll
  static void start() throws Exception {
    image = TestImage.build();
    host = new Host(image);
    String secret = host.putSecret("hunter2");
    spec =
        host.started(
            host.withSecrets(
                host.spec(),
                List.of(
                    new Secret(secret, new Secret.Target.Environment("TOKEN")),
                    new Secret(secret, new Secret.Target.File("token")))));
    state = host.backend.effectiveState(spec.id());
  }

  @AfterAll
  static void stop() throws Exception {
    host.close();
    image.close();
  }

  @Test
  void userIsTheOperatorInAUserNamespaceOfItsOwn() {
    assertThat(state.ownUserNamespace()).isTrue();
    assertThat(state.user()).isEqualTo(spec.user());
    assertThat(state.hostUser()).isEqualTo(spec.user());
  }

  @Test
  void hasNoCapabilityAndGetsNone() throws Exception {
    assertThat(state.capabilities()).isZero();
    assertThat(state.noNewPrivileges()).isTrue();
    assertThat(state.seccompMode()).isEqualTo(2);
    assertThat(inside("cat /proc/self/status"))
        .contains("CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2");
  }

  @Test
  void rootIsReadOnlyAndSoIsAllThatIsNotMeantForWriting() throws Exception {
    assertThat(state.readOnlyRoot()).isTrue();
    assertThat(
            inside(
                "touch /x 2>&1; touch /run/x 2>&1; touch /etc/x 2>&1; touch /etc/openclaw.json 2>&1; true"))
        .hasLineCount(4)
        .doesNotContain("No such file");
    assertThat(inside("touch /workspace/made /tmp/made && echo done")).isEqualTo("done\n");
  }

  @Test
  void mountsAreThoseOfTheSpecAndNoOther() {
    assertThat(state.mounts())
        .extracting(MountPoint::target, MountPoint::source, MountPoint::readOnly)
        .containsExactlyInAnyOrder(
            tuple("/workspace", spec.mounts().get(0).source(), false),
            tuple("/etc/openclaw.json", spec.mounts().get(1).source(), true),
            tuple("/tmp", "", false));
    MountPoint tmp =
        state.mounts().stream().filter(m -> m.target().equals("/tmp")).findFirst().orElseThrow();
    assertThat(tmp.type()).isEqualTo("tmpfs");
    assertThat(tmp.size()).isEqualTo(spec.tmpfs().getFirst().size().bytes());
    assertThat(tmp.nosuid()).isTrue();
    assertThat(tmp.nodev()).isTrue();
  }

  @Test
  void networkIsLoopbackAlone() throws Exception {
    assertThat(state.ownNetworkNamespace()).isTrue();
    assertThat(state.interfaces()).containsExactly("lo");
    assertThat(inside("nc -w 2 1.1.1.1 443 </dev/null 2>&1 || echo failed")).contains("failed");
    assertThat(inside("wget -T 2 -O - http://example.com 2>&1 || echo failed")).contains("failed");
    assertThat(inside("cat /etc/resolv.conf 2>&1; true")).contains("No such file");
  }

  @Test
  void limitsAreTheSpecsWhereTheControllerIsDelegatedAndReportedAbsentElsewhere() throws Exception {
    BackendInfo info = host.backend.info();
    EffectiveState.Limits limits = state.limits();
    assertThat(limits.memory())
        .isEqualTo(
            info.cgroupControllers().contains("memory")
                ? spec.resources().memory().bytes()
                : UNLIMITED);
    assertThat(limits.swap())
        .isEqualTo(info.cgroupControllers().contains("memory") ? 0 : UNLIMITED);
    assertThat(limits.milliCpus())
        .isEqualTo(
            info.cgroupControllers().contains("cpu") ? spec.resources().milliCpus() : UNLIMITED);
    assertThat(limits.pids())
        .isEqualTo(info.cgroupControllers().contains("pids") ? spec.resources().pids() : UNLIMITED);
    assertThat(limits.nofile()).isEqualTo(spec.resources().nofile());
    assertThat(limits.core()).isZero();
  }

  @Test
  void imageIsTheDigestThatWasAskedFor() {
    assertThat(state.image()).isEqualTo(image.digest());
    assertThat(state.command()).first().isEqualTo("/bin/sh");
  }

  @Test
  void secretsArriveAndTheirValuesAreNotInTheAccount() throws Exception {
    assertThat(inside("echo $TOKEN; cat /run/secrets/token")).isEqualTo("hunter2\nhunter2");
    assertThat(state.secrets()).containsExactly(spec.secrets().getFirst().name());
    assertThat(state.toString()).doesNotContain("hunter2");
    assertThat(state.environment())
        .containsEntry("GREETING", "hello world")
        .doesNotContainKey("TOKEN");
  }

  @Test
  void labelsNameAgentAndLock() {
    assertThat(state.labels())
        .containsEntry("claw.agent", spec.name().value())
        .containsEntry("claw.id", spec.id().value())
        .containsEntry("claw.lock", Host.LOCK.value())
        .containsEntry("claw.network", "offline");
  }

  @Test
  void nothingOfTheHostsNamesOrTimeZoneIsInside() throws Exception {
    String hostName = Files.readString(Path.of("/etc/hostname")).strip();
    assertThat(inside("cat /etc/hosts /etc/passwd /etc/hostname"))
        .doesNotContain("host.containers.internal")
        .contains("agent:x:" + spec.user().uid())
        .contains(spec.name().value())
        .doesNotContain(System.getProperty("user.name") + ":");
    assertThat(inside("cat /etc/hosts")).doesNotContain(hostName);
    assertThat(inside("env")).doesNotContain("TZ=").doesNotContainIgnoringCase("proxy");
  }

  private static String inside(String script) throws Exception {
    ExecResult result =
        host.backend.exec(
            spec.id(), List.of("sh", "-c", script), Duration.ofSeconds(60), 64 * 1024);
    assertThat(result.exitCode()).as(new String(result.stderr(), StandardCharsets.UTF_8)).isZero();
    return new String(result.stdout(), StandardCharsets.UTF_8);
  }
}
