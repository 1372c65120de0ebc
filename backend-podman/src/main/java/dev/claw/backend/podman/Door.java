package dev.claw.backend.podman;

import dev.claw.model.AgentId;
import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.Quoted;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The one way out of an agent's network namespace, built from outside: every TCP connection is
 * captured and handed by a relay to a Unix socket of the supervisor. The relay is a process of the
 * host, without capabilities, that the agent can neither see nor signal.
 */
final class Door {
  /** Debian keeps nft, ip and haproxy where an ordinary user's PATH does not lead. */
  static final String PROGRAM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin";

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Pattern QUOTABLE = Pattern.compile("[^\"\\\\$\\p{Cntrl}]+");
  private static final int EXCERPT = 600;

  private final Libpod libpod;
  private final Agents agents;
  private final PodmanOptions options;
  private final RuntimeFolder folder;
  private final Path proc;
  private final Relays relays;

  Door(Libpod libpod, Agents agents, PodmanOptions options, RuntimeFolder folder, Path proc) {
    this.libpod = libpod;
    this.agents = agents;
    this.options = options;
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
    String pid = infra(id);
    Path config = config(id);
    try (RuntimeFolder.Held _ = folder.lock("door.lock", Deadline.after(PATIENCE))) {
      String network = new ProcFiles(proc, pid).namespace("net");
      List<Relays.Relay> running = relays.of(config);
      if (running.stream().anyMatch(relay -> relay.network().equals(network))) {
        return;
      }
      end(running);
      Files.writeString(config, resource("relay.cfg").replace("{socket}", socket.toString()));
      build(id, pid, config);
    } catch (IOException e) {
      throw failed(id, Quoted.visible(String.valueOf(e.getMessage())), e);
    }
  }

  /** Whether a relay runs in the agent's network namespace as it is now. */
  boolean isOpen(AgentId id) throws BackendException {
    try {
      String network = new ProcFiles(proc, infra(id)).namespace("net");
      return relays.of(config(id)).stream().anyMatch(relay -> relay.network().equals(network));
    } catch (IOException e) {
      throw failed(id, Quoted.visible(String.valueOf(e.getMessage())), e);
    }
  }

  /** Ends the agent's relays; done also where there is none. */
  void close(AgentId id) throws BackendException {
    try {
      end(relays.of(config(id)));
      Files.deleteIfExists(config(id));
      Files.deleteIfExists(log(id));
    } catch (IOException e) {
      throw failed(id, Quoted.visible(String.valueOf(e.getMessage())), e);
    }
  }

  private static void end(List<Relays.Relay> running) throws IOException {
    for (Relays.Relay relay : running) {
      relay.process().destroyForcibly(); // it keeps nothing that an orderly end would save
      try {
        relay.process().onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
        throw new IOException("relay " + relay.process().pid() + " does not end", e);
      }
    }
  }

  private void build(AgentId id, String pid, Path config) throws IOException, BackendException {
    List<String> command =
        List.of(
            options.podman(),
            "unshare",
            "nsenter",
            "--target",
            pid,
            "--net",
            "--", //
            "/bin/sh",
            "-ec",
            resource("door.sh"),
            "door",
            config.toString());
    File log = log(id).toFile();
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(new File("/"))
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(log);
    Map<String, String> environment = builder.environment();
    environment.clear();
    for (String name : List.of("HOME", "USER", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")) {
      String value = options.environment().get(name);
      if (value != null) {
        environment.put(name, value);
      }
    }
    environment.put("PATH", path());
    Process process = builder.start();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw failed(id, "it was not done within " + PATIENCE.toSeconds() + " s", null);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new BackendException(Kind.INTERRUPTED, "agent " + id + ": interrupted", e);
    }
    if (process.exitValue() != 0) {
      throw failed(id, Quoted.visible(excerpt(log.toPath())), null);
    }
  }

  private String path() {
    return options.environment().getOrDefault("PATH", "/usr/bin:/bin") + ":" + PROGRAM_FOLDERS;
  }

  private String infra(AgentId id) throws BackendException {
    ListedContainer row = agents.infra(id);
    String subject = "container " + Quoted.of(row.name());
    Json state = libpod.get(subject, "/containers/" + row.id() + "/json").get("State");
    long pid = state.get("Pid").number();
    if (pid <= 0) {
      throw new BackendException(
          Kind.NOT_FOUND, subject + ": expected it running, found it stopped; start the agent");
    }
    return Long.toString(pid);
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

  private static String excerpt(Path log) throws IOException {
    byte[] bytes = Files.readAllBytes(log);
    int from = Math.max(0, bytes.length - EXCERPT);
    return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8)
        .strip()
        .replace('\n', ' ');
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = Objects.requireNonNull(Door.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
