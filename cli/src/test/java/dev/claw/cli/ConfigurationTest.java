package dev.claw.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("config.yaml");
  }

  @Test
  void defaultsArePinned() throws CliException {
    Configuration built = Configuration.resolve(file, Map.of());
    assertThat(built.allowUnenforced()).isEmpty();
    assertThat(built.readyTimeout()).isEqualTo(Duration.ofMinutes(3));
    assertThat(built.approvalTimeout()).isEqualTo(Duration.ofMinutes(30));
    assertThat(built.egressSilence()).isEqualTo(Duration.ofMillis(500));
  }

  @Test
  void fileOfInitSetsNothing() throws Exception {
    Files.writeString(file, ConfigFile.TEMPLATE);
    assertThat(Configuration.resolve(file, Map.of())).isEqualTo(Configuration.BUILT_IN);
    Files.writeString(
        file,
        ConfigFile.TEMPLATE
            .replace("#allow", "allow")
            .replace("#ready", "ready")
            .replace("#approval", "approval")
            .replace("#egress", "egress"));
    assertThat(Configuration.resolve(file, Map.of())).isEqualTo(Configuration.BUILT_IN);
  }

  @Test
  void environmentGoesBeforeFile() throws Exception {
    Files.writeString(file, "allowUnenforced: [memory]\nreadyTimeout: 3m\n");
    Configuration fromFile = Configuration.resolve(file, Map.of());
    assertThat(fromFile.allowUnenforced()).containsExactly("memory");
    assertThat(fromFile.readyTimeout()).isEqualTo(Duration.ofMinutes(3));
    Configuration fromEnvironment =
        Configuration.resolve(
            file,
            Map.of(
                "CLAW_ALLOW_UNENFORCED",
                "cpus,pids",
                "CLAW_READY_TIMEOUT",
                "9s",
                "CLAW_APPROVAL_TIMEOUT",
                "20s",
                "CLAW_EGRESS_SILENCE",
                "50ms"));
    assertThat(fromEnvironment.egressSilence()).isEqualTo(Duration.ofMillis(50));
    assertThat(fromEnvironment.approvalTimeout()).isEqualTo(Duration.ofSeconds(20));
    assertThat(fromEnvironment.allowUnenforced()).containsExactlyInAnyOrder("cpus", "pids");
    assertThat(fromEnvironment.readyTimeout()).isEqualTo(Duration.ofSeconds(9));
  }

  @Test
  void everyMistakeInTheFileIsNamedWithItsLine() throws IOException {
    Files.writeString(file, "allowUnenforced: [disk]\nreadyTimeout: soon\nreadyTimout: 3m\n");
    assertThatThrownBy(() -> Configuration.resolve(file, Map.of()))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("config.yaml:1:")
        .hasMessageContaining("config.yaml:2:")
        .hasMessageContaining("config.yaml:3:");
  }

  /** To open a named pipe would wait for a writer; a device may have no end. */
  @Test
  void aFileThatIsNoneIsNotOpened() throws IOException {
    Files.createSymbolicLink(file, Path.of("/dev/zero"));
    refused("expected a file, found something else");
    Files.delete(file);
    Files.createDirectory(file);
    refused("expected a file, found something else");
    Files.delete(file);
    Files.createSymbolicLink(file, folder.resolve("nowhere"));
    refused("expected a file, found something else");
  }

  @Test
  void aFileIsBoundedAndText() throws Exception {
    Files.writeString(file, "#".repeat(65536));
    Configuration.resolve(file, Map.of());
    Files.writeString(file, "#".repeat(65537));
    refused("expected at most 64 KiB, found more");
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe});
    refused("expected UTF-8, found other bytes");
  }

  private void refused(String why) {
    assertThatThrownBy(() -> Configuration.resolve(file, Map.of()))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("config.yaml: " + why);
  }

  @Test
  void environmentIsCheckedToo() {
    assertThatThrownBy(
            () -> Configuration.resolve(file, Map.of("CLAW_ALLOW_UNENFORCED", "memory,ram")))
        .hasMessageContaining("CLAW_ALLOW_UNENFORCED")
        .hasMessageContaining("'ram'");
    assertThatThrownBy(() -> Configuration.resolve(file, Map.of("CLAW_READY_TIMEOUT", "0s")))
        .hasMessageContaining("CLAW_READY_TIMEOUT");
  }
}
