package dev.claw.lock;

import dev.claw.model.ContainerSpec;
import dev.claw.model.Digest;
import dev.claw.model.EffectiveState;
import dev.claw.model.NetworkProfile;
import dev.claw.model.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Compares what really holds for a running container with the spec that is locked. */
public final class EffectiveStateComparison {
  // Set by Podman itself in every container.
  private static final Set<String> PODMAN_VARIABLES =
      Set.of("PATH", "HOME", "HOSTNAME", "TERM", "container");

  private static final int SECCOMP_FILTER = 2;

  private final Set<String> imageVariables;

  /**
   * @param imageVariables names of the environment variables that the agent image sets; any other
   *     that the spec does not name is drift
   */
  public EffectiveStateComparison(Set<String> imageVariables) {
    this.imageVariables = Set.copyOf(imageVariables);
  }

  /**
   * All differences; empty where the container is what was locked.
   *
   * @param lock {@link PolicyLock#containerDigest}
   */
  public List<Drift> compare(ContainerSpec spec, Digest lock, EffectiveState state) {
    List<Drift> drifts = new ArrayList<>();
    compareImage(drifts, spec, state);
    comparePrivileges(drifts, spec, state);
    compareNetwork(drifts, spec, state);
    MountComparison.compare(drifts, spec, state.mounts());
    LimitComparison.compare(drifts, spec.resources(), state.limits());
    compareEnvironment(drifts, spec, state.environment());
    expect(drifts, "secrets", names(spec), sorted(state.secrets()));
    compareLabels(drifts, spec, lock, state.labels());
    return drifts;
  }

  private static void compareImage(List<Drift> drifts, ContainerSpec spec, EffectiveState state) {
    String reference = spec.image().reference();
    if (spec.image().findDigest().isEmpty()) {
      drifts.add(new Drift.MissingImage(reference));
    } else {
      Digest expected = spec.image().findDigest().get();
      if (!expected.equals(state.image())) {
        drifts.add(new Drift.ChangedImage(reference, expected, state.image()));
      }
    }
  }

  private static void comparePrivileges(
      List<Drift> drifts, ContainerSpec spec, EffectiveState state) {
    expect(drifts, "user namespace", namespace(true), namespace(state.ownUserNamespace()));
    expect(drifts, "user inside", user(spec.user()), user(state.user()));
    expect(drifts, "user on the host", user(spec.user()), user(state.hostUser()));
    expect(drifts, "capabilities", "0", Long.toHexString(state.capabilities()));
    expect(drifts, "no-new-privileges", "true", String.valueOf(state.noNewPrivileges()));
    expect(
        drifts,
        "seccomp mode",
        String.valueOf(SECCOMP_FILTER),
        String.valueOf(state.seccompMode()));
    expect(drifts, "read-only root", "true", String.valueOf(state.readOnlyRoot()));
  }

  private static void compareNetwork(List<Drift> drifts, ContainerSpec spec, EffectiveState state) {
    expect(drifts, "network namespace", namespace(true), namespace(state.ownNetworkNamespace()));
    if (spec.network() != NetworkProfile.OPEN) {
      expect(drifts, "network interfaces", "lo", sorted(state.interfaces()));
    }
  }

  private void compareEnvironment(
      List<Drift> drifts, ContainerSpec spec, Map<String, String> found) {
    spec.environment()
        .forEach(
            (name, value) ->
                expect(
                    drifts,
                    "environment variable " + name,
                    value,
                    found.getOrDefault(name, "no such variable")));
    for (String name : new TreeSet<>(found.keySet())) {
      if (!spec.environment().containsKey(name)
          && !PODMAN_VARIABLES.contains(name)
          && !imageVariables.contains(name)) {
        // Its value is not shown: it may be anything, also a secret of somebody's.
        drifts.add(
            new Drift.ChangedSetting(
                "environment variable " + name, "no such variable", "a value"));
      }
    }
  }

  private static void compareLabels(
      List<Drift> drifts, ContainerSpec spec, Digest lock, Map<String, String> found) {
    Map<String, String> expected =
        new TreeMap<>(
            Map.of(
                "claw.agent", spec.name().value(),
                "claw.id", spec.id().value(),
                "claw.lock", lock.value(),
                "claw.network", spec.network().word()));
    expected.forEach(
        (name, value) ->
            expect(drifts, "label " + name, value, found.getOrDefault(name, "no such label")));
  }

  static void expect(List<Drift> drifts, String setting, String expected, String found) {
    if (!expected.equals(found)) {
      drifts.add(new Drift.ChangedSetting(setting, expected, found));
    }
  }

  private static String names(ContainerSpec spec) {
    return sorted(spec.secrets().stream().map(Secret::name).collect(Collectors.toSet()));
  }

  private static String sorted(Set<String> names) {
    return names.isEmpty() ? "none" : String.join(", ", new TreeSet<>(names));
  }

  private static String user(ContainerSpec.User user) {
    return user.uid() + ":" + user.gid();
  }

  private static String namespace(boolean own) {
    return own ? "its own" : "the host's";
  }
}
