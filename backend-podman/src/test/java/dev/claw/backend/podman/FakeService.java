package dev.claw.backend.podman;

import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers requests with recorded bytes, in the order in which they were given. */
final class FakeService implements AutoCloseable {
  private final ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
  private final Map<String, byte[]> answers = new LinkedHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  final Path socket;

  FakeService(Path folder) throws IOException {
    socket = folder.resolve("s.sock");
    server.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofVirtual().start(this::serve);
  }

  /** Answers a request line that begins so with these bytes, head and all. */
  FakeService raw(String request, String answer) {
    answers.put(request, answer.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  FakeService json(String request, String body) {
    int length = body.getBytes(StandardCharsets.UTF_8).length;
    answers.put(
        request,
        ("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n" + body)
            .getBytes(StandardCharsets.UTF_8));
    return this;
  }

  FakeService recorded(String request, String fixture) throws IOException {
    return json(request, fixture(fixture));
  }

  List<String> requests() {
    return requests;
  }

  Libpod libpod() {
    PodmanVersion version = new PodmanVersion(4, 3, "4.3.1");
    return new Libpod(() -> new PodmanService(socket, version), Duration.ofSeconds(20));
  }

  static String fixture(String name) throws IOException {
    try (InputStream in = FakeService.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("no fixture " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void serve() {
    try {
      while (true) {
        SocketChannel client = server.accept();
        Thread.ofVirtual().start(() -> answer(client));
      }
    } catch (ClosedChannelException e) {
      // the test is over
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void answer(SocketChannel client) {
    try (client) {
      String line = HttpHead.line(Channels.newInputStream(client), new int[] {8000});
      requests.add(line);
      byte[] answer =
          answers.entrySet().stream()
              .filter(entry -> line.startsWith(entry.getKey()))
              .map(Map.Entry::getValue)
              .findFirst()
              .orElse(
                  "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
                      .getBytes(StandardCharsets.UTF_8));
      ByteBuffer bytes = ByteBuffer.wrap(answer);
      while (bytes.hasRemaining()) {
        client.write(bytes);
      }
      client.shutdownOutput();
      // Unread bytes of the request would reset the connection before the answer is read.
      ByteBuffer rest = ByteBuffer.allocate(4096);
      while (client.read(rest.clear()) >= 0) {
        // thrown away
      }
    } catch (IOException e) {
      // the client went away
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
