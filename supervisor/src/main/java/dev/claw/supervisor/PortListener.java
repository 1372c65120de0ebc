package dev.claw.supervisor;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/** Takes connections at a TCP port of the host and carries each to a Unix socket and back. */
final class PortListener implements AutoCloseable {
  /** Fewer than a relay takes, and than a process may have files open. */
  private static final int MOST_CONNECTIONS = 256;

  private static final int BUFFER = 64 * 1024;

  private final ServerSocketChannel listener;
  private final InetSocketAddress address;
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
  private final Semaphore free = new Semaphore(MOST_CONNECTIONS);
  private final AtomicLong connections = new AtomicLong();

  private PortListener(ServerSocketChannel listener, InetSocketAddress address) {
    this.listener = listener;
    this.address = address;
  }

  /**
   * Has the port, and takes no connection yet.
   *
   * @throws IOException where it is taken or may not be had
   */
  static PortListener bind(InetSocketAddress wanted) throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open();
    try {
      listener.bind(wanted);
      SocketAddress bound = listener.getLocalAddress();
      return new PortListener(listener, (InetSocketAddress) bound);
    } catch (IOException e) {
      listener.close();
      throw e;
    }
  }

  InetSocketAddress address() {
    return address;
  }

  /** How many connections were taken. */
  long connections() {
    return connections.get();
  }

  /**
   * Begins to take connections.
   *
   * @param lost completed with why, where the socket takes no more
   */
  void forward(Path socket, CompletableFuture<String> lost) {
    Thread.ofVirtual().start(() -> accept(socket, lost));
  }

  private void accept(Path socket, CompletableFuture<String> lost) {
    try {
      while (true) {
        free.acquire(); // beyond that they wait in the kernel
        SocketChannel outside = listener.accept();
        open.add(outside);
        connections.incrementAndGet();
        Thread.ofVirtual().start(() -> carry(outside, socket, lost));
      }
    } catch (IOException e) {
      lost.complete("its port on the host was lost (" + Failures.describe(e) + ")");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void carry(SocketChannel outside, Path socket, CompletableFuture<String> lost) {
    try (outside;
        SocketChannel inside = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      open.add(inside);
      try {
        inside.connect(UnixDomainSocketAddress.of(socket));
      } catch (IOException e) {
        lost.complete("the way in was lost (" + Failures.describe(e) + ")");
        return;
      }
      Thread back = Thread.ofVirtual().start(() -> pump(inside, outside));
      pump(outside, inside);
      back.join();
      open.remove(inside);
    } catch (IOException e) {
      // Nobody is left to whom it could be said.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(outside);
      free.release();
    }
  }

  /** Carries one direction to its end, and passes the end on. */
  private static void pump(SocketChannel from, SocketChannel to) {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    try {
      while (from.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
        buffer.clear();
      }
      to.shutdownOutput();
    } catch (IOException e) {
      close(from);
      close(to);
    }
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // It is closed all the same.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    open.forEach(PortListener::close);
  }
}
