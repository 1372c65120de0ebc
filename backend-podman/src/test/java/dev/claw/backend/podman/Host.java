package dev.claw.backend.podman;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.ByteSize;
import dev.claw.model.ContainerSpec;
import dev.claw.model.Digest;
import dev.claw.model.Image;
import dev.claw.model.Mount;
import dev.claw.model.NetworkProfile;
import dev.claw.model.Resources;
import dev.claw.model.Seccomp;
import dev.claw.model.Secret;
import dev.claw.model.Tmpfs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A backend with folders of its own on the real host, and what tests make with it; all of it is
 * removed at the end.
 */
final class Host implements AutoCloseable {
  static final Digest LOCK = Digest.of("a lock");

  private final SecureRandom random = new SecureRandom();
  private final List<ContainerSpec> specs = new ArrayList<>();
  private final List<String> secrets = new ArrayList<>();
  final TestImage image;
  final Path folder;
  final Path runtime;
  final PodmanBackend backend;

  Host(TestImage image) throws IOException {
    this.image = image;
    folder = Files.createTempDirectory("claw-it");
    runtime = Files.createTempDirectory(Path.of(System.getenv("XDG_RUNTIME_DIR")), "claw-it");
    backend = open();
  }

  /** Another backend on the same folders, as another claw process would have. */
  PodmanBackend open() {
    return PodmanBackend.open(options(System.getenv()));
  }

  /** The same with a runtime folder of its own, as a claw outside the login would have. */
  PodmanBackend openIn(Path runtimeFolder) {
    return PodmanBackend.open(options(System.getenv(), runtimeFolder));
  }

  PodmanOptions options(Map<String, String> environment) {
    return options(environment, runtime);
  }

  private static PodmanOptions options(Map<String, String> environment, Path runtimeFolder) {
    return new PodmanOptions(
        new HashMap<>(environment),
        runtimeFolder,
        "podman",
        Duration.ofMinutes(2),
        Duration.ofSeconds(60),
        Duration.ofSeconds(30));
  }

  /** A spec with a workspace, one file and every limit. */
  ContainerSpec spec() throws IOException {
    AgentId id = AgentId.random(random);
    AgentName name = new AgentName("it-" + id.value().substring(0, 8));
    Path workspace = Files.createDirectories(folder.resolve(name + "/work space"));
    Path file = Files.writeString(folder.resolve(name + "/openclaw.json"), "{}\n");
    return track(
        new ContainerSpec(
            id,
            name,
            new Image(image.reference(), image.digest()),
            new ContainerSpec.User(own("uid"), own("gid")),
            new Resources(new ByteSize(96 << 20), 500, 64, 1024, new ByteSize(16 << 20)),
            List.of(
                new Mount(real(workspace), "/workspace", Mount.Mode.RW),
                new Mount(real(file), "/etc/openclaw.json", Mount.Mode.RO)),
            List.of(new Tmpfs("/tmp", new ByteSize(16 << 20))),
            Map.of("GREETING", "hello world"),
            List.of(),
            new Seccomp(Seccomp.Kind.DEFAULT, Digest.of("seccomp")),
            NetworkProfile.OFFLINE,
            Duration.ofSeconds(5)));
  }

  ContainerSpec withSecrets(ContainerSpec spec, List<Secret> given) {
    return remake(spec, spec.image(), given, spec.network());
  }

  ContainerSpec withImage(ContainerSpec spec, TestImage other) {
    return remake(
        spec, new Image(other.reference(), other.digest()), spec.secrets(), spec.network());
  }

  /** With a file more that is mounted read-only, and other variables. */
  ContainerSpec withFile(
      ContainerSpec spec, String text, String target, Map<String, String> environment)
      throws IOException {
    Path file = Files.writeString(folder.resolve(spec.name() + "/" + target.length()), text);
    List<Mount> mounts = new ArrayList<>(spec.mounts());
    mounts.add(new Mount(real(file), target, Mount.Mode.RO));
    return track(
        new ContainerSpec(
            spec.id(),
            spec.name(),
            spec.image(),
            spec.user(),
            spec.resources(),
            mounts,
            spec.tmpfs(),
            environment,
            spec.secrets(),
            spec.seccomp(),
            NetworkProfile.ALLOWLIST,
            spec.stopGracePeriod()));
  }

  ContainerSpec open(ContainerSpec spec) {
    return remake(spec, spec.image(), spec.secrets(), NetworkProfile.OPEN);
  }

  private ContainerSpec remake(
      ContainerSpec spec, Image other, List<Secret> given, NetworkProfile network) {
    return track(
        new ContainerSpec(
            spec.id(),
            spec.name(),
            other,
            spec.user(),
            spec.resources(),
            spec.mounts(),
            spec.tmpfs(),
            spec.environment(),
            given,
            spec.seccomp(),
            network,
            spec.stopGracePeriod()));
  }

  /** An agent that is made and runs. */
  ContainerSpec started() throws IOException, BackendException {
    return started(spec());
  }

  ContainerSpec started(ContainerSpec spec) throws IOException, BackendException {
    backend.create(spec, LOCK, seccomp());
    backend.start(spec.id());
    return spec;
  }

  /** Waits until a program that runs has said what to do on TERM; before that it hears none. */
  ContainerSpec listening(ContainerSpec spec) throws BackendException {
    String caughtTerm = "SigCgt:.*[4-7c-f]...$";
    backend.exec(
        spec.id(),
        List.of("sh", "-c", "until grep -q '" + caughtTerm + "' /proc/1/status; do :; done"),
        Duration.ofMinutes(1),
        1024);
    return spec;
  }

  Path seccomp() {
    return Path.of("/usr/share/containers/seccomp.json");
  }

  String putSecret(String value) throws BackendException {
    String name = "claw-it-" + AgentId.random(random).value().substring(0, 8);
    secrets.add(name);
    backend.putSecret(name, value.getBytes(StandardCharsets.UTF_8));
    return name;
  }

  /** Waits, though not for ever, until no process of such a command line is left. */
  static void awaitTheEndOf(String command) {
    ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").endsWith(command))
        .forEach(process -> process.onExit().orTimeout(1, TimeUnit.MINUTES).join());
  }

  static String container(ContainerSpec spec) {
    return "claw-" + spec.name() + "-agent";
  }

  static String pod(ContainerSpec spec) {
    return "claw-" + spec.name();
  }

  private ContainerSpec track(ContainerSpec spec) {
    specs.add(spec);
    return spec;
  }

  private static String real(Path path) throws IOException {
    return path.toRealPath().toString();
  }

  private static int own(String id) throws IOException {
    return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:" + id);
  }

  @Override
  public void close() throws BackendException, IOException {
    for (ContainerSpec spec : specs) {
      backend.remove(spec.id());
    }
    for (String secret : secrets) {
      backend.removeSecret(secret);
    }
    backend.close();
    Podman.exec(List.of("rm", "-rf", folder.toString(), runtime.toString()));
  }
}
