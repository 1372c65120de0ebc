package dev.claw.model;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that an agent's container is made of. What is the same for every agent is not a setting and
 * so not a component: user namespace {@code keep-id}, no capability, {@code no-new-privileges}, a
 * read-only root, no restart by Podman.
 *
 * @param user uid and gid of the operator, kept inside
 * @param environment variables and values; no secret is among them
 * @param stopGracePeriod how long a stop waits between SIGTERM and SIGKILL
 */
public record ContainerSpec(
    AgentId id,
    AgentName name,
    Image image,
    User user,
    Resources resources,
    List<Mount> mounts,
    List<Tmpfs> tmpfs,
    Map<String, String> environment,
    List<Secret> secrets,
    Seccomp seccomp,
    NetworkProfile network,
    Duration stopGracePeriod) {

  /** The operator's numeric ids on the host, which are also the ids inside. */
  public record User(int uid, int gid) {}

  /** Copies all collections; the environment is sorted. */
  public ContainerSpec {
    mounts = List.copyOf(mounts);
    tmpfs = List.copyOf(tmpfs);
    environment = Collections.unmodifiableMap(new TreeMap<>(environment));
    secrets = List.copyOf(secrets);
  }
}
