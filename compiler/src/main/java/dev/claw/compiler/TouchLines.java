package dev.claw.compiler;

import dev.claw.compiler.PolicyExplanation.Enforcer;
import dev.claw.compiler.PolicyExplanation.Line;
import dev.claw.compiler.PolicyExplanation.Section;
import dev.claw.compiler.PolicyExplanation.Status;
import dev.claw.model.ContainerSpec;
import dev.claw.model.Image;
import dev.claw.model.Mount;
import dev.claw.model.Quoted;
import dev.claw.model.Resources;
import dev.claw.model.Secret;
import dev.claw.model.Tmpfs;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Says what an agent can touch. */
final class TouchLines {
  private final List<Line> lines = new ArrayList<>();

  private TouchLines() {}

  static List<Line> of(ContainerSpec spec, Set<String> missingControllers) {
    TouchLines touch = new TouchLines();
    touch.addContainer(spec);
    spec.mounts().forEach(touch::addMount);
    for (Tmpfs tmpfs : spec.tmpfs()) {
      touch.kernel(
          "It can write up to "
              + tmpfs.size()
              + " to "
              + tmpfs.target()
              + ", which is memory and empty at each start.");
    }
    touch.addLimits(spec.resources(), missingControllers);
    touch.addNamed(spec);
    touch.podman(
        "At a stop it has "
            + spec.stopGracePeriod().toSeconds()
            + " s to finish what it does; then it is killed.");
    return touch.lines;
  }

  private void addContainer(ContainerSpec spec) {
    Image image = spec.image();
    podman(
        image
            .findDigest()
            .map(
                digest ->
                    "It runs the image "
                        + Quoted.visible(image.reference())
                        + " with the digest "
                        + digest.abbreviated()
                        + "… and no other.")
            .orElse(
                "It can't start: the image "
                    + Quoted.visible(image.reference())
                    + " was not on this host when this was compiled."));
    kernel(
        "It runs as uid "
            + spec.user().uid()
            + " in a user namespace of its own, without any capability and without a way to gain"
            + " privileges.");
    kernel("It can't write to its root file system; what is not listed here is read-only.");
    kernel(
        switch (spec.seccomp().kind()) {
          case STRICT ->
              "Its programs can't mount, trace each other, load code into the kernel, make"
                  + " namespaces, or use keyrings, io_uring, perf or vsock (seccomp strict).";
          case DEFAULT ->
              "Its programs can use the system calls of Podman's default filter, which on some hosts"
                  + " leaves vsock open: a way to the hypervisor that no network namespace closes.";
          case CUSTOM -> "Its programs can use the system calls of a filter of your own.";
        });
  }

  private void addMount(Mount mount) {
    kernel(
        (mount.mode() == Mount.Mode.RW ? "It can read and write " : "It can read ")
            + Quoted.visible(mount.target())
            + ", which is "
            + Quoted.visible(mount.source())
            + ".");
  }

  private void addLimits(Resources resources, Set<String> missing) {
    limit("memory", missing, resources.memory() + " of memory, no swap");
    limit(
        "cpu",
        missing,
        BigDecimal.valueOf(resources.milliCpus(), 3).stripTrailingZeros().toPlainString()
            + " CPUs");
    limit("pids", missing, resources.pids() + " processes and threads");
    kernel("It can have at most " + resources.nofile() + " files open in each process.");
  }

  private void limit(String controller, Set<String> missing, String what) {
    lines.add(
        missing.contains(controller)
            ? new Line(
                Section.TOUCH,
                "It should have at most "
                    + what
                    + "; the cgroup controller "
                    + controller
                    + " is not delegated to you on this host.",
                Enforcer.NOBODY,
                Status.NOT_ENFORCED)
            : new Line(
                Section.TOUCH,
                "It can have at most " + what + ".",
                Enforcer.CGROUP,
                Status.ENFORCED));
  }

  private void addNamed(ContainerSpec spec) {
    List<String> variables =
        spec.environment().keySet().stream()
            .filter(
                name ->
                    !OpenClawEnvironment.VARIABLES.containsKey(name) && !EgressInside.isOwn(name))
            .map(Quoted::visible)
            .toList();
    if (!variables.isEmpty()) {
      podman("Its template sets the environment variables " + String.join(", ", variables) + ".");
    }
    for (Secret secret : spec.secrets()) {
      podman(
          switch (secret.target()) {
            case Secret.Target.File file ->
                "It can read the secret "
                    + Quoted.visible(secret.name())
                    + " in /run/secrets/"
                    + Quoted.visible(file.name())
                    + ".";
            case Secret.Target.Environment environment ->
                "It and every program that it runs can read the secret "
                    + Quoted.visible(secret.name())
                    + " in the variable "
                    + Quoted.visible(environment.variable())
                    + ".";
          });
    }
  }

  private void kernel(String text) {
    lines.add(new Line(Section.TOUCH, text, Enforcer.KERNEL, Status.ENFORCED));
  }

  private void podman(String text) {
    lines.add(new Line(Section.TOUCH, text, Enforcer.PODMAN, Status.ENFORCED));
  }
}
