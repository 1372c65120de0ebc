package dev.claw.egress;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLServerSocketFactory;
import org.jspecify.annotations.Nullable;

/** A host outside, on this machine's loopback. */
final class TestHost implements AutoCloseable {
  interface Conversation {
    void with(InputStream in, OutputStream out) throws IOException;
  }

  final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<Socket> accepted = new CopyOnWriteArrayList<>();
  private final ServerSocket server;

  private TestHost(ServerSocket server) {
    this.server = server;
  }

  static TestHost speaking(Conversation conversation) {
    return start(null, host -> conversation);
  }

  /** Answers each request with what is made of its head and body. */
  static TestHost http(UnaryOperator<String> answer) {
    return start(null, host -> (in, out) -> host.serve(in, out, answer));
  }

  static TestHost https(SSLServerSocketFactory tls, UnaryOperator<String> answer) {
    return start(tls, host -> (in, out) -> host.serve(in, out, answer));
  }

  /** An HTTP answer with a body. */
  static String ok(String body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
  }

  private static TestHost start(
      @Nullable SSLServerSocketFactory tls, Function<TestHost, Conversation> conversation) {
    try {
      InetAddress loopback = InetAddress.getLoopbackAddress();
      ServerSocket server =
          tls == null
              ? new ServerSocket(0, 600, loopback)
              : tls.createServerSocket(0, 600, loopback);
      TestHost host = new TestHost(server);
      Thread.ofPlatform().daemon().start(() -> host.accept(conversation.apply(host)));
      return host;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  InetSocketAddress address() {
    return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
  }

  int connections() {
    return accepted.size();
  }

  void disconnect() {
    accepted.forEach(TestHost::closed);
  }

  /** Ends all connections with a reset. */
  void reset() {
    for (Socket socket : accepted) {
      try {
        socket.setSoLinger(true, 0);
      } catch (SocketException e) {
        throw new AssertionError(e);
      }
      closed(socket);
    }
  }

  /** Says nothing more on any connection, and goes on reading. */
  void endOutput() {
    for (Socket socket : accepted) {
      try {
        socket.shutdownOutput();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  private void accept(Conversation conversation) {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        accepted.add(socket);
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  try (socket) {
                    conversation.with(socket.getInputStream(), socket.getOutputStream());
                  } catch (IOException e) {
                    // The test has seen enough, or asserts on what it got.
                  }
                });
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(InputStream in, OutputStream out, UnaryOperator<String> answer)
      throws IOException {
    for (String request = request(in); request != null; request = request(in)) {
      requests.add(request);
      out.write(answer.apply(request).getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }
  }

  /** Head and body of the next request; null at the end. */
  static @Nullable String request(InputStream in) throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    while (!read.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int b = in.read();
      if (b < 0) {
        return null;
      }
      read.write(b);
    }
    String head = read.toString(StandardCharsets.ISO_8859_1);
    Matcher length = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)").matcher(head);
    if (length.find()) {
      read.writeBytes(in.readNBytes(Integer.parseInt(length.group(1))));
    } else if (head.toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked")) {
      while (!read.toString(StandardCharsets.ISO_8859_1).endsWith("0\r\n\r\n")) {
        read.write(in.read());
      }
    }
    return read.toString(StandardCharsets.ISO_8859_1);
  }

  private static void closed(AutoCloseable each) {
    try {
      each.close();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    closed(server);
    disconnect();
  }
}
