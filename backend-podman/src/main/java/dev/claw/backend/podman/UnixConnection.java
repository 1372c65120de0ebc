package dev.claw.backend.podman;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A stream over a Unix socket on which every wait has an end: a deadline passes, the thread is
 * interrupted, or the other side is done.
 */
final class UnixConnection extends InputStream {
  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final ByteBuffer buffer = ByteBuffer.allocate(16 * 1024).flip();
  private final Deadline deadline;

  private UnixConnection(SocketChannel channel, Selector selector, SelectionKey key, Deadline d) {
    this.channel = channel;
    this.selector = selector;
    this.key = key;
    this.deadline = d;
  }

  /**
   * Connects.
   *
   * @param deadline for this and all that follows on the connection
   */
  @SuppressWarnings("MustBeClosed")
  static UnixConnection connect(Path socket, Deadline deadline) throws IOException {
    UnixDomainSocketAddress address;
    try {
      address = UnixDomainSocketAddress.of(socket);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.configureBlocking(false);
      channel.connect(address);
      Selector selector = Selector.open();
      SelectionKey key = channel.register(selector, 0);
      UnixConnection connection = new UnixConnection(channel, selector, key, deadline);
      while (!channel.finishConnect()) {
        connection.await(SelectionKey.OP_CONNECT);
      }
      return connection;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.write(bytes) == 0) {
        await(SelectionKey.OP_WRITE);
      }
    }
  }

  /** Tells the other side that nothing more comes; it can go on sending. */
  void endOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public int read() throws IOException {
    return fill() ? buffer.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, buffer.remaining());
    buffer.get(bytes, offset, count);
    return count;
  }

  private boolean fill() throws IOException {
    while (!buffer.hasRemaining()) {
      buffer.clear();
      int count = readOrEnd();
      buffer.flip();
      if (count < 0) {
        return false;
      }
      if (count == 0) {
        await(SelectionKey.OP_READ);
      }
    }
    return true;
  }

  /**
   * Podman closes an attached stream without having read all that was sent, which Linux reports as
   * a reset after the last byte (unix(7)). It is an end like any: whoever reads knows from lengths
   * and frames whether it came too early.
   */
  private int readOrEnd() throws IOException {
    try {
      return channel.read(buffer);
    } catch (SocketException e) {
      return -1;
    }
  }

  private void await(int operation) throws IOException {
    key.interestOps(operation);
    selector.selectedKeys().clear();
    if (deadline.isOver()) {
      throw new SocketTimeoutException("no answer in time");
    }
    selector.select(deadline.selectMillis());
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted");
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      selector.close();
    }
  }
}
