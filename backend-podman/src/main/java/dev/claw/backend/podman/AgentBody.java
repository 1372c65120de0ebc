package dev.claw.backend.podman;

import dev.claw.model.ContainerSpec;
import dev.claw.model.Digest;
import dev.claw.model.Mount;
import dev.claw.model.NetworkProfile;
import dev.claw.model.Resources;
import dev.claw.model.Secret;
import dev.claw.model.Tmpfs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * An agent's pod and container as libpod's API wants them written (Podman's {@code specgen}). What
 * is not said here Podman would take from {@code containers.conf} and the image, so defaults that
 * matter are said.
 */
final class AgentBody {
  private static final long LOG_BYTES = 50L << 20;

  private final ContainerSpec spec;
  private final Map<String, String> labels;

  AgentBody(ContainerSpec spec, Digest lock) {
    this.spec = spec;
    Map<String, String> all = new TreeMap<>();
    all.put(Label.ID, spec.id().value());
    all.put(Label.AGENT, spec.name().value());
    all.put(Label.LOCK, lock.value());
    all.put(Label.NETWORK, spec.network().word());
    this.labels = all;
  }

  static String podName(ContainerSpec spec) {
    return "claw-" + spec.name();
  }

  static String containerName(ContainerSpec spec) {
    return podName(spec) + "-agent";
  }

  /** Body of {@code POST /pods/create}. */
  Map<String, Object> pod(PodmanVersion version) {
    Map<String, Object> pod = new LinkedHashMap<>();
    pod.put("name", podName(spec));
    pod.put("hostname", spec.name().value());
    pod.put("labels", labels);
    pod.put("netns", Map.of("nsmode", network(version)));
    pod.put("userns", Map.of("nsmode", "keep-id"));
    pod.put("shared_namespaces", List.of("ipc", "net", "uts", "user"));
    pod.put("exit_policy", "continue");
    pod.put("security_opt", List.of("no-new-privileges"));
    // Podman's own /etc/hosts repeats the host's, and its resolv.conf names the host's resolvers.
    pod.put("no_manage_hosts", true);
    pod.put("no_manage_resolv_conf", spec.network() != NetworkProfile.OPEN);
    return pod;
  }

  /** Body of {@code POST /containers/create}. */
  Map<String, Object> container(String podId, String imageId, Path seccompFile) {
    ContainerSpec.User user = spec.user();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("name", containerName(spec));
    body.put("pod", podId);
    body.put("image", imageId);
    body.put("labels", labelsWithSecrets());
    body.put("env", spec.environment());
    body.put("env_host", false);
    body.put("httpproxy", false);
    body.put("user", user.uid() + ":" + user.gid());
    body.put("passwd_entry", "agent:x:%d:%d::/tmp:/bin/sh".formatted(user.uid(), user.gid()));
    body.put("cap_drop", List.of("all"));
    body.put("no_new_privileges", true);
    body.put("privileged", false);
    body.put("seccomp_profile_path", seccompFile.toString());
    body.put("read_only_filesystem", true);
    body.put("read_write_tmpfs", false);
    body.put("image_volume_mode", "ignore");
    body.put("use_image_hosts", true);
    body.put("mounts", mounts());
    body.put("secrets", fileSecrets());
    body.put("secret_env", environmentSecrets());
    body.put("resource_limits", limits(spec.resources()));
    body.put("r_limits", List.of(rlimit("nofile", spec.resources().nofile()), rlimit("core", 0)));
    body.put("log_configuration", Map.of("driver", "k8s-file", "size", LOG_BYTES));
    body.put("healthconfig", Map.of("Test", List.of("NONE")));
    body.put("restart_policy", "no");
    body.put("stop_signal", 15);
    body.put("stop_timeout", spec.stopGracePeriod().toSeconds());
    body.put("sdnotifyMode", "ignore");
    body.put("systemd", "false");
    return body;
  }

  private String network(PodmanVersion version) {
    if (spec.network() != NetworkProfile.OPEN) {
      return "none";
    }
    return version.isAtLeast(5, 0) ? "pasta" : "slirp4netns";
  }

  private Map<String, String> labelsWithSecrets() {
    Map<String, String> all = new TreeMap<>(labels);
    String pairs =
        environmentSecrets().entrySet().stream()
            .map(secret -> secret.getKey() + "=" + secret.getValue())
            .collect(Collectors.joining(" "));
    if (!pairs.isEmpty()) {
      all.put(Label.SECRETS, pairs);
    }
    return all;
  }

  private Map<String, String> environmentSecrets() {
    Map<String, String> variables = new TreeMap<>();
    for (Secret secret : spec.secrets()) {
      if (secret.target() instanceof Secret.Target.Environment(String variable)) {
        variables.put(variable, secret.name());
      }
    }
    return variables;
  }

  private List<Map<String, Object>> fileSecrets() {
    List<Map<String, Object>> files = new ArrayList<>();
    for (Secret secret : spec.secrets()) {
      if (secret.target() instanceof Secret.Target.File(String name)) {
        files.add(
            Map.of(
                "Source", secret.name(),
                "Target", name,
                "UID", spec.user().uid(),
                "GID", spec.user().gid(),
                "Mode", 0400));
      }
    }
    return files;
  }

  private List<Map<String, Object>> mounts() {
    List<Map<String, Object>> mounts = new ArrayList<>();
    for (Mount mount : spec.mounts()) {
      String mode = mount.mode() == Mount.Mode.RO ? "ro" : "rw";
      // Not recursive: what is mounted below the source on the host is not what the lock names.
      List<String> options = List.of(mode, "bind", "rprivate", "nosuid", "nodev");
      mounts.add(mount("bind", mount.source(), mount.target(), options));
    }
    for (Tmpfs tmpfs : spec.tmpfs()) {
      // Programs that the agent builds and installers that it fetches run from /tmp: no noexec.
      List<String> options =
          List.of(
              "rw", "size=" + tmpfs.size().bytes(), "mode=1777", "nosuid", "nodev", "notmpcopyup");
      mounts.add(mount("tmpfs", "tmpfs", tmpfs.target(), options));
    }
    return mounts;
  }

  private static Map<String, Object> mount(
      String type, String source, String target, List<String> options) {
    return Map.of("type", type, "source", source, "destination", target, "options", options);
  }

  private static Map<String, Object> limits(Resources resources) {
    long memory = resources.memory().bytes();
    return Map.of(
        // The runtime counts memory and swap together, so equal values leave no swap.
        "memory", Map.of("limit", memory, "swap", memory),
        "cpu", Map.of("quota", resources.milliCpus() * 100L, "period", 100_000),
        "pids", Map.of("limit", resources.pids()));
  }

  private static Map<String, Object> rlimit(String type, int value) {
    return Map.of("type", type, "hard", value, "soft", value);
  }
}
