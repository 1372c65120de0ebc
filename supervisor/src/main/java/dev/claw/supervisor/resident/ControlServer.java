package dev.claw.supervisor.resident;

import dev.claw.lock.JsonException;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.SupervisorException.Reason;
import dev.claw.supervisor.resident.ControlMessage.Answer;
import dev.claw.supervisor.resident.ControlMessage.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import jdk.net.ExtendedSocketOptions;

/**
 * Answers on the control socket. Only processes of the operator's are answered, by the credentials
 * that the kernel names (SO_PEERCRED, unix(7)).
 */
final class ControlServer implements AutoCloseable {
  /** Who connects and says nothing is sent away. */
  private static final Duration QUESTION = Duration.ofSeconds(10);

  private final ServerSocketChannel listener;
  private final Path socket;
  private final UserPrincipal operator;
  private final Function<Request, Optional<Answer>> handler;

  private ControlServer(
      ServerSocketChannel listener,
      Path socket,
      UserPrincipal operator,
      Function<Request, Optional<Answer>> handler) {
    this.listener = listener;
    this.socket = socket;
    this.operator = operator;
    this.handler = handler;
  }

  /**
   * Begins to answer; a socket that a process before left behind is replaced.
   *
   * @param handler called by several threads; must not throw; empty not to answer at all
   */
  static ControlServer open(Path socket, Function<Request, Optional<Answer>> handler)
      throws SupervisorException {
    try {
      Files.deleteIfExists(socket);
      ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        listener.bind(UnixDomainSocketAddress.of(socket));
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        UserPrincipal operator = Files.getOwner(Path.of("/proc/self"));
        ControlServer server = new ControlServer(listener, socket, operator, handler);
        Thread.ofPlatform().daemon().name("control").start(server::accept);
        return server;
      } catch (IOException | RuntimeException e) {
        listener.close();
        throw e;
      }
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.STATE, socket + ": can't be made: " + e.getMessage() + "; check its folder", e);
    }
  }

  private void accept() {
    while (true) {
      try {
        SocketChannel connection = listener.accept();
        Thread.startVirtualThread(() -> answer(connection));
      } catch (IOException | Error e) {
        if (!listener.isOpen()) {
          return;
        }
        pause(); // such as too many open files or no memory: the next one may find a free place
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isOperator(SocketChannel connection) throws IOException {
    return connection.getOption(ExtendedSocketOptions.SO_PEERCRED).user().equals(operator);
  }

  private void answer(SocketChannel connection) {
    try (connection) {
      if (!isOperator(connection)) {
        return;
      }
      Optional<Answer> answer;
      try {
        answer = handler.apply(ControlMessage.readRequest(question(connection)));
      } catch (JsonException e) {
        answer =
            Optional.of(
                new Answer.Failed(
                    Reason.FAILED,
                    "the supervisor does not understand what it is asked ("
                        + e.getMessage()
                        + "); it may be of another version: run 'claw supervisor stop'"));
      }
      if (answer.isPresent()) {
        connection.write(ByteBuffer.wrap(ControlMessage.write(answer.get())));
        connection.write(ByteBuffer.wrap(new byte[] {'\n'}));
      }
    } catch (IOException e) {
      // Whoever asked has gone.
    }
  }

  private static byte[] question(SocketChannel connection) throws IOException {
    Thread patience =
        Thread.startVirtualThread(
            () -> {
              try {
                Thread.sleep(QUESTION);
                connection.close();
              } catch (InterruptedException | IOException e) {
                // the question came
              }
            });
    try {
      return line(connection);
    } finally {
      patience.interrupt();
    }
  }

  /** Bytes up to the line's end, or to the end of the stream. */
  static byte[] line(SocketChannel connection) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    InputStream in = Channels.newInputStream(connection);
    byte[] part = new byte[4096];
    for (int count = in.read(part); count >= 0; count = in.read(part)) {
      for (int i = 0; i < count; i++) {
        if (part[i] == '\n') {
          return line.toByteArray();
        }
        line.write(part[i]);
      }
      if (line.size() > ControlMessage.LONGEST) {
        throw new IOException("a line of more than " + ControlMessage.LONGEST + " bytes");
      }
    }
    return line.toByteArray();
  }

  @Override
  public void close() {
    try (listener) {
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      // Nobody listens on it; the next process replaces it.
    }
  }
}
