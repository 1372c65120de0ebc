package dev.claw.backend.podman;

import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.Quoted;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Starts a Podman service that outlives claw and ends by itself when nobody asks it anything. Of
 * several claws that want one at once, one starts it and the others find it.
 */
final class ServiceLauncher {
  private static final int LOG_EXCERPT = 600;
  private static final long LARGEST_LOG = 1 << 20;

  private final PodmanOptions options;
  private final RuntimeFolder folder;
  private final Path socket;

  ServiceLauncher(PodmanOptions options, RuntimeFolder folder, Path socket) {
    this.options = options;
    this.folder = folder;
    this.socket = socket;
  }

  PodmanService launch() throws BackendException {
    Deadline deadline = Deadline.after(options.serviceStart());
    try (RuntimeFolder.Held _ = folder.lock("podman.lock", deadline)) {
      Optional<PodmanService> other = ServiceFinder.ping(socket);
      return other.isPresent() ? other.get() : start(deadline);
    } catch (IOException e) {
      throw failed(Quoted.visible(String.valueOf(e.getMessage())), folder.resolve("podman.log"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BackendException(Kind.INTERRUPTED, "podman: interrupted while it started", e);
    }
  }

  private PodmanService start(Deadline deadline)
      throws IOException, BackendException, InterruptedException {
    // Nobody answers there and nobody else may start one now: what is left is a dead one's.
    Files.deleteIfExists(socket);
    Path log = folder.resolve("podman.log");
    Process process = spawn(log);
    while (!deadline.isOver()) {
      Optional<PodmanService> service = ServiceFinder.ping(socket);
      if (service.isPresent()) {
        return service.get();
      }
      if (!process.isAlive()) {
        throw failed("it ended with exit code " + process.exitValue(), log);
      }
      Thread.sleep(10);
    }
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    throw failed("it did not answer within " + options.serviceStart().toSeconds() + " s", log);
  }

  private Process spawn(Path log) throws IOException, BackendException {
    if (Files.exists(log) && Files.size(log) > LARGEST_LOG) {
      Files.delete(log);
    }
    // A session of its own, so that an interrupt at the operator's terminal is not for it.
    List<String> command =
        List.of(
            "setsid",
            options.podman(),
            "system",
            "service",
            "--time=" + Math.max(1, options.serviceIdle().toSeconds()),
            "unix://" + socket);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(new File("/"))
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.putAll(options.environment());
    environment
        .keySet()
        .removeIf(
            name ->
                name.equals("NOTIFY_SOCKET")
                    || name.startsWith("LISTEN_")
                    || name.equals("CONTAINER_CONNECTION"));
    try {
      return builder.start();
    } catch (IOException e) {
      throw new BackendException(
          Kind.UNAVAILABLE,
          "setsid: expected it on PATH to start Podman with, found: "
              + Quoted.visible(String.valueOf(e.getMessage()))
              + "; install util-linux",
          e);
    }
  }

  private BackendException failed(String found, Path log) {
    return new BackendException(
        Kind.UNAVAILABLE,
        "podman: expected its service to start, but "
            + found
            + "; its log "
            + log
            + " ends with: "
            + Quoted.visible(tail(log))
            + " (run `claw doctor`; if Podman is missing: apt install podman)");
  }

  private static String tail(Path log) {
    try {
      byte[] bytes = Files.readAllBytes(log);
      int from = Math.max(0, bytes.length - LOG_EXCERPT);
      return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8)
          .strip()
          .replace('\n', ' ');
    } catch (IOException e) {
      return "(unreadable)";
    }
  }
}
