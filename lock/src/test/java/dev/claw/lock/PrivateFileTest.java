package dev.claw.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrivateFileTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("f"), "abc");
    mode("rw-------");
  }

  @Test
  void readsWhatIsClosedToOthers() throws IOException {
    assertThat(PrivateFile.read(file, 3)).hasSize(3);
    mode("r--------");
    assertThat(PrivateFile.read(file, 3)).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource({"rw-r-----,640", "rw----r--,604", "rw--w----,620", "rw-----w-,602", "rw---x---,610"})
  void refusesWhatOthersCanReach(String mode, String octal) throws IOException {
    mode(mode);
    assertThatThrownBy(() -> PrivateFile.read(file, 3))
        .hasMessage(
            file
                + ": expected no access for others, found mode "
                + octal
                + "; run: chmod 600 "
                + file);
  }

  @Test
  void publicFilesMayBeReadButNotWritten() throws IOException {
    mode("rw-r--r--");
    assertThat(PrivateFile.readPublic(file, 3)).hasSize(3);
    mode("rw-rw-r--");
    assertThatThrownBy(() -> PrivateFile.readPublic(file, 3))
        .hasMessageEndingWith("run: chmod go-w " + file);
  }

  @Test
  void refusesLinksFoldersAndExcess() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    assertThatThrownBy(() -> PrivateFile.read(link, 3)).hasMessageContaining("a symbolic link");
    assertThatThrownBy(() -> PrivateFile.read(folder, 3)).hasMessageContaining("something else");
    assertThatThrownBy(() -> PrivateFile.read(file, 2)).hasMessageContaining("at most 2 bytes");
    assertThatThrownBy(() -> PrivateFile.read(folder.resolve("none"), 2))
        .isInstanceOf(NoSuchFileException.class);
  }

  private void mode(String mode) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }
}
