package dev.claw.backend.podman;

import dev.claw.model.AgentContainer;
import dev.claw.model.AgentContainer.State;
import dev.claw.model.AgentId;
import dev.claw.model.Backend;
import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.BackendInfo;
import dev.claw.model.Check;
import dev.claw.model.ContainerSpec;
import dev.claw.model.Digest;
import dev.claw.model.EffectiveState;
import dev.claw.model.EgressRule;
import dev.claw.model.Endpoint;
import dev.claw.model.ExecOptions;
import dev.claw.model.ExecResult;
import dev.claw.model.ImageInfo;
import dev.claw.model.LogQuery;
import dev.claw.model.LogSink;
import dev.claw.model.OutputSink;
import dev.claw.model.Quoted;
import dev.claw.model.WayIn;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Agents in rootless Podman pods, over libpod's API. Nothing is started or connected to before the
 * first call that needs it; a service that ended meanwhile is found or started again.
 */
public final class PodmanBackend implements Backend {
  private final PodmanOptions options;
  private final Libpod libpod;
  private final Agents agents;
  private final Images images;
  private final Secrets secrets;
  private final Lifecycle lifecycle;
  private final Creation creation;
  private final EffectiveStateReader effectiveStates;
  private final Execution execution;
  private final OneShot oneShot;
  private final RuntimeFolder folder;
  private final Door door;
  private final WaysIn waysIn;
  private final Programs programs;

  private PodmanBackend(PodmanOptions options) {
    Path proc = Path.of("/proc");
    this.options = options;
    folder = new RuntimeFolder(options.runtimeDirectory());
    libpod = new Libpod(new ServiceFinder(options, folder), options.answer());
    agents = new Agents(libpod);
    images = new Images(libpod);
    secrets = new Secrets(libpod);
    lifecycle = new Lifecycle(libpod, agents);
    creation = new Creation(libpod, agents, images, secrets, lifecycle);
    effectiveStates = new EffectiveStateReader(libpod, proc, Path.of("/sys/fs/cgroup"));
    NamespaceShell shell = new NamespaceShell(libpod, agents, options);
    door = new Door(shell, folder, proc);
    waysIn = new WaysIn(shell, folder, proc);
    programs = new Programs(libpod, agents, proc);
    execution = new Execution(libpod, proc);
    oneShot = new OneShot(libpod, agents, images, proc);
  }

  /** A backend that finds or starts its Podman service at the first call that needs it. */
  public static PodmanBackend open(PodmanOptions options) {
    return new PodmanBackend(options);
  }

  @Override
  public BackendInfo info() throws BackendException {
    PodmanVersion version = libpod.service().version();
    Json host = libpod.get("podman", "/info").get("host");
    return new BackendInfo(
        "podman",
        version.text(),
        host.get("security").get("rootless").isTrue(),
        Controllers.of(host, Path.of("/")));
  }

  @Override
  public List<Check> diagnose() {
    return new HostChecks(libpod, options, Path.of("/")).run();
  }

  @Override
  public Optional<ImageInfo> findImage(String reference) throws BackendException {
    return images.find(reference);
  }

  @Override
  public List<ImageInfo> listImages() throws BackendException {
    return images.list();
  }

  @Override
  public void removeImage(Digest digest) throws BackendException {
    images.remove(digest);
  }

  /** All agents' containers; two rows of one id mean that two containers claim it. */
  @Override
  public List<AgentContainer> list() throws BackendException {
    return agents.list();
  }

  @Override
  public Optional<AgentContainer> find(AgentId id) throws BackendException {
    return agents.find(id);
  }

  @Override
  public void create(ContainerSpec spec, Digest lock, Path seccompFile) throws BackendException {
    libpod.service();
    try (RuntimeFolder.Held _ = folder.lock(createLock(spec), Deadline.after(Images.COPY))) {
      creation.create(spec, lock, seccompFile);
    }
  }

  /**
   * A lock file can't be removed while somebody may wait for it, so agents share a few of them and
   * no name leaves one behind.
   */
  private static String createLock(ContainerSpec spec) {
    return "create-" + Integer.toHexString(Math.floorMod(spec.name().hashCode(), 16)) + ".lock";
  }

  @Override
  public void start(AgentId id) throws BackendException {
    lifecycle.start(id);
  }

  @Override
  public void startNamespaces(AgentId id) throws BackendException {
    lifecycle.startNamespaces(id);
  }

  @Override
  public void openDoor(AgentId id, Path socket) throws BackendException {
    door.open(id, socket);
  }

  @Override
  public boolean isDoorOpen(AgentId id) throws BackendException {
    return door.isOpen(id);
  }

  @Override
  public CompletionStage<Void> doorEnd(AgentId id) throws BackendException {
    return door.end(id);
  }

  @Override
  public WayIn openWayIn(AgentId id, int port) throws BackendException {
    return waysIn.open(id, port);
  }

  @Override
  public Optional<EgressRule.Program> findProgram(AgentId id, Endpoint source, Endpoint destination)
      throws BackendException {
    return programs.find(id, address(source), address(destination));
  }

  private static InetSocketAddress address(Endpoint end) {
    return new InetSocketAddress(InetAddress.ofLiteral(end.address()), end.port());
  }

  @Override
  public EffectiveState effectiveState(AgentId id) throws BackendException {
    return effectiveStates.read(id, agents.get(id));
  }

  @Override
  public void stopContainer(AgentId id, Duration grace) throws BackendException {
    lifecycle.stopContainer(id, grace);
  }

  @Override
  public void stopPod(AgentId id) throws BackendException {
    lifecycle.stopPod(id);
    door.close(id);
    waysIn.close(id);
  }

  @Override
  public void remove(AgentId id) throws BackendException {
    lifecycle.remove(id);
    door.close(id);
    waysIn.close(id);
  }

  @Override
  public ExecResult exec(AgentId id, List<String> command, Duration timeout, int outputLimit)
      throws BackendException {
    return execution.run(running(id), command, timeout, outputLimit);
  }

  @Override
  public int converse(
      AgentId id, List<String> command, byte[] input, Duration timeout, OutputSink sink)
      throws BackendException {
    return execution.converse(running(id), command, input, timeout, sink);
  }

  @Override
  public List<String> execCommand(AgentId id, ExecOptions execOptions, List<String> command)
      throws BackendException {
    ListedContainer row = running(id);
    List<String> argv = new ArrayList<>();
    argv.add(options.podman());
    if (!options.environment().getOrDefault("CONTAINER_HOST", "").isEmpty()) {
      argv.add("--remote");
    }
    argv.add("exec");
    if (execOptions.input()) {
      argv.add("--interactive");
    }
    if (execOptions.terminal()) {
      argv.add("--tty");
    }
    argv.add("--detach-keys=");
    argv.add(row.id());
    argv.addAll(command);
    return List.copyOf(argv);
  }

  @Override
  public ExecResult runOnce(
      Digest image, List<String> command, Path file, String target, Duration timeout)
      throws BackendException {
    return oneShot.run(image, command, file, target, timeout);
  }

  @Override
  public void logs(AgentId id, LogQuery query, LogSink sink) throws BackendException {
    new Logs(libpod).read(agents.get(id), query, sink);
  }

  @Override
  public void watch(Instant since, Consumer<AgentId> changed) throws BackendException {
    new Events(libpod).watch(since, changed);
  }

  @Override
  public void putSecret(String name, byte[] value) throws BackendException {
    secrets.put(name, value);
  }

  @Override
  public boolean hasSecret(String name) throws BackendException {
    return secrets.has(name);
  }

  @Override
  public void removeSecret(String name) throws BackendException {
    secrets.remove(name);
  }

  /** Nothing to let go: every request has a connection of its own, and a service ends by itself. */
  @Override
  public void close() {}

  private ListedContainer running(AgentId id) throws BackendException {
    ListedContainer row = agents.get(id);
    if (row.state() != State.RUNNING) {
      throw new BackendException(
          Kind.NOT_FOUND,
          "container "
              + Quoted.of(row.name())
              + ": expected it running, found it "
              + row.state().word()
              + "; start the agent");
    }
    return row;
  }
}
