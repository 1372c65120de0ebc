package dev.claw.model;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What really holds for a running container, read from {@code /proc}, from cgroup files and from
 * the backend's account of the container; never from what was asked for.
 *
 * @param pid of the first process, in the host's numbering
 * @param image digest of the image that it runs
 * @param user real uid and gid of the first process, as numbered inside its user namespace
 * @param hostUser the same, as numbered on the host
 * @param ownUserNamespace whether the user namespace is another than claw's own
 * @param capabilities all five sets of {@code /proc/PID/status}, together, as a bit mask
 * @param seccompMode 0 off, 1 strict, 2 filter
 * @param readOnlyRoot from {@code /proc/PID/mountinfo}
 * @param mounts all mounts but the root, those of the container runtime itself ({@code /proc},
 *     {@code /sys}, {@code /dev} and below), and read-only files that the backend made for this
 *     container ({@code /etc/hostname}, the files of secrets)
 * @param interfaces network interfaces, from {@code /proc/PID/net/dev}
 * @param ownNetworkNamespace whether the network namespace is another than claw's own
 * @param limits what the kernel enforces
 * @param environment as the container was given it, secrets left out
 * @param command entry point and arguments
 * @param secrets names of the secrets that it was given
 */
public record EffectiveState(
    int pid,
    Digest image,
    ContainerSpec.User user,
    ContainerSpec.User hostUser,
    boolean ownUserNamespace,
    boolean ownNetworkNamespace,
    long capabilities,
    boolean noNewPrivileges,
    int seccompMode,
    boolean readOnlyRoot,
    List<MountPoint> mounts,
    Set<String> interfaces,
    Limits limits,
    Map<String, String> environment,
    List<String> command,
    Set<String> secrets,
    Map<String, String> labels) {

  /** A value for a limit that the kernel does not enforce. */
  public static final long UNLIMITED = -1;

  /**
   * One mount as the kernel sees it.
   *
   * @param target path in the container
   * @param source for a bind mount the real path on the host, as far as the kernel tells; else
   *     empty
   * @param type file system type
   * @param size bytes of a tmpfs; {@link #UNLIMITED} for others
   */
  public record MountPoint(
      String target,
      String source,
      String type,
      boolean readOnly,
      boolean nosuid,
      boolean nodev,
      long size) {}

  /**
   * Limits in force, from the container's own cgroup or one above it within the pod, and from
   * {@code /proc/PID/limits}; {@link #UNLIMITED} where nothing limits.
   *
   * @param memory bytes
   * @param swap bytes on top of memory
   * @param milliCpus thousandths of a CPU
   * @param pids processes and threads
   * @param nofile hard limit of open files
   * @param core hard limit of core files, bytes
   */
  public record Limits(long memory, long swap, long milliCpus, long pids, long nofile, long core) {}

  /** Copies all collections. */
  public EffectiveState {
    mounts = List.copyOf(mounts);
    interfaces = Set.copyOf(interfaces);
    environment = Map.copyOf(environment);
    command = List.copyOf(command);
    secrets = Set.copyOf(secrets);
    labels = Map.copyOf(labels);
  }
}
