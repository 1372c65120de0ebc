package dev.claw.backend.podman;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Finds the relays of doors and ways in among the processes of the host. What a relay was started
 * with says whose it is, so that no process id is kept anywhere; an agent's own processes can't
 * pass for one, since they live in another pid namespace.
 */
final class Relays {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Path proc;

  Relays(Path proc) {
    this.proc = proc;
  }

  /**
   * A running relay.
   *
   * @param network its network namespace, such as {@code net:[4026532184]}
   * @param config what it was started with, which may be gone
   */
  record Relay(ProcessHandle process, String network, Path config) {}

  /**
   * Kills relays and waits until they are gone; they keep nothing that an orderly end would save.
   */
  static void end(List<Relay> running) throws IOException {
    for (Relay relay : running) {
      relay.process().destroyForcibly();
      try {
        relay.process().onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      } catch (ExecutionException | TimeoutException e) {
        throw new IOException("relay " + relay.process().pid() + " does not end", e);
      }
    }
  }

  /**
   * Those that were started with a configuration of this name, in whatever runtime folder: a claw
   * that has another one, as without a login, knows the same relays.
   */
  List<Relay> of(Path config) throws IOException {
    Object own = Files.getAttribute(proc.resolve("self"), "unix:uid");
    String host = new ProcFiles(proc, "self").namespace("pid");
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.flatMap(process -> relay(process, config, own, host).stream()).toList();
    }
  }

  private Optional<Relay> relay(ProcessHandle process, Path config, Object own, String host) {
    String pid = Long.toString(process.pid());
    ProcFiles files = new ProcFiles(proc, pid);
    try {
      if (!Files.getAttribute(proc.resolve(pid), "unix:uid").equals(own)) {
        return Optional.empty();
      }
      List<String> words = files.commandLine();
      Optional<String> found =
          words.stream().filter(word -> word.endsWith("/" + config.getFileName())).findFirst();
      if (found.isEmpty()
          || !words.getFirst().endsWith("haproxy")
          || !files.namespace("pid").equals(host)) {
        return Optional.empty();
      }
      return Optional.of(new Relay(process, files.namespace("net"), Path.of(found.get())));
    } catch (IOException e) {
      return Optional.empty(); // it ended while we looked, or is nobody's whom we may look at
    }
  }
}
