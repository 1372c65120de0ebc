package dev.claw.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  @Test
  void replacesBytesAndMode() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    AtomicFile.replace(file, new byte[] {1, 2});
    assertThat(file).hasBinaryContent(new byte[] {1, 2});
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(names()).containsExactly("a");
  }

  @Test
  void replacesALinkAndNotItsTarget() throws IOException {
    Path victim = Files.writeString(folder.resolve("victim"), "untouched");
    Path link = Files.createSymbolicLink(folder.resolve("link"), victim);
    AtomicFile.replace(link, new byte[] {1});
    assertThat(victim).hasContent("untouched");
    assertThat(Files.isSymbolicLink(link)).isFalse();
  }

  @Test
  void failureNamesTheFileAndLeavesNothing() throws IOException {
    Path taken = Files.createDirectory(folder.resolve("taken"));
    Files.createDirectory(taken.resolve("below"));
    assertThatThrownBy(() -> AtomicFile.replace(taken, new byte[] {1}))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(taken + ": could not be written: ");
    assertThatThrownBy(() -> AtomicFile.replace(folder.resolve("no/such"), new byte[] {1}))
        .hasMessageStartingWith(folder.resolve("no/such") + ": could not be written: ");
    assertThat(names()).containsExactly("taken");
  }

  @Test
  void sweepRemovesOnlyWhatACrashLeft() throws IOException {
    Files.writeString(folder.resolve(".policy.lock.json.0011223344556677.claw-tmp"), "half");
    Files.writeString(folder.resolve("keep.claw-tmp"), "the operator's own");
    Files.writeString(folder.resolve("policy.lock.json"), "whole");
    Files.createDirectory(folder.resolve(".folder.claw-tmp"));
    assertThat(AtomicFile.sweep(folder)).isEqualTo(1);
    assertThat(names())
        .containsExactlyInAnyOrder("keep.claw-tmp", "policy.lock.json", ".folder.claw-tmp");
  }

  /** A disk of 64 KiB in a mount namespace of its own, filled by a second Java. */
  @Test
  void fullDiskKeepsTheOldBytesAndSaysSo() throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(
                "unshare",
                "--user",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                "mount -t tmpfs -o size=64k tmpfs \"$1\" && shift && exec \"$@\"",
                "sh",
                folder.toString(),
                java,
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                FullDisk.class.getName(),
                folder.resolve("file").toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output.lines())
        .containsExactly(
            folder.resolve("file")
                + ": could not be written: no space left on the disk; free some and try again",
            "old",
            "[file]");
  }

  /** What the test above runs. */
  static final class FullDisk {
    private FullDisk() {}

    public static void main(String[] args) throws IOException {
      Path file = Path.of(args[0]);
      AtomicFile.replace(file, "old".getBytes(StandardCharsets.US_ASCII));
      try {
        AtomicFile.replace(file, new byte[1 << 20]);
      } catch (IOException e) {
        System.out.println(e.getMessage());
      }
      System.out.println(Files.readString(file));
      try (Stream<Path> left = Files.list(file.getParent())) {
        System.out.println(left.map(path -> path.getFileName().toString()).toList());
      }
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
