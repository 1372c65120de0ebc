package dev.claw.backend.podman;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Bytes that a service or an agent's output can hold end in a result or in IOException. */
class AnswerFuzzTest {

  @FuzzTest
  void answer(byte[] bytes) {
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    try {
      Json.parse(HttpBody.of(HttpHead.read(in), in).readAllBytes());
    } catch (IOException e) {
      // declared
    }
  }

  @FuzzTest
  void frames(byte[] bytes) {
    LogLines lines = new LogLines((time, error, line) -> true);
    try {
      new FrameReader(new ByteArrayInputStream(bytes)).read(lines);
      lines.end();
    } catch (IOException e) {
      // declared
    }
  }

  @FuzzTest
  void mount(byte[] bytes) {
    try {
      MountInfo.parse(new String(bytes, StandardCharsets.UTF_8)).size();
    } catch (IOException e) {
      // declared
    }
  }
}
