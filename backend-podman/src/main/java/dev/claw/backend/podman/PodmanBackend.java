package dev.claw.backend.podman;

import dev.claw.model.AgentContainer;
import dev.claw.model.AgentId;
import dev.claw.model.Backend;
import dev.claw.model.BackendException;
import dev.claw.model.BackendInfo;
import dev.claw.model.Check;
import dev.claw.model.ContainerSpec;
import dev.claw.model.Digest;
import dev.claw.model.EffectiveState;
import dev.claw.model.ExecOptions;
import dev.claw.model.ExecResult;
import dev.claw.model.ImageInfo;
import dev.claw.model.LogQuery;
import dev.claw.model.LogSink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Agents in rootless Podman pods, over libpod's API. Nothing is started or connected to before the
 * first call that needs it.
 */
public final class PodmanBackend implements Backend {
  private final PodmanOptions options;

  private PodmanBackend(PodmanOptions options) {
    this.options = options;
  }

  /** A backend that finds or starts its Podman service at the first call that needs it. */
  public static PodmanBackend open(PodmanOptions options) {
    return new PodmanBackend(options);
  }

  private BackendException notYet() {
    return new BackendException(
        BackendException.Kind.UNAVAILABLE, options.podman() + ": not connected");
  }

  @Override
  public BackendInfo info() throws BackendException {
    throw notYet();
  }

  @Override
  public List<Check> diagnose() {
    return List.of();
  }

  @Override
  public Optional<ImageInfo> findImage(String reference) throws BackendException {
    throw notYet();
  }

  @Override
  public List<ImageInfo> listImages() throws BackendException {
    throw notYet();
  }

  @Override
  public void removeImage(Digest digest) throws BackendException {
    throw notYet();
  }

  @Override
  public List<AgentContainer> list() throws BackendException {
    throw notYet();
  }

  @Override
  public Optional<AgentContainer> find(AgentId id) throws BackendException {
    throw notYet();
  }

  @Override
  public void create(ContainerSpec spec, Digest lock, Path seccompFile) throws BackendException {
    throw notYet();
  }

  @Override
  public void start(AgentId id) throws BackendException {
    throw notYet();
  }

  @Override
  public EffectiveState effectiveState(AgentId id) throws BackendException {
    throw notYet();
  }

  @Override
  public void stopContainer(AgentId id, Duration grace) throws BackendException {
    throw notYet();
  }

  @Override
  public void stopPod(AgentId id) throws BackendException {
    throw notYet();
  }

  @Override
  public void remove(AgentId id) throws BackendException {
    throw notYet();
  }

  @Override
  public ExecResult exec(AgentId id, List<String> command, Duration timeout, int outputLimit)
      throws BackendException {
    throw notYet();
  }

  @Override
  public List<String> execCommand(AgentId id, ExecOptions options, List<String> command)
      throws BackendException {
    throw notYet();
  }

  @Override
  public ExecResult runOnce(
      Digest image, List<String> command, Path file, String target, Duration timeout)
      throws BackendException {
    throw notYet();
  }

  @Override
  public void logs(AgentId id, LogQuery query, LogSink sink) throws BackendException {
    throw notYet();
  }

  @Override
  public void putSecret(String name, byte[] value) throws BackendException {
    throw notYet();
  }

  @Override
  public boolean hasSecret(String name) throws BackendException {
    throw notYet();
  }

  @Override
  public void removeSecret(String name) throws BackendException {
    throw notYet();
  }

  @Override
  public void close() {}
}
