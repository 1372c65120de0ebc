package dev.claw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowingLogTest {
  @TempDir Path folder;

  @Test
  void givesEachLineOnceAndWhenItHasEnded() throws Exception {
    Path path = folder.resolve("log");
    GrowingLog log = new GrowingLog(path);
    assertThat(log.read()).isEmpty();
    Files.writeString(path, "one\ntw");
    assertThat(log.read()).containsExactly("one");
    Files.writeString(path, "\u00f6\n\nlong " + "x".repeat(20_000), StandardOpenOption.APPEND);
    assertThat(log.read()).containsExactly("tw\u00f6", "");
    Files.writeString(path, "\n", StandardOpenOption.APPEND);
    assertThat(log.read()).containsExactly("long " + "x".repeat(20_000));
    assertThat(log.read()).isEmpty();
  }

  @Test
  void beginsAnewWithANewFile() throws Exception {
    Path path = Files.writeString(folder.resolve("log"), "the first one\nand ha");
    GrowingLog log = new GrowingLog(path);
    assertThat(log.read()).hasSize(1);
    Files.move(path, folder.resolve("log.1"));
    assertThat(log.read()).isEmpty();
    Files.writeString(path, "next\n");
    assertThat(log.read()).containsExactly("next");
  }

  @Test
  void followsNoLink() throws Exception {
    Files.writeString(folder.resolve("elsewhere"), "secret\n");
    Path link = Files.createSymbolicLink(folder.resolve("log"), Path.of("elsewhere"));
    assertThat(new GrowingLog(link).read()).isEmpty();
  }
}
