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

/**
 * Runs scripts of claw's in an agent's network namespace: as processes of the host, as root of the
 * operator's user namespace, which is no privilege on the host.
 */
final class NamespaceShell {
  /** Debian keeps nft, ip and haproxy where an ordinary user's PATH does not lead. */
  static final String PROGRAM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin";

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int EXCERPT = 600;

  private final Libpod libpod;
  private final Agents agents;
  private final PodmanOptions options;

  NamespaceShell(Libpod libpod, Agents agents, PodmanOptions options) {
    this.libpod = libpod;
    this.agents = agents;
    this.options = options;
  }

  /**
   * An agent's namespaces.
   *
   * @param pid of the process that holds them
   * @param network what the container of that process is labelled with; empty for nothing
   */
  record Namespaces(String pid, String network) {}

  /**
   * The agent's namespaces.
   *
   * @throws BackendException of kind NOT_FOUND where they are not up
   */
  Namespaces namespaces(AgentId id) throws BackendException {
    ListedContainer row = agents.infra(id);
    String subject = "container " + Quoted.of(row.name());
    Json state = libpod.get(subject, "/containers/" + row.id() + "/json").get("State");
    long pid = state.get("Pid").number();
    if (pid <= 0) {
      throw new BackendException(
          Kind.NOT_FOUND, subject + ": expected it running, found it stopped; start the agent");
    }
    return new Namespaces(Long.toString(pid), row.labels().getOrDefault(Label.NETWORK, ""));
  }

  /**
   * Runs a script to its end; what it starts in the background goes on.
   *
   * @param name of the script, as {@code $0}
   * @param argument of the script, as {@code $1}
   * @param log where its output goes
   * @throws IOException where it fails, with the end of its output
   */
  void run(String pid, String script, String name, Path argument, Path log)
      throws IOException, BackendException {
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
            script,
            name,
            argument.toString());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(new File("/"))
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    Map<String, String> environment = builder.environment();
    environment.clear();
    for (String kept : List.of("HOME", "USER", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")) {
      String value = options.environment().get(kept);
      if (value != null) {
        environment.put(kept, value);
      }
    }
    environment.put("PATH", path());
    Process process = builder.start();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new IOException("it was not done within " + PATIENCE.toSeconds() + " s");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new BackendException(Kind.INTERRUPTED, name + ": interrupted", e);
    }
    if (process.exitValue() != 0) {
      throw new IOException(excerpt(log));
    }
  }

  /** A file that stands beside this class. */
  static String resource(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(NamespaceShell.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private String path() {
    return options.environment().getOrDefault("PATH", "/usr/bin:/bin") + ":" + PROGRAM_FOLDERS;
  }

  private static String excerpt(Path log) throws IOException {
    byte[] bytes = Files.readAllBytes(log);
    int from = Math.max(0, bytes.length - EXCERPT);
    return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8)
        .strip()
        .replace('\n', ' ');
  }
}
