package dev.claw.lock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.ContainerSpec;
import dev.claw.model.Digest;
import dev.claw.model.EffectiveState;
import dev.claw.model.EffectiveState.Limits;
import dev.claw.model.EffectiveState.MountPoint;
import dev.claw.model.Image;
import dev.claw.model.NetworkProfile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EffectiveStateComparisonTest {
  private static final Digest LOCK = Digest.of("lock");
  private static final ContainerSpec SPEC = Samples.spec();

  private static final Limits LIMITS = new Limits(2L << 30, 0, 1500, 512, 4096, 0);

  /** The state that is asked for; a test changes one part of it. */
  private static final class State {
    private Digest image = Samples.IMAGE;
    private ContainerSpec.User user = SPEC.user();
    private ContainerSpec.User hostUser = SPEC.user();
    private boolean ownUserNamespace = true;
    private boolean ownNetworkNamespace = true;
    private long capabilities;
    private boolean noNewPrivileges = true;
    private int seccompMode = 2;
    private boolean readOnlyRoot = true;
    private final Map<String, MountPoint> mounts = new HashMap<>();
    private Set<String> interfaces = Set.of("lo");
    private Limits limits = LIMITS;
    private final Map<String, String> environment = new HashMap<>(SPEC.environment());
    private Set<String> secrets = Set.of("github-token", "ca");
    private final Map<String, String> labels =
        new HashMap<>(
            Map.of(
                "claw.agent", "coder",
                "claw.id", Samples.ID.value(),
                "claw.lock", LOCK.value(),
                "claw.network", "allowlist",
                "io.podman.annotations", "x"));

    State() {
      environment.put("PATH", "/bin");
      environment.put("NODE_ENV", "production");
      mount("/", "", "overlay", true, -1);
      mount("/workspace", "/home/ann/.claw/agents/coder/workspace", "ext4", false, -1);
      mount("/workspace/app", "/home/ann/src/app", "ext4", true, -1);
      mount("/tmp", "", "tmpfs", false, 256 << 20);
      mount("/etc/hosts", "/run/x/hosts", "tmpfs", false, -1);
      mount("/run/secrets", "/run/x/secrets", "tmpfs", true, -1);
    }

    final void mount(String target, String source, String type, boolean readOnly, long size) {
      mounts.put(target, new MountPoint(target, source, type, readOnly, true, true, size));
    }

    List<String> drifts() {
      return drifts(SPEC);
    }

    List<String> drifts(ContainerSpec spec) {
      return drifts(spec, new ArrayList<>(mounts.values()));
    }

    List<String> drifts(ContainerSpec spec, List<MountPoint> mountPoints) {
      EffectiveState state =
          new EffectiveState(
              4711,
              image,
              user,
              hostUser,
              ownUserNamespace,
              ownNetworkNamespace,
              capabilities,
              noNewPrivileges,
              seccompMode,
              readOnlyRoot,
              mountPoints,
              interfaces,
              limits,
              environment,
              List.of("tini"),
              secrets,
              labels);
      return new EffectiveStateComparison(Set.of("NODE_ENV"))
          .compare(spec, LOCK, state).stream().map(Drift::sentence).toList();
    }
  }

  private final State state = new State();

  @Test
  void whatWasAskedForIsNoDrift() {
    assertThat(state.drifts()).isEmpty();
  }

  @Test
  void anotherImage() {
    state.image = Digest.of("other");
    assertThat(state.drifts())
        .containsExactly(
            "image localhost/claw-openclaw-agent was changed: the lock names "
                + Samples.IMAGE.abbreviated()
                + ", found "
                + Digest.of("other").abbreviated());
  }

  @Test
  void imageWithoutADigestNeverPasses() {
    ContainerSpec spec =
        new ContainerSpec(
            SPEC.id(),
            SPEC.name(),
            new Image("x", null),
            SPEC.user(),
            SPEC.resources(),
            SPEC.mounts(),
            SPEC.tmpfs(),
            SPEC.environment(),
            SPEC.secrets(),
            SPEC.seccomp(),
            SPEC.network(),
            SPEC.stopGracePeriod());
    assertThat(state.drifts(spec))
        .containsExactly("image x is not there by the digest that is locked");
  }

  @Test
  void privileges() {
    state.ownUserNamespace = false;
    state.user = new ContainerSpec.User(0, 0);
    state.hostUser = new ContainerSpec.User(100000, 1001);
    state.capabilities = 0x80000;
    state.noNewPrivileges = false;
    state.seccompMode = 0;
    state.readOnlyRoot = false;
    assertThat(state.drifts())
        .containsExactly(
            "user namespace: expected its own, found the host's",
            "user inside: expected 1000:1001, found 0:0",
            "user on the host: expected 1000:1001, found 100000:1001",
            "capabilities: expected 0, found 80000",
            "no-new-privileges: expected true, found false",
            "seccomp mode: expected 2, found 0",
            "read-only root: expected true, found false");
  }

  @Test
  void network() {
    state.ownNetworkNamespace = false;
    state.interfaces = Set.of("lo", "eth0");
    assertThat(state.drifts())
        .containsExactly(
            "network namespace: expected its own, found the host's",
            "network interfaces: expected lo, found eth0, lo");
  }

  @Test
  void openNetworkMayHaveInterfacesButNotTheHosts() {
    ContainerSpec open =
        new ContainerSpec(
            SPEC.id(),
            SPEC.name(),
            SPEC.image(),
            SPEC.user(),
            SPEC.resources(),
            SPEC.mounts(),
            SPEC.tmpfs(),
            SPEC.environment(),
            SPEC.secrets(),
            SPEC.seccomp(),
            NetworkProfile.OPEN,
            SPEC.stopGracePeriod());
    state.labels.put("claw.network", "open");
    state.interfaces = Set.of("lo", "tap0");
    assertThat(state.drifts(open)).isEmpty();
    state.ownNetworkNamespace = false;
    assertThat(state.drifts(open)).hasSize(1);
  }

  @Test
  void mounts() {
    state.mounts.remove("/workspace");
    state.mount("/workspace/app", "/home/ann/src/app", "ext4", false, -1);
    state.mount("/tmp", "", "tmpfs", false, -1);
    state.mount("/home/ann", "/home/ann", "ext4", true, -1);
    assertThat(state.drifts())
        .containsExactly(
            "mount /workspace: expected /home/ann/.claw/agents/coder/workspace, rw, found none",
            "mount /workspace/app: expected /home/ann/src/app, ro, found /home/ann/src/app, rw",
            "mount /tmp: expected tmpfs of 268435456 bytes, nosuid, nodev, found tmpfs of any size,"
                + " nosuid, nodev",
            "mount /home/ann: expected none, found /home/ann, ro");
  }

  @Test
  void mountOfAnotherSource() {
    state.mount("/workspace/app", "/home/ann/.ssh", "ext4", true, -1);
    assertThat(state.drifts())
        .containsExactly(
            "mount /workspace/app: expected /home/ann/src/app, ro, found /home/ann/.ssh, ro");
    state.mount("/workspace/app", "", "ext4", true, -1);
    assertThat(state.drifts())
        .containsExactly(
            "mount /workspace/app: expected /home/ann/src/app, ro, found an unknown source, ro");
  }

  @Test
  void mountOverAMount() {
    List<MountPoint> twice = new ArrayList<>(state.mounts.values());
    twice.add(new MountPoint("/workspace", "/etc", "ext4", false, true, true, -1));
    assertThat(state.drifts(SPEC, twice)).anyMatch(drift -> drift.contains("found several"));
  }

  @Test
  void limits() {
    state.limits = new Limits(-1, -1, 1000, 513, 1 << 20, -1);
    assertThat(state.drifts())
        .containsExactly(
            "limit memory is not enforced: expected 2147483648 bytes, found no limit",
            "limit swap is not enforced: expected 0 bytes, found no limit",
            "limit cpus: expected 1500 milli-CPUs, found 1000 milli-CPUs",
            "limit pids is not enforced: expected 512, found 513",
            "limit nofile is not enforced: expected 4096, found 1048576",
            "limit core is not enforced: expected 0 bytes, found no limit");
  }

  @ParameterizedTest
  @ValueSource(strings = {"LD_PRELOAD", "NODE_OPTIONS", "BASH_ENV", "http_proxy"})
  void variableThatNobodyAskedFor(String name) {
    state.environment.put(name, "s3cret");
    assertThat(state.drifts())
        .containsExactly(
            "environment variable " + name + ": expected no such variable, found a value");
  }

  @Test
  void changedAndMissingVariables() {
    state.environment.put("LANG", "C\u001b[2J");
    state.environment.remove("EDITOR");
    assertThat(state.drifts())
        .containsExactly(
            "environment variable EDITOR: expected vi, found no such variable",
            "environment variable LANG: expected C.UTF-8, found C\\u001b[2J");
  }

  @Test
  void secretsAndLabels() {
    state.secrets = Set.of("github-token", "ssh");
    state.labels.put("claw.lock", Digest.of("older").value());
    state.labels.remove("claw.id");
    assertThat(state.drifts())
        .containsExactly(
            "secrets: expected ca, github-token, found github-token, ssh",
            "label claw.id: expected " + Samples.ID + ", found no such label",
            "label claw.lock: expected " + LOCK + ", found " + Digest.of("older"));
  }
}
