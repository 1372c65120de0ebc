package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.access.TelegramSettings;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TelegramFileTest {
  private static final String SECRET = "AAbbCCddEEffGGhhIIjjKKllMMnn";

  @TempDir Path folder;
  private Fixture fixture;
  private TelegramFile file;
  private Path toml = Path.of("");

  @BeforeEach
  void make() throws Exception {
    fixture = Fixture.initialised(folder);
    file = new TelegramFile(fixture.host);
    toml = fixture.host.home().secrets().resolve("telegram.toml");
  }

  @Test
  void keepsTheTokenForTheOperatorAlone() throws Exception {
    assertThat(file.exists()).isFalse();
    assertThat(file.find()).isEmpty();
    assertRefused(Reason.NOT_FOUND, file::get).hasMessageContaining("claw access setup telegram");
    TelegramSettings settings =
        TelegramSettings.of("4711:" + SECRET, "my_bot", "https://api.telegram.org");
    file.replace(settings);
    assertThat(file.exists()).isTrue();
    assertThat(file.get()).isEqualTo(settings);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(toml)))
        .isEqualTo("rw-------");
    assertThat(fixture.events(fixture.host.home().audit()))
        .endsWith("access.setup intent", "access.setup DONE");
    assertThat(Files.readString(fixture.host.home().audit()))
        .contains("my_bot")
        .doesNotContain(SECRET);
  }

  @Test
  void saysFileAndLineButNeverTheToken() throws Exception {
    Files.writeString(toml, "user = \"my_bot\"\ntoken = " + SECRET + "\n");
    Files.setPosixFilePermissions(toml, PosixFilePermissions.fromString("rw-------"));
    assertRefused(Reason.STATE, file::get)
        .hasMessageStartingWith(toml + ":2: ")
        .message()
        .doesNotContain(SECRET);
    Files.setPosixFilePermissions(toml, PosixFilePermissions.fromString("rw-r--r--"));
    assertRefused(Reason.STATE, file::get).hasMessageContaining("chmod 600");
    Files.delete(toml);
    Files.createSymbolicLink(toml, Path.of("/dev/zero"));
    assertRefused(Reason.STATE, file::get).hasMessageContaining("link");
    Files.delete(toml);
    Files.writeString(toml, "#".repeat(TelegramSettings.LARGEST + 1));
    Files.setPosixFilePermissions(toml, PosixFilePermissions.fromString("rw-------"));
    assertRefused(Reason.STATE, file::get).hasMessageContaining("at most");
  }
}
