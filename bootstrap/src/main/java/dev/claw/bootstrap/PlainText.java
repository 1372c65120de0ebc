package dev.claw.bootstrap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** Text from other programs, made fit for a terminal. */
final class PlainText {

  private static final Pattern ESCAPE_SEQUENCE = Pattern.compile("\\e\\[[0-9;?]*[ -/]*[@-~]");
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}&&[^\\t]]");
  private static final int TAIL_BYTES = 64 * 1024;

  private PlainText() {}

  /** The text without escape sequences, control and invisible formatting characters. */
  static String of(String text) {
    return CONTROL.matcher(ESCAPE_SEQUENCE.matcher(text).replaceAll("")).replaceAll("");
  }

  /** The last lines of a file that have something to read in them; none where it can't be read. */
  static List<String> lastLines(Path file, int count) {
    try (FileChannel channel = FileChannel.open(file)) {
      long start = Math.max(0, channel.size() - TAIL_BYTES);
      ByteBuffer bytes = ByteBuffer.allocate(TAIL_BYTES);
      while (bytes.hasRemaining() && channel.read(bytes, start + bytes.position()) > 0) {
        // until the buffer is full or the file ends
      }
      String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
      List<String> lines = text.lines().map(PlainText::of).filter(line -> !line.isBlank()).toList();
      return lines.subList(Math.max(0, lines.size() - count), lines.size());
    } catch (IOException e) {
      return List.of();
    }
  }
}
