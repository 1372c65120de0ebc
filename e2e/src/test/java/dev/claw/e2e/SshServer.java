package dev.claw.e2e;

import java.nio.file.Path;
import java.util.List;

/** {@code scripts/ssh-server}: a Git repository over SSH, on two ports of the host. */
final class SshServer implements AutoCloseable {
  private static final Path PROGRAM =
      Path.of(System.getProperty("claw.scripts", "../scripts"), "ssh-server").toAbsolutePath();

  private final RunningCommand running;
  private final List<Integer> ports;

  SshServer(Path repository) {
    running = Command.of(PROGRAM.toString(), repository.toString()).start();
    running.await("the SSH server's ports", () -> running.out().endsWith("\n"));
    ports = List.of(running.out().strip().split(" ", -1)).stream().map(Integer::valueOf).toList();
  }

  int good() {
    return ports.getFirst();
  }

  int bad() {
    return ports.getLast();
  }

  /** How often somebody connected to the port. */
  long connections(int port) {
    return running.err().lines().filter(("connection to " + port)::equals).count();
  }

  @Override
  public void close() {
    running.close();
  }
}
