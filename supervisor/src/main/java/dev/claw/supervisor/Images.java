package dev.claw.supervisor;

import dev.claw.lock.PolicyLock;
import dev.claw.model.AgentContainer;
import dev.claw.model.BackendException;
import dev.claw.model.Digest;
import dev.claw.model.ImageInfo;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The agent images on this host. */
public final class Images {
  private final Host host;

  public Images(Host host) {
    this.host = host;
  }

  /** All of them, the newest first. */
  public List<ImageInfo> list() throws BackendException {
    return host.backend().listImages().stream()
        .sorted(Comparator.comparing(ImageInfo::created).reversed())
        .toList();
  }

  /**
   * Those that no agent, deleted or not, is locked to, that no container uses, and that are not the
   * one that new agents get.
   *
   * @param kept reference of the image that new agents get
   */
  public List<ImageInfo> unused(String kept) throws SupervisorException, BackendException {
    host.home().verify();
    Set<Digest> used = new HashSet<>();
    host.backend().findImage(kept).map(ImageInfo::digest).ifPresent(used::add);
    for (AgentContainer container : host.backend().list()) {
      container.findImage().ifPresent(used::add);
    }
    for (AgentStore.Entry entry : host.agents().list()) {
      if (entry.agent().isPresent()) {
        locked(entry.agent().get(), host.home().agent(entry.name())).ifPresent(used::add);
      }
    }
    // What is deleted can be restored, and is whole only with its image.
    for (Trash.Item item : new Trash(host).list()) {
      AgentFolder folder = new AgentFolder(host.home().trash().resolve(item.key()));
      Optional<AgentRecord> agent = AgentStore.peek(folder);
      if (agent.isPresent()) {
        locked(agent.get(), folder).ifPresent(used::add);
      }
    }
    return list().stream().filter(image -> !used.contains(image.digest())).toList();
  }

  private Optional<Digest> locked(AgentRecord agent, AgentFolder folder)
      throws SupervisorException {
    return new LockCheck(host)
        .files(agent, folder)
        .lock()
        .map(PolicyLock::image)
        .flatMap(image -> image.findDigest());
  }

  /** Removes an image. */
  public void remove(ImageInfo image) throws SupervisorException, BackendException {
    host.journal()
        .onHost(
            "image.remove",
            null,
            Map.of("digest", image.digest().value(), "names", image.names()),
            () -> {
              host.backend().removeImage(image.digest());
              return image;
            });
  }
}
