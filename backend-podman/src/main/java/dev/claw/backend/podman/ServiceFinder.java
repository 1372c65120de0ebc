package dev.claw.backend.podman;

import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.Quoted;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Decides which Podman service claw talks to: that of {@code CONTAINER_HOST}, else the user's own
 * socket, else one that claw started or now starts.
 */
final class ServiceFinder implements PodmanService.Source {
  private static final Duration PING = Duration.ofSeconds(10);

  private final PodmanOptions options;
  private final RuntimeFolder folder;

  ServiceFinder(PodmanOptions options, RuntimeFolder folder) {
    this.options = options;
    this.folder = folder;
  }

  @Override
  public PodmanService get() throws BackendException {
    String host = options.environment().getOrDefault("CONTAINER_HOST", "");
    if (!host.isEmpty()) {
      Path socket = socketOf(host);
      return ping(socket)
          .orElseThrow(
              () ->
                  new BackendException(
                      Kind.UNAVAILABLE,
                      "CONTAINER_HOST: expected a Podman service at "
                          + socket
                          + ", found none that answers; start it (`podman system service --time=0 "
                          + Quoted.visible(host)
                          + "`) or unset CONTAINER_HOST"));
    }
    Optional<PodmanService> own = userSocket().flatMap(ServiceFinder::answering);
    if (own.isPresent()) {
      return supported(own.get());
    }
    Path socket = folder.resolve("podman.sock");
    Optional<PodmanService> started = ping(socket);
    return started.isPresent()
        ? started.get()
        : new ServiceLauncher(options, folder, socket).launch();
  }

  /** The socket that systemd's {@code podman.socket} serves for this user. */
  private Optional<Path> userSocket() {
    String runtime = options.environment().getOrDefault("XDG_RUNTIME_DIR", "");
    return runtime.isEmpty()
        ? Optional.empty()
        : Optional.of(Path.of(runtime, "podman", "podman.sock"));
  }

  private static Path socketOf(String host) throws BackendException {
    if (!host.startsWith("unix://") || !host.substring(7).startsWith("/")) {
      throw new BackendException(
          Kind.UNAVAILABLE,
          "CONTAINER_HOST: expected unix:// and an absolute path, found "
              + Quoted.of(host)
              + "; claw checks what runs on this host and so talks to no other: unset"
              + " CONTAINER_HOST");
    }
    return Path.of(host.substring(7));
  }

  /** The service at this socket if one answers; one that hangs does not, here. */
  private static Optional<PodmanService> answering(Path socket) {
    try {
      return ping(socket);
    } catch (BackendException e) {
      return Optional.empty();
    }
  }

  /**
   * The service at this socket, or empty where nobody listens.
   *
   * @throws BackendException where somebody listens who is no Podman that claw can use
   */
  static Optional<PodmanService> ping(Path socket) throws BackendException {
    if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try (HttpAnswer answer =
        HttpAnswer.request(
            socket, "GET", "/v4.0.0/libpod/_ping", new byte[0], "", Deadline.after(PING))) {
      String text = answer.head().find("libpod-api-version").orElse("");
      Optional<PodmanVersion> version = PodmanVersion.parse(text);
      if (version.isEmpty()) {
        throw new BackendException(
            Kind.UNAVAILABLE,
            socket
                + ": expected Podman's API, found an answer without Libpod-API-Version (Docker's?);"
                + " point CONTAINER_HOST at Podman's socket");
      }
      return Optional.of(supported(new PodmanService(socket, version.get())));
    } catch (SocketTimeoutException e) {
      throw new BackendException(
          Kind.TIMEOUT,
          socket
              + ": a Podman service listens but does not answer; look for it with"
              + " `pgrep -u $USER -af 'podman system service'`, end it, and try again",
          e);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static PodmanService supported(PodmanService service) throws BackendException {
    if (!service.version().isSupported()) {
      throw new BackendException(
          Kind.UNAVAILABLE,
          "podman: expected version 4.3 to 5.x, found "
              + service.version()
              + " at "
              + service.socket()
              + "; install Podman from Debian 12 or later (apt install podman)");
    }
    return service;
  }
}
