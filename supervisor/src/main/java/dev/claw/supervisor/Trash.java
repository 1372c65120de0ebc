package dev.claw.supervisor;

import dev.claw.model.AgentContainer;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Deleted agents: whole, restorable, gone for good only when the operator says so. A deletion is
 * one rename.
 */
public final class Trash {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

  private final Host host;

  public Trash(Host host) {
    this.host = host;
  }

  /**
   * A deleted agent.
   *
   * @param key its folder's name in the trash, {@code NAME.TIME}
   */
  public record Item(String key, AgentName name, Instant deleted) {}

  /**
   * Removes the agent's container and moves its folder into the trash.
   *
   * @param force stop it first where it runs
   * @throws SupervisorException CONFLICT where it runs and is not to be stopped
   */
  public Item delete(AgentName name, boolean force) throws SupervisorException, BackendException {
    host.home().verify();
    try (AgentLease _ = AgentLease.take(host.home(), name)) {
      if (!Files.exists(host.home().agent(name).path(), LinkOption.NOFOLLOW_LINKS)) {
        host.agents().get(name); // says that there is none
      }
      Optional<AgentContainer> container = OwnContainer.find(host, name);
      boolean running =
          container.isPresent()
              && (container.get().state() == AgentContainer.State.RUNNING
                  || container.get().state() == AgentContainer.State.PAUSED);
      if (running && !force) {
        throw new SupervisorException(
            Reason.CONFLICT,
            name + ": it is running; run 'claw stop " + name + "' first, or delete with --force");
      }
      Instant now = host.clock().instant().truncatedTo(ChronoUnit.MILLIS);
      Item item = new Item(name + "." + STAMP.format(now), name, now);
      return host.journal()
          .onHost(
              "agent.delete",
              name,
              Map.of("key", item.key(), "running", running),
              () -> {
                removeContainer(name, container);
                move(host.home().agent(name).path(), host.home().trash().resolve(item.key()));
                return item;
              });
    }
  }

  /**
   * Done also in part: what an earlier deletion that was cut off, or a start that failed, has left
   * goes by the agent's id, whether or not there is a container.
   */
  private void removeContainer(AgentName name, Optional<AgentContainer> container)
      throws BackendException {
    Optional<AgentId> id =
        container
            .map(AgentContainer::id)
            .or(() -> OwnContainer.record(host.home().agent(name), name).map(AgentRecord::id));
    if (id.isEmpty()) {
      return;
    }
    if (container.isPresent()) {
      host.backend().stopContainer(id.get(), Duration.ZERO);
    }
    host.backend().remove(id.get());
    new GatewayToken(host.home(), host.random()).withdraw(id.get(), host.backend());
  }

  /** All deleted agents, the newest first. */
  public List<Item> list() throws SupervisorException {
    host.home().verify();
    List<Item> items = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(host.home().trash())) {
      for (Path folder : folders) {
        item(folder.getFileName().toString()).ifPresent(items::add);
      }
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.STATE, host.home().trash() + ": can't be listed: " + Failures.describe(e), e);
    }
    items.sort(Comparator.comparing(Item::deleted).thenComparing(Item::key).reversed());
    return items;
  }

  private static Optional<Item> item(String key) {
    int dot = key.indexOf('.');
    try {
      return dot < 0
          ? Optional.empty()
          : Optional.of(
              new Item(
                  key,
                  AgentName.parse(key.substring(0, dot)),
                  STAMP.parse(key.substring(dot + 1), Instant::from)));
    } catch (InvalidValueException | DateTimeParseException e) {
      return Optional.empty(); // not made by claw
    }
  }

  /**
   * Brings an agent back under its name.
   *
   * @param which a key, or a name for the one of this name that was deleted last
   * @throws SupervisorException NOT_FOUND, or CONFLICT where the name is taken by now
   */
  public Item restore(String which) throws SupervisorException, BackendException {
    Item item =
        list().stream()
            .filter(
                candidate ->
                    candidate.key().equals(which) || candidate.name().value().equals(which))
            .findFirst()
            .orElseThrow(() -> missing(which));
    try (AgentLease _ = AgentLease.take(host.home(), item.name())) {
      refuseGone(item);
      Path target = host.home().agent(item.name()).path();
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        throw new SupervisorException(
            Reason.CONFLICT,
            item.name()
                + ": there is another agent of this name now; 'claw delete "
                + item.name()
                + "' it first");
      }
      return host.journal()
          .onHost(
              "agent.restore",
              item.name(),
              Map.of("key", item.key()),
              () -> {
                move(host.home().trash().resolve(item.key()), target);
                return item;
              });
    }
  }

  /** Those of these keys, or all. */
  public List<Item> select(List<String> keys) throws SupervisorException {
    List<Item> all = list();
    for (String key : keys) {
      if (all.stream().noneMatch(item -> isCalled(item, key))) {
        throw missing(key);
      }
    }
    return all.stream()
        .filter(item -> keys.isEmpty() || keys.stream().anyMatch(key -> isCalled(item, key)))
        .toList();
  }

  private static boolean isCalled(Item item, String word) {
    return item.key().equals(word) || item.name().value().equals(word);
  }

  /**
   * Removes one for good, with workspace, state, audit log and gateway token.
   *
   * @throws SupervisorException NOT_FOUND where another claw has removed or restored it meanwhile
   */
  public void remove(Item item) throws SupervisorException, BackendException {
    try (AgentLease _ = AgentLease.take(host.home(), item.name())) {
      refuseGone(item);
      removeHeld(item);
    }
  }

  /** What was listed may have gone before the lease was had. */
  private void refuseGone(Item item) throws SupervisorException {
    if (!Files.exists(host.home().trash().resolve(item.key()), LinkOption.NOFOLLOW_LINKS)) {
      throw missing(item.key());
    }
  }

  private void removeHeld(Item item) throws SupervisorException, BackendException {
    Path folder = host.home().trash().resolve(item.key());
    host.journal()
        .onHost(
            "trash.empty",
            item.name(),
            Map.of("key", item.key()),
            () -> {
              Optional<AgentRecord> agent =
                  OwnContainer.record(new AgentFolder(folder), item.name());
              if (agent.isPresent()) {
                // First, since after a crash the record that names it may be gone.
                new GatewayToken(host.home(), host.random()).forget(agent.get().id());
                host.egressFiles().forget(agent.get().id());
              }
              UntrustedTree.remove(folder);
              if (agent.isPresent()) {
                try (StateDatabase database = StateDatabase.open(host.home().database())) {
                  database.forget(agent.get().id());
                }
              }
              return item;
            });
  }

  private static SupervisorException missing(String which) {
    return new SupervisorException(
        Reason.NOT_FOUND,
        "the trash has no " + Quoted.of(which) + "; 'claw trash list' shows what it has");
  }

  private void move(Path from, Path to) throws SupervisorException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.STATE, from + ": can't be moved to " + to + ": " + Failures.describe(e), e);
    }
    StateFiles.sync(host.home().agents());
    StateFiles.sync(host.home().trash());
  }
}
