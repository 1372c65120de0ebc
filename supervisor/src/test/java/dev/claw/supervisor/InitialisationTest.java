package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.audit.AuditVerdict;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitialisationTest {
  @TempDir Path folder;

  private static Initialisation.Report init(Fixture fixture) throws SupervisorException {
    return new Initialisation(fixture.host, fixture.random).run("# mine\n");
  }

  @Test
  void makesEverythingOnceAndRecordsIt() throws Exception {
    Fixture fixture = Fixture.bare(folder);
    ClawHome home = fixture.host.home();
    Initialisation.Report report = init(fixture);
    assertThat(report.made())
        .contains(home.root(), home.config(), home.database(), home.secrets().resolve("host.key"));
    assertThat(report.keyId()).startsWith("sha256:");
    assertThat(fixture.events(home.audit())).containsExactly("host.init DONE");
    try (Stream<Path> all = Files.walk(home.root())) {
      for (Path path : all.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
            .as(path.toString())
            .endsWith("------");
      }
    }
    Initialisation.Report again = init(fixture);
    assertThat(again.made()).isEmpty();
    assertThat(again.keyId()).isEqualTo(report.keyId());
    assertThat(fixture.events(home.audit())).containsExactly("host.init DONE");
  }

  /** What each step makes, in the order of the steps; a crash leaves any beginning of it. */
  private static List<List<Path>> steps(ClawHome home) throws IOException {
    List<List<Path>> steps = new ArrayList<>();
    home.folders().forEach(made -> steps.add(List.of(made)));
    steps.add(List.of(home.keys().resolve("keys.lock")));
    steps.add(List.of(home.secrets().resolve("host.key")));
    steps.add(List.of(home.keys().resolve("host.pub")));
    steps.add(List.of(home.config()));
    try (Stream<Path> logs = Files.list(home.logs())) {
      steps.add(logs.toList());
    }
    steps.add(List.of(home.database()));
    return steps;
  }

  @Test
  void finishesWhateverACrashLeft() throws Exception {
    List<List<Path>> names = steps(Fixture.initialised(folder.resolve("pattern")).host.home());
    for (int done = 0; done <= names.size(); done++) {
      Path place = folder.resolve("after-" + done);
      Fixture fixture = Fixture.initialised(place);
      ClawHome home = fixture.host.home();
      List<List<Path>> steps = steps(home);
      steps.subList(done, steps.size()).stream()
          .flatMap(List::stream)
          .sorted(Comparator.reverseOrder())
          .filter(path -> !path.equals(home.root()) || fixture.folder.resolve("claw").equals(path))
          .forEach(InitialisationTest::deleteTree);
      init(fixture);
      home.verify();
      assertThat(home.config()).exists();
      assertThat(fixture.events(home.audit())).as("after step " + done).isNotEmpty();
      assertThat(fixture.verify(home.audit())).isInstanceOf(AuditVerdict.Intact.class);
      fixture.create(Fixture.CODER);
      assertThat(fixture.lockState(Fixture.CODER)).isEqualTo(AgentStatus.LockState.VERIFIED);
      assertThat(init(fixture).made()).isEmpty();
    }
  }

  @Test
  void doesNotBeginTheHostsChainAgainWhereItWasTakenAway() throws Exception {
    Fixture fixture = Fixture.initialised(folder);
    Files.delete(fixture.host.home().audit());
    Files.delete(fixture.host.home().logs().resolve("audit.head"));
    assertRefused(Reason.AUDIT, () -> init(fixture)).hasMessageContaining("'claw audit repair'");
    assertThat(fixture.verify(fixture.host.home().audit()))
        .isInstanceOf(AuditVerdict.Missing.class);
  }

  @Test
  void finishesADatabaseThatWasMadeAndNotFilled() throws Exception {
    Fixture fixture = Fixture.initialised(folder);
    Files.write(fixture.host.home().database(), new byte[0]);
    init(fixture);
    fixture.create(Fixture.CODER);
    assertThat(fixture.highestSerial(Fixture.CODER)).isEqualTo(1);
  }

  @Test
  void keepsTheConfigurationThatIsThere() throws Exception {
    Fixture fixture = Fixture.initialised(folder);
    Files.writeString(fixture.host.home().config(), "# edited\n");
    init(fixture);
    assertThat(fixture.host.home().config()).hasContent("# edited");
  }

  @Test
  void saysSoWhereTheKeyIsNone() throws Exception {
    Fixture fixture = Fixture.initialised(folder);
    Files.writeString(fixture.host.home().secrets().resolve("host.key"), "no key\n");
    assertRefused(Reason.STATE, () -> init(fixture)).hasMessageContaining("host.key");
  }

  private static void deleteTree(Path path) {
    try {
      AgentCreation.removeTree(path);
    } catch (SupervisorException e) {
      throw new IllegalStateException(e);
    }
  }
}
