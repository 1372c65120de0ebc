package dev.claw.backend.podman;

import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands where the supervisor does: answers a line with the destination that was asked for. */
final class DoorServer implements AutoCloseable {
  private static final byte[] SIGNATURE = {
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
  };

  private final Path socket;
  private final ServerSocketChannel listener;
  private final BlockingQueue<Announced> announced = new LinkedBlockingQueue<>();
  private final AtomicInteger connections = new AtomicInteger();

  DoorServer(Path socket) throws IOException {
    this.socket = socket;
    listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listener.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofVirtual().start(this::accept);
  }

  Path socket() {
    return socket;
  }

  int connections() {
    return connections.get();
  }

  private void accept() {
    while (true) {
      try {
        SocketChannel channel = listener.accept();
        connections.incrementAndGet();
        Thread.ofVirtual().start(() -> answer(channel));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** A connection as the relay announced it. */
  record Announced(InetSocketAddress source, InetSocketAddress destination) {}

  /** The next connection; it stays open until its first line is there. */
  Announced next() throws InterruptedException {
    return announced.take();
  }

  private void answer(SocketChannel channel) {
    try (channel) {
      DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
      ByteBuffer head = ByteBuffer.wrap(in.readNBytes(16));
      byte[] signature = new byte[12];
      head.get(signature);
      if (!java.util.Arrays.equals(signature, SIGNATURE) || head.get() != 0x21) {
        throw new IOException("no PROXY v2 header");
      }
      head.get();
      ByteBuffer addresses = ByteBuffer.wrap(in.readNBytes(head.getShort()));
      byte[] source = new byte[4];
      byte[] destination = new byte[4];
      addresses.get(source);
      addresses.get(destination);
      int sourcePort = addresses.getShort() & 0xffff;
      int port = addresses.getShort() & 0xffff;
      announced.add(
          new Announced(
              new InetSocketAddress(InetAddress.getByAddress(source), sourcePort),
              new InetSocketAddress(InetAddress.getByAddress(destination), port)));
      String line =
          new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine();
      String answer =
          InetAddress.getByAddress(destination).getHostAddress() + ":" + port + " " + line + "\n";
      channel.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    Files.deleteIfExists(socket);
  }
}
