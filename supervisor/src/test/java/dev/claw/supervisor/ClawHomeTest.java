package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClawHomeTest {
  private static final List<String> PARTS =
      List.of("agents", "templates", "secrets", "keys", "trash", "logs");

  @TempDir Path folder;

  private ClawHome made() throws Exception {
    ClawHome home = new ClawHome(folder.resolve("claw"));
    home.create();
    return home;
  }

  @Test
  void makesEveryFolderForTheOperatorAloneAndSaysWhich() throws Exception {
    ClawHome home = new ClawHome(folder.resolve("claw"));
    assertThat(home.create()).isEqualTo(home.folders()).hasSize(7);
    for (Path made : home.folders()) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
          .isEqualTo("rwx------");
    }
    assertThat(home.create()).isEmpty();
    home.verify();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwxrwxrwx", "rwxr-x---", "rwx--x---", "rwx-----x"})
  void refusesWhatOthersCanEnter(String mode) throws Exception {
    ClawHome home = made();
    for (Path part : home.folders()) {
      Files.setPosixFilePermissions(part, PosixFilePermissions.fromString(mode));
      assertRefused(Reason.STATE, home::verify)
          .hasMessageStartingWith(part + ": expected mode 0700, found " + mode)
          .hasMessageEndingWith("chmod 700 " + part + "'");
      assertRefused(Reason.STATE, home::create);
      Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void refusesAFileOrALinkInPlaceOfAFolder() throws Exception {
    ClawHome home = made();
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.setPosixFilePermissions(elsewhere, PosixFilePermissions.fromString("rwx------"));
    for (String name : PARTS) {
      Path part = home.root().resolve(name);
      Files.delete(part);
      Files.createFile(part);
      assertRefused(Reason.STATE, home::verify).hasMessageStartingWith(part + ": expected a fold");
      Files.delete(part);
      Files.createSymbolicLink(part, elsewhere);
      assertRefused(Reason.STATE, home::create).hasMessageStartingWith(part + ": expected a fold");
      Files.delete(part);
      assertRefused(Reason.NOT_FOUND, home::verify).hasMessageContaining("run 'claw init'");
      assertThat(home.create()).containsExactly(part);
    }
  }

  @Test
  void theRootItselfMayStandOnAnotherDisk() throws Exception {
    ClawHome real = made();
    Path link = Files.createSymbolicLink(folder.resolve("link"), real.root());
    new ClawHome(link).verify();
    Files.setPosixFilePermissions(real.root(), PosixFilePermissions.fromString("rwxr-xr-x"));
    assertRefused(Reason.STATE, () -> new ClawHome(link).verify());
  }

  @Test
  void saysWhereThereIsNoneThatInitMakesOne() {
    assertRefused(Reason.NOT_FOUND, () -> new ClawHome(folder.resolve("none")).verify())
        .hasMessageContaining("run 'claw init'");
  }

  @Test
  void saysWhatToDoWhereItCanNotBeMade() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    Stream.of(file.resolve("claw"), folder.resolve("no/such/parent"), Path.of("/proc/claw"))
        .forEach(
            root ->
                assertRefused(Reason.STATE, () -> new ClawHome(root).create())
                    .hasMessageStartingWith(root + ": can't be made: ")
                    .hasMessageEndingWith("make its parent writable or set CLAW_HOME"));
  }
}
