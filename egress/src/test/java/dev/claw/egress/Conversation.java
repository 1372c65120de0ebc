package dev.claw.egress;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A connection of a program inside. */
final class Conversation implements AutoCloseable {
  final InputStream in;
  final OutputStream out;
  private final SocketChannel channel;

  Conversation(SocketChannel channel) {
    this.channel = channel;
    this.in = Channels.newInputStream(channel);
    this.out = Channels.newOutputStream(channel);
  }

  Conversation send(String text) {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  Conversation send(byte[] bytes) {
    try {
      out.write(bytes);
      out.flush();
      return this;
    } catch (IOException e) {
      // The other end has had enough; what it said stands in what can be read.
      return this;
    }
  }

  /** The next answer, head and body. */
  String answer() {
    String head = head();
    Matcher length = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)").matcher(head);
    return length.find() ? head + read(Integer.parseInt(length.group(1))) : head;
  }

  /** The next answer's head. */
  String head() {
    return readUntil("\r\n\r\n");
  }

  /** All up to and with a text, or to the end where it does not come. */
  String readUntil(String end) {
    StringBuilder read = new StringBuilder();
    while (read.indexOf(end, read.length() - end.length()) < 0) {
      String next = read(1);
      if (next.isEmpty()) {
        break;
      }
      read.append(next);
    }
    return read.toString();
  }

  /** All until the end; a reset counts as one. */
  String rest() {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    try {
      in.transferTo(read);
    } catch (IOException e) {
      return read.toString(StandardCharsets.ISO_8859_1);
    }
    return read.toString(StandardCharsets.ISO_8859_1);
  }

  String read(int bytes) {
    try {
      return new String(in.readNBytes(bytes), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  void endOutput() {
    try {
      channel.shutdownOutput();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
