package dev.claw.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;

/** A server of the host on all its addresses, which counts who gets through to it. */
final class HostServer implements AutoCloseable {
  /** What it does with a connection. */
  @FunctionalInterface
  interface Service {
    void serve(InputStream in, OutputStream out, Socket connection) throws IOException;
  }

  private static final int LONGEST_HEAD = 65_536;

  private final ServerSocket listener;
  private final Service service;
  private final AtomicInteger connections = new AtomicInteger();
  private final Queue<String> heard = new ConcurrentLinkedQueue<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private HostServer(ServerSocketFactory sockets, Service service) {
    this.service = service;
    try {
      listener = sockets.createServerSocket();
      listener.bind(new InetSocketAddress("0.0.0.0", 0), 1024);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofPlatform().daemon().start(this::accept);
  }

  static HostServer of(Service service) {
    return new HostServer(ServerSocketFactory.getDefault(), service);
  }

  /** One that answers each connection's first request with 200 and {@code served by PORT}. */
  static HostServer http() {
    return answering(ServerSocketFactory.getDefault());
  }

  /** The same over TLS. */
  static HostServer https(SSLContext context) {
    return answering(context.getServerSocketFactory());
  }

  private static HostServer answering(ServerSocketFactory sockets) {
    HostServer[] self = new HostServer[1];
    self[0] =
        new HostServer(
            sockets,
            (in, out, connection) -> {
              self[0].heard.add(head(in));
              out.write(ok("served by " + connection.getLocalPort()));
              out.flush();
              // What comes behind the first request must not be one more.
              self[0].heard.add(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
            });
    return self[0];
  }

  static byte[] ok(String body) {
    return ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body)
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The bytes up to the empty line behind a request's head, or to the end. */
  static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.length() < LONGEST_HEAD && head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        break;
      }
      head.append((char) next);
    }
    return head.toString();
  }

  /** An IPv4 address of this host that is not loopback. */
  static String address() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(Inet4Address.class::isInstance)
          .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
          .map(InetAddress::getHostAddress)
          .findFirst()
          .orElseThrow(() -> new AssertionError("expected an address of this host, found none"));
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  int connections() {
    return connections.get();
  }

  /** All that requests said to {@link #http} or {@link #https}. */
  String heard() {
    return String.join("", heard);
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        connections.incrementAndGet();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      service.serve(socket.getInputStream(), socket.getOutputStream(), socket);
    } catch (IOException e) {
      // The other end is gone, as many tests want it.
    } finally {
      open.remove(socket);
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
