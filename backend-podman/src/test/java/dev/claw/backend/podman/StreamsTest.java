package dev.claw.backend.podman;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamsTest {
  private static final String TIME = "2026-11-21T02:19:31Z ";

  @Test
  void outputKeepsTheFirstBytesOfEachStream() throws IOException {
    BoundedOutput output = new BoundedOutput(4);
    read(output, frame(1, "abc"), frame(2, "x"), frame(1, "def"), frame(3, "yz"), frame(1, "g"));
    assertThat(new String(output.stdout(), UTF_8)).isEqualTo("abcd");
    assertThat(new String(output.stderr(), UTF_8)).isEqualTo("xyz");
  }

  @Test
  void aFrameLongerThanTheBufferPassesInParts() throws IOException {
    BoundedOutput output = new BoundedOutput(1 << 20);
    read(output, frame(1, "x".repeat(200_000)), frame(1, ""));
    assertThat(output.stdout()).hasSize(200_000);
  }

  @Test
  void refusesWhatIsNoFrame() {
    byte[] cut = new byte[] {1, 0, 0, 0, 0, 0, 0, 9, 'a'};
    for (byte[] bytes :
        List.of(
            "plain text".getBytes(UTF_8),
            new byte[] {1, 0, 0},
            cut,
            new byte[] {4, 0, 0, 0, 0, 0, 0, 0},
            new byte[] {-1, 0, 0, 0, 0, 0, 0, 0},
            new byte[] {1, 0, 0, 0, -1, -1, -1, -1, 'a'})) {
      assertThatThrownBy(() -> read(new BoundedOutput(9), bytes)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void linesAreJoinedFromPiecesOfOneStream() throws IOException {
    assertThat(
            lines(
                frame(1, TIME + "one\n"),
                frame(1, TIME + "par"),
                frame(2, TIME + "oops\r\n"),
                frame(1, "2026-11-21T02:19:32Z t\n"),
                frame(1, TIME + "\n"),
                frame(1, TIME + "no end")))
        .containsExactly("one", "!oops", "part", "", "no end");
  }

  @Test
  void aLinesTimeIsThatOfItsFirstPiece() throws IOException {
    List<Instant> times = new ArrayList<>();
    LogLines lines =
        new LogLines(
            (time, error, line) -> {
              times.add(time);
              return true;
            });
    read(lines, frame(1, TIME + "a"), frame(1, "2030-01-01T00:00:00+01:00 b\n"), frame(1, "x\n"));
    assertThat(times.getFirst()).isEqualTo(Instant.parse("2026-11-21T02:19:31Z"));
  }

  @Test
  void aLongLineComesInParts() throws IOException {
    List<String> lines = lines(frame(1, TIME + "x".repeat(150_000) + "\nend\n"));
    assertThat(lines).extracting(String::length).containsExactly(65536, 65536, 18928, 3);
  }

  @Test
  void theReaderMayDecline() throws IOException {
    List<String> seen = new ArrayList<>();
    LogLines lines =
        new LogLines(
            (time, error, line) -> {
              seen.add(line);
              return false;
            });
    read(lines, frame(1, TIME + "one\ntwo\n"), frame(1, TIME + "three\n"));
    assertThat(seen).containsExactly("one");
  }

  private static List<String> lines(byte[]... frames) throws IOException {
    List<String> found = new ArrayList<>();
    LogLines lines =
        new LogLines(
            (time, error, line) -> {
              found.add((error ? "!" : "") + line);
              return true;
            });
    read(lines, frames);
    lines.end();
    return found;
  }

  private static void read(FrameReader.Sink sink, byte[]... frames) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] frame : frames) {
      all.writeBytes(frame);
    }
    new FrameReader(new ByteArrayInputStream(all.toByteArray())).read(sink);
  }

  private static byte[] frame(int type, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return ByteBuffer.allocate(8 + bytes.length)
        .put((byte) type)
        .put(new byte[3])
        .putInt(bytes.length)
        .put(bytes)
        .array();
  }
}
