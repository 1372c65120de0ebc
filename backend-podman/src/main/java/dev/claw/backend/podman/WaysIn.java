package dev.claw.backend.podman;

import dev.claw.model.AgentId;
import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.Quoted;
import dev.claw.model.WayIn;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Ways in to agents' ports: for each a relay in the agent's network namespace that listens on a
 * Unix socket of the host, which is a name in the host's file system and no thing of the namespace.
 */
final class WaysIn {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Pattern QUOTABLE = Pattern.compile("[^\"\\\\$\\p{Cntrl}]+");

  /** {@code way-in-AGENT-OWNER-NUMBER.cfg}; the owner is the process id of a claw. */
  private static final Pattern CONFIG = Pattern.compile("way-in-(\\w+)-((\\d+)-\\d+)\\.cfg");

  private final NamespaceShell shell;
  private final RuntimeFolder folder;
  private final Relays relays;

  WaysIn(NamespaceShell shell, RuntimeFolder folder, Path proc) {
    this.shell = shell;
    this.folder = folder;
    this.relays = new Relays(proc);
  }

  /**
   * Its files.
   *
   * @param socket has a short name, since addresses of sockets are short and HAProxy lengthens them
   */
  private record Open(Path config, Path log, Path socket, Relays relays) implements WayIn {
    static Open of(RuntimeFolder folder, AgentId id, String key, Relays relays) {
      Path config = folder.resolve("way-in-" + id + "-" + key + ".cfg");
      Path log = folder.resolve("way-in-" + id + "-" + key + ".log");
      return new Open(config, log, folder.resolve("in-" + key + ".sock"), relays);
    }

    @Override
    public void close() throws BackendException {
      try {
        Relays.end(relays.of(config));
        for (Path file : List.of(socket, log, config)) {
          Files.deleteIfExists(file);
        }
      } catch (IOException e) {
        throw failed(config.toString(), e);
      }
    }
  }

  WayIn open(AgentId id, int port) throws BackendException {
    String pid = shell.namespaces(id).pid();
    try (RuntimeFolder.Held _ = folder.lock("door.lock", Deadline.after(PATIENCE))) {
      for (String key : keys(id, true)) {
        Open.of(folder, id, key, relays).close();
      }
      Open open = claim(id, port);
      try {
        shell.run(pid, NamespaceShell.resource("relay.sh"), "way-in", open.config(), open.log());
      } catch (IOException | BackendException e) {
        open.close();
        throw e;
      }
      return open;
    } catch (IOException e) {
      throw failed("agent " + id, e);
    }
  }

  /** Ends all ways in to the agent; done also where there is none. */
  void close(AgentId id) throws BackendException {
    try {
      for (String key : keys(id, false)) {
        Open.of(folder, id, key, relays).close();
      }
    } catch (IOException e) {
      throw failed("agent " + id, e);
    }
  }

  /** Takes a name that no other way in has, by writing its configuration. */
  private Open claim(AgentId id, int port) throws IOException {
    for (int number = 0; ; number++) {
      String key = ProcessHandle.current().pid() + "-" + number;
      Open open = Open.of(folder, id, key, relays);
      if (!QUOTABLE.matcher(open.socket().toString()).matches()) {
        throw new IOException(
            Quoted.of(folder.resolve("").toString())
                + " with quotes, $ or control characters; choose another XDG_RUNTIME_DIR");
      }
      if (Files.exists(open.socket())) {
        continue; // another agent's, by this process too
      }
      try {
        Files.writeString(
            open.config(),
            NamespaceShell.resource("way-in.cfg")
                .replace("{socket}", open.socket().toString())
                .replace("{port}", Integer.toString(port)),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE);
        return open;
      } catch (FileAlreadyExistsException e) {
        // one that this process opened before
      }
    }
  }

  /**
   * What tells the agent's ways in apart.
   *
   * @param orphaned only those whose owner is gone
   */
  private List<String> keys(AgentId id, boolean orphaned) throws IOException {
    if (!Files.isDirectory(folder.resolve(""))) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder.resolve(""))) {
      return files
          .map(file -> CONFIG.matcher(file.getFileName().toString()))
          .filter(Matcher::matches)
          .filter(name -> name.group(1).equals(id.value()))
          .filter(name -> !orphaned || isGone(name.group(3)))
          .map(name -> name.group(2))
          .toList();
    }
  }

  private static boolean isGone(String pid) {
    try {
      return ProcessHandle.of(Long.parseLong(pid)).isEmpty();
    } catch (NumberFormatException e) {
      return true; // no process has such an id
    }
  }

  private static BackendException failed(String subject, @Nullable Exception e) {
    return new BackendException(
        Kind.FAILED,
        subject
            + ": expected a way into its network namespace, found: "
            + Quoted.visible(e == null ? "" : String.valueOf(e.getMessage()))
            + " (`claw doctor` checks setpriv, nsenter and haproxy)",
        e);
  }
}
