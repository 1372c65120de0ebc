package dev.claw.supervisor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Calls an agent's model broker over the agent's egress socket, as a program inside would call it.
 */
final class BrokerConnection {
  private static final int LONGEST_ANSWER = 256 * 1024;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 ([0-9]{3})(?: .*)?");
  private static final String DENIED = "x-claw-denied:";

  private final Path socket;
  private final Duration patience;

  /**
   * @param patience with one answer, all of it
   */
  BrokerConnection(Path socket, Duration patience) {
    this.socket = socket;
    this.patience = patience;
  }

  /**
   * What came back.
   *
   * @param status zero where there was no answer in time
   * @param denied in one word why claw itself answered; empty where the provider did
   * @param body as it went over the wire, cut where it is long
   */
  record Answer(int status, Optional<String> denied, String body) {}

  /**
   * Posts a call.
   *
   * @throws IOException if nobody serves the socket or the answer is none; interrupting the thread
   *     is a ClosedByInterruptException
   */
  Answer post(String path, Optional<String> header, byte[] body) throws IOException {
    String head =
        "POST "
            + path
            + " HTTP/1.1\r\nHost: 127.0.0.1:3129\r\nContent-Type: application/json\r\n"
            + header.map(line -> line + "\r\n").orElse("")
            + "Content-Length: "
            + body.length
            + "\r\nConnection: close\r\n\r\n";
    AtomicBoolean late = new AtomicBoolean();
    Timer timer = new Timer("broker-answer", true);
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      timer.schedule(closing(channel, late), patience.toMillis());
      channel.connect(UnixDomainSocketAddress.of(socket));
      write(channel, toBroker());
      write(channel, ByteBuffer.wrap(head.getBytes(StandardCharsets.ISO_8859_1)));
      write(channel, ByteBuffer.wrap(body));
      return read(channel);
    } catch (IOException e) {
      if (late.get()) {
        return new Answer(0, Optional.empty(), "");
      }
      throw e;
    } finally {
      timer.cancel();
    }
  }

  /** PROXY protocol v2, section 2.2: TCP over IPv4, from the pod's address to the broker's. */
  private static ByteBuffer toBroker() {
    ByteBuffer header = ByteBuffer.allocate(28);
    header.put(new byte[] {0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a});
    header.put((byte) 0x21).put((byte) 0x11).putShort((short) 12);
    header.put(new byte[] {127, 0, 0, 1}).put(new byte[] {127, 0, 0, 1});
    header.putShort((short) 40_000).putShort((short) 3129);
    return header.flip();
  }

  private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static Answer read(SocketChannel channel) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(8192);
    while (all.size() < LONGEST_ANSWER && channel.read(buffer) >= 0) {
      buffer.flip();
      all.write(buffer.array(), 0, buffer.limit());
      buffer.clear();
    }
    String text = all.toString(StandardCharsets.UTF_8);
    int end = text.indexOf("\r\n\r\n");
    Matcher status = STATUS.matcher(text.lines().findFirst().orElse(""));
    if (end < 0 || !status.matches()) {
      throw new IOException("the broker closed the connection without an answer");
    }
    Optional<String> denied =
        text.substring(0, end)
            .lines()
            .filter(line -> line.regionMatches(true, 0, DENIED, 0, DENIED.length()))
            .map(line -> line.substring(DENIED.length()).strip())
            .findFirst();
    return new Answer(Integer.parseInt(status.group(1)), denied, text.substring(end + 4));
  }

  private static TimerTask closing(SocketChannel channel, AtomicBoolean late) {
    return new TimerTask() {
      @Override
      public void run() {
        late.set(true);
        try {
          channel.close();
        } catch (IOException e) {
          // whoever reads notices
        }
      }
    };
  }
}
