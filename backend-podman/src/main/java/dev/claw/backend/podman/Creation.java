package dev.claw.backend.podman;

import dev.claw.model.AgentId;
import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.ContainerSpec;
import dev.claw.model.Digest;
import dev.claw.model.Quoted;
import dev.claw.model.Secret;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Makes an agent's pod and container, both or neither. */
final class Creation {
  private final Libpod libpod;
  private final Agents agents;
  private final Images images;
  private final Secrets secrets;
  private final Lifecycle lifecycle;

  Creation(Libpod libpod, Agents agents, Images images, Secrets secrets, Lifecycle lifecycle) {
    this.libpod = libpod;
    this.agents = agents;
    this.images = images;
    this.secrets = secrets;
    this.lifecycle = lifecycle;
  }

  /** The caller sees to it that nobody else makes the same agent meanwhile. */
  void create(ContainerSpec spec, Digest lock, Path seccompFile) throws BackendException {
    String subject = "agent " + Quoted.of(spec.name().value());
    String imageId = images.getId(digest(spec, subject));
    for (Secret secret : spec.secrets()) {
      if (!secrets.has(secret.name())) {
        throw new BackendException(
            Kind.NOT_FOUND,
            subject
                + ": expected the Podman secret "
                + Quoted.of(secret.name())
                + ", found none of that name; make it with `podman secret create "
                + secret.name()
                + " FILE`");
      }
    }
    refuseWhatIsThere(spec, subject);
    AgentBody body = new AgentBody(spec, lock);
    String pod =
        libpod.post(subject, "/pods/create", body.pod(libpod.service().version())).get("Id").text();
    try {
      Map<String, Object> container = body.container(pod, imageId, seccompFile);
      libpod.post(subject, "/containers/create", container, Images.COPY);
    } catch (BackendException e) {
      try {
        lifecycle.removePod(subject, pod);
      } catch (BackendException also) {
        e.addSuppressed(also);
      }
      throw e;
    }
  }

  private static Digest digest(ContainerSpec spec, String subject) throws BackendException {
    return spec.image()
        .findDigest()
        .orElseThrow(
            () ->
                new BackendException(
                    Kind.NOT_FOUND,
                    subject
                        + ": expected the digest of image "
                        + Quoted.of(spec.image().reference())
                        + " in its lock, found none; run `claw image build`, then lock it again"));
  }

  private void refuseWhatIsThere(ContainerSpec spec, String subject) throws BackendException {
    AgentId id = spec.id();
    Optional<ListedContainer> own = agents.findRow(id);
    if (own.isPresent()) {
      throw new BackendException(
          Kind.CONFLICT,
          subject
              + ": expected no container of this agent, found "
              + Quoted.of(own.get().name())
              + "; start it, or delete the agent first");
    }
    // A pod of this agent with nothing in it is what a claw that died half-way left.
    lifecycle.remove(id);
    String podName = AgentBody.podName(spec);
    Optional<Json> pod = libpod.find(subject, "/pods/" + podName + "/json");
    if (pod.isPresent()) {
      throw foreign("pod", podName, pod.get().get("Labels"), "podman pod");
    }
    String name = AgentBody.containerName(spec);
    Optional<Json> container = libpod.find(subject, "/containers/" + name + "/json");
    if (container.isPresent()) {
      throw foreign("container", name, container.get().get("Config").get("Labels"), "podman");
    }
  }

  private static BackendException foreign(String what, String name, Json labels, String podman) {
    Map<String, String> found = labels.textMembers();
    String whose =
        found.containsKey(Label.ID)
            ? "one with label claw.id=" + Quoted.visible(found.getOrDefault(Label.ID, ""))
            : "one without claw's labels";
    String rename = podman.equals("podman") ? " or rename it (`podman rename`)" : "";
    return new BackendException(
        Kind.CONFLICT,
        what
            + " "
            + name
            + ": expected the name to be free, found "
            + whose
            + ", which is not this agent's and which claw does not touch; remove it (`"
            + podman
            + " rm "
            + name
            + "`)"
            + rename);
  }
}
