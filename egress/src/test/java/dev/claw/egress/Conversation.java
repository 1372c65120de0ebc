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
    try {
      ByteArrayOutputStream read = new ByteArrayOutputStream();
      while (!read.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
        int b = in.read();
        if (b < 0) {
          return read.toString(StandardCharsets.ISO_8859_1);
        }
        read.write(b);
      }
      Matcher length =
          Pattern.compile("(?i)\r\ncontent-length: *(\\d+)")
              .matcher(read.toString(StandardCharsets.ISO_8859_1));
      if (length.find()) {
        read.writeBytes(in.readNBytes(Integer.parseInt(length.group(1))));
      }
      return read.toString(StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** All until the end; a reset counts as one. */
  String rest() {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    try {
      for (int b = in.read(); b >= 0; b = in.read()) {
        read.write(b);
      }
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
