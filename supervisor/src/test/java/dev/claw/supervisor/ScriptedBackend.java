package dev.claw.supervisor;

import dev.claw.model.AgentContainer;
import dev.claw.model.AgentContainer.State;
import dev.claw.model.AgentId;
import dev.claw.model.Backend;
import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.BackendInfo;
import dev.claw.model.ByteSize;
import dev.claw.model.Check;
import dev.claw.model.ContainerSpec;
import dev.claw.model.Digest;
import dev.claw.model.EffectiveState;
import dev.claw.model.EffectiveState.MountPoint;
import dev.claw.model.EgressRule;
import dev.claw.model.Endpoint;
import dev.claw.model.ExecOptions;
import dev.claw.model.ExecResult;
import dev.claw.model.ImageInfo;
import dev.claw.model.LogQuery;
import dev.claw.model.LogSink;
import dev.claw.model.Mount;
import dev.claw.model.OutputSink;
import dev.claw.model.Resources;
import dev.claw.model.Secret;
import dev.claw.model.WayIn;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** A backend that keeps everything in maps and does what it is asked. */
public final class ScriptedBackend extends CallScript implements Backend {
  private final BlockingQueue<Supplier<AgentId>> changes = new LinkedBlockingQueue<>();

  /** Tells whoever watches that the agent's container changed. */
  public void change(AgentId id) {
    changes.add(() -> id);
  }

  /** Ends whoever watches as nothing is foreseen to end it. */
  public void die(Error why) {
    changes.add(
        () -> {
          throw why;
        });
  }

  final Map<String, ImageInfo> images = new LinkedHashMap<>();
  final Map<AgentId, Made> containers = new LinkedHashMap<>();
  final Map<String, String> secrets = new HashMap<>();
  final List<String> lines = new ArrayList<>();
  Set<String> controllers = Set.of("memory", "cpu", "pids");
  boolean rootless = true;
  final List<Conversation> conversations = new ArrayList<>();
  final List<byte[]> printed = new ArrayList<>();
  Runnable whileConversing = () -> {};
  int converseExit;
  boolean hangs;
  int validation;
  int readiness;
  boolean blockInExec;
  final CountDownLatch inExec = new CountDownLatch(1);
  UnaryOperator<EffectiveState> reality = state -> state;

  /** What a program inside was given. */
  record Conversation(List<String> command, String input) {}

  /** A container with what it was made from. */
  record Made(ContainerSpec spec, Digest lock, State state, int exitCode) {
    Made in(State next, int code) {
      return new Made(spec, lock, next, code);
    }

    AgentContainer listed() {
      return new AgentContainer(
          spec.id(),
          spec.name(),
          "c".repeat(64),
          state,
          lock,
          spec.image().digest(),
          Instant.EPOCH,
          exitCode);
    }
  }

  void put(String reference, Digest digest) {
    images.put(
        reference,
        new ImageInfo(
            digest,
            digest.value(),
            List.of(reference),
            Map.of(),
            Instant.EPOCH.plusSeconds(images.size()),
            new ByteSize(1)));
  }

  final Set<AgentId> doors = ConcurrentHashMap.newKeySet();
  private final Map<AgentId, CompletableFuture<Void>> relays = new ConcurrentHashMap<>();

  private Made made(AgentId id) throws BackendException {
    Made made = containers.get(id);
    if (made == null) {
      throw new BackendException(Kind.NOT_FOUND, id + ": no container");
    }
    return made;
  }

  @Override
  public BackendInfo info() throws BackendException {
    called("info", "");
    return new BackendInfo("scripted", "1", rootless, controllers);
  }

  @Override
  public List<Check> diagnose() {
    return List.of();
  }

  @Override
  public Optional<ImageInfo> findImage(String reference) throws BackendException {
    called("findImage", reference);
    return Optional.ofNullable(images.get(reference));
  }

  @Override
  public List<ImageInfo> listImages() throws BackendException {
    called("listImages", "");
    return List.copyOf(images.values());
  }

  @Override
  public void removeImage(Digest digest) throws BackendException {
    called("removeImage", digest);
    images.values().removeIf(image -> image.digest().equals(digest));
  }

  @Override
  public List<AgentContainer> list() throws BackendException {
    called("list", "");
    return containers.values().stream().map(Made::listed).toList();
  }

  @Override
  public Optional<AgentContainer> find(AgentId id) throws BackendException {
    called("find", id);
    return Optional.ofNullable(containers.get(id)).map(Made::listed);
  }

  @Override
  public void create(ContainerSpec spec, Digest lock, Path seccompFile) throws BackendException {
    called("create", spec.id());
    if (containers.containsKey(spec.id())) {
      throw new BackendException(Kind.CONFLICT, spec.name() + ": there is one");
    }
    for (Secret secret : spec.secrets()) {
      if (!secrets.containsKey(secret.name())) {
        throw new BackendException(Kind.NOT_FOUND, secret.name() + ": no such secret");
      }
    }
    containers.put(spec.id(), new Made(spec, lock, State.CREATED, 0));
  }

  @Override
  public void start(AgentId id) throws BackendException {
    called("start", id);
    containers.put(id, made(id).in(State.RUNNING, 0));
  }

  @Override
  public void startNamespaces(AgentId id) throws BackendException {
    called("startNamespaces", id);
    made(id);
  }

  @Override
  public void openDoor(AgentId id, Path socket) throws BackendException {
    called("openDoor", id);
    made(id);
    if (doors.add(id)) {
      relays.put(id, new CompletableFuture<>());
    }
  }

  /** As if somebody had killed it. */
  public void endRelay(AgentId id) {
    doors.remove(id);
    CompletableFuture<Void> relay = relays.remove(id);
    if (relay != null) {
      relay.complete(null);
    }
  }

  @Override
  public CompletionStage<Void> doorEnd(AgentId id) throws BackendException {
    called("doorEnd", id);
    return relays.getOrDefault(id, CompletableFuture.completedFuture(null));
  }

  @Override
  public boolean isDoorOpen(AgentId id) throws BackendException {
    called("isDoorOpen", id);
    return doors.contains(id);
  }

  /** Where ways in lead; nothing listens there unless a test does. */
  public Path wayIn = Path.of("/nonexistent/way-in.sock");

  @Override
  public WayIn openWayIn(AgentId id, int port) throws BackendException {
    called("openWayIn", id + " " + port);
    made(id);
    return new WayIn() {
      @Override
      public Path socket() {
        return wayIn;
      }

      @Override
      public void close() {
        calls.add("closeWayIn " + id);
      }
    };
  }

  @Override
  public Optional<EgressRule.Program> findProgram(AgentId id, Endpoint source, Endpoint destination)
      throws BackendException {
    called("findProgram", id);
    return Optional.empty();
  }

  @Override
  public EffectiveState effectiveState(AgentId id) throws BackendException {
    called("effectiveState", id);
    Made made = made(id);
    ContainerSpec spec = made.spec();
    List<MountPoint> mounts = new ArrayList<>();
    spec.mounts()
        .forEach(
            mount ->
                mounts.add(
                    new MountPoint(
                        mount.target(),
                        mount.source(),
                        "ext4",
                        mount.mode() == Mount.Mode.RO,
                        true,
                        true,
                        EffectiveState.UNLIMITED)));
    spec.tmpfs()
        .forEach(
            tmpfs ->
                mounts.add(
                    new MountPoint(
                        tmpfs.target(), "", "tmpfs", false, true, true, tmpfs.size().bytes())));
    Resources limits = spec.resources();
    return reality.apply(
        new EffectiveState(
            4711,
            spec.image().findDigest().orElseThrow(),
            spec.user(),
            spec.user(),
            true,
            true,
            0,
            true,
            2,
            true,
            mounts,
            Set.of("lo"),
            new EffectiveState.Limits(
                limits.memory().bytes(), 0, limits.milliCpus(), limits.pids(), limits.nofile(), 0),
            spec.environment(),
            List.of("tini"),
            spec.secrets().stream().map(Secret::name).collect(Collectors.toSet()),
            Map.of(
                "claw.agent", spec.name().value(),
                "claw.id", spec.id().value(),
                "claw.lock", made.lock().value(),
                "claw.network", spec.network().word())));
  }

  @Override
  public void stopContainer(AgentId id, Duration grace) throws BackendException {
    called("stopContainer", id + " " + grace.toSeconds());
    containers.put(id, made(id).in(State.EXITED, 0));
  }

  @Override
  public void stopPod(AgentId id) throws BackendException {
    called("stopPod", id);
  }

  @Override
  public void remove(AgentId id) throws BackendException {
    called("remove", id);
    containers.remove(id);
  }

  @Override
  public ExecResult exec(AgentId id, List<String> command, Duration timeout, int outputLimit)
      throws BackendException {
    called("exec", id);
    if (blockInExec) {
      inExec.countDown();
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // as the real backend's calls do
        throw new BackendException(Kind.FAILED, "exec: interrupted", e);
      }
    }
    return new ExecResult(readiness, new byte[0], new byte[0]);
  }

  @Override
  public int converse(
      AgentId id, List<String> command, byte[] input, Duration timeout, OutputSink sink)
      throws BackendException {
    called("converse", id);
    conversations.add(new Conversation(command, new String(input, StandardCharsets.UTF_8)));
    whileConversing.run();
    for (byte[] part : printed) {
      if (!sink.accept(false, part, part.length)) {
        return -1;
      }
    }
    if (hangs) {
      throw new BackendException(Kind.TIMEOUT, "scripted to hang");
    }
    return converseExit;
  }

  @Override
  public List<String> execCommand(AgentId id, ExecOptions options, List<String> command)
      throws BackendException {
    called("execCommand", id);
    return command;
  }

  @Override
  public ExecResult runOnce(
      Digest image, List<String> command, Path file, String target, Duration timeout)
      throws BackendException {
    called("runOnce", file.getFileName());
    return new ExecResult(
        validation, "tools.deny: \u001b[2Jbad".getBytes(StandardCharsets.UTF_8), new byte[0]);
  }

  @Override
  public void logs(AgentId id, LogQuery query, LogSink sink) throws BackendException {
    called("logs", id);
    lines.forEach(line -> sink.accept(Instant.EPOCH, false, line));
  }

  @Override
  public void watch(Instant since, Consumer<AgentId> changed) throws BackendException {
    called("watch", since);
    try {
      while (true) {
        changed.accept(changes.take().get());
      }
    } catch (InterruptedException e) {
      throw new BackendException(Kind.INTERRUPTED, "watch: interrupted", e);
    }
  }

  @Override
  public void putSecret(String name, byte[] value) throws BackendException {
    called("putSecret", name);
    secrets.put(name, new String(value, StandardCharsets.UTF_8));
  }

  @Override
  public boolean hasSecret(String name) throws BackendException {
    called("hasSecret", name);
    return secrets.containsKey(name);
  }

  @Override
  public void removeSecret(String name) throws BackendException {
    called("removeSecret", name);
    secrets.remove(name);
  }

  @Override
  public void close() {}
}
