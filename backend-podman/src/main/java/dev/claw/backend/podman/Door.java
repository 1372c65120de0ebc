package dev.claw.backend.podman;

import dev.claw.model.AgentId;
import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.Quoted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What leads from an agent's network namespace to a Unix socket of the supervisor, built from
 * outside: every TCP connection is captured, or, on an open network, model calls alone are taken.
 * The relay is a process of the host, without capabilities, that the agent can neither see nor
 * signal.
 */
final class Door {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Pattern QUOTABLE = Pattern.compile("[^\"\\\\$\\p{Cntrl}]+");

  private final NamespaceShell shell;
  private final RuntimeFolder folder;
  private final Path proc;
  private final Relays relays;

  Door(NamespaceShell shell, RuntimeFolder folder, Path proc) {
    this.shell = shell;
    this.folder = folder;
    this.proc = proc;
    this.relays = new Relays(proc);
  }

  /** Builds the door where it is not open already; the namespaces must be there. */
  void open(AgentId id, Path socket) throws BackendException {
    if (!QUOTABLE.matcher(socket.toString()).matches()) {
      throw new BackendException(
          Kind.FAILED,
          Quoted.of(socket.toString())
              + ": expected a path without quotes, $ and control characters, since the relay's"
              + " configuration names it; choose another XDG_RUNTIME_DIR");
    }
    NamespaceShell.Namespaces namespaces = shell.namespaces(id);
    DoorShape shape = DoorShape.of(namespaces.network());
    Path config = config(id);
    try (RuntimeFolder.Held _ = folder.lock("door.lock", Deadline.after(PATIENCE))) {
      String network = new ProcFiles(proc, namespaces.pid()).namespace("net");
      List<Relays.Relay> running = relays.of(config);
      if (running.stream()
          .anyMatch(relay -> relay.network().equals(network) && leadsTo(relay, socket))) {
        return;
      }
      Relays.end(running);
      Files.writeString(config, shape.config(socket.toString()));
      shell.run(namespaces.pid(), shape.script(), "door", config, log(id));
    } catch (IOException e) {
      throw failed(id, Quoted.visible(String.valueOf(e.getMessage())), e);
    }
  }

  /** Whether a relay runs in the agent's network namespace as it is now. */
  boolean isOpen(AgentId id) throws BackendException {
    return relay(id).isPresent();
  }

  /** Done when the agent's relay ends; at once where there is none. */
  CompletionStage<Void> end(AgentId id) throws BackendException {
    // The JDK looks after processes that are nobody's children, a few seconds apart.
    return relay(id)
        .map(relay -> relay.process().onExit().<Void>thenApply(ended -> null))
        .orElseGet(() -> CompletableFuture.completedFuture(null));
  }

  private Optional<Relays.Relay> relay(AgentId id) throws BackendException {
    try {
      String network = new ProcFiles(proc, shell.namespaces(id).pid()).namespace("net");
      return relays.of(config(id)).stream()
          .filter(relay -> relay.network().equals(network))
          .findFirst();
    } catch (IOException e) {
      throw failed(id, Quoted.visible(String.valueOf(e.getMessage())), e);
    }
  }

  /** A relay that another runtime folder's supervisor wanted leads nowhere once that is gone. */
  private static boolean leadsTo(Relays.Relay relay, Path socket) {
    try {
      return Files.readString(relay.config()).contains("\"unix@" + socket + "\"");
    } catch (IOException e) {
      return false; // the folder went with its login
    }
  }

  /** Ends the agent's relays; done also where there is none. */
  void close(AgentId id) throws BackendException {
    try {
      Relays.end(relays.of(config(id)));
      Files.deleteIfExists(config(id));
      Files.deleteIfExists(log(id));
    } catch (IOException e) {
      throw failed(id, Quoted.visible(String.valueOf(e.getMessage())), e);
    }
  }

  private Path config(AgentId id) {
    return folder.resolve("door-" + id + ".cfg");
  }

  private Path log(AgentId id) {
    return folder.resolve("door-" + id + ".log");
  }

  private static BackendException failed(AgentId id, String found, @Nullable Exception cause) {
    return new BackendException(
        Kind.FAILED,
        "agent "
            + id
            + ": expected a door in its network namespace, found: "
            + found
            + " (`claw doctor` checks ip, nft, setpriv, nsenter and haproxy)",
        cause);
  }
}
