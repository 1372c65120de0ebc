package dev.claw.supervisor.resident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.supervisor.Fixture;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One state folder and two runtime folders, as a login has one and cron another. */
class RuntimeFoldersTest extends OnResident {
  private ResidentFolder other;
  private SupervisorClient elsewhere;

  @BeforeEach
  void makeAnother() {
    other = new ResidentFolder(temporary.resolve("run2"));
    elsewhere =
        new SupervisorClient(other, lock(), new ResidentStart(List.of(), temporary.resolve("log")));
  }

  @Test
  void aClientFindsTheProcessThatStandsElsewhere() throws Exception {
    var _ = run(Optional.empty());
    assertThat(elsewhere.status()).isPresent();
    Path socket = elsewhere.serve(Fixture.CODER);
    assertThat(socket).isEqualTo(folder.egress(fixture.record(Fixture.CODER).id())).exists();
    elsewhere.refresh(Fixture.CODER);
    assertThat(elsewhere.stop()).isTrue();
    assertThat(client.status()).isEmpty();
  }

  @Test
  void thereIsNoSecondOneThere() throws Exception {
    var _ = run(Optional.empty());
    Path socket = client.serve(Fixture.CODER);
    assertThatThrownBy(
            () -> start(other, Optional.empty()).get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .rootCause()
        .isInstanceOfSatisfying(
            SupervisorException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CONFLICT))
        .hasMessageContaining(folder.control().toString());
    assertThat(other.control()).doesNotExist();
    assertThat(socket).exists();
    assertThat(client.status().orElseThrow().agents()).hasSize(1);
  }

  @Test
  void whatWasKilledElsewhereIsMissedHere() throws Exception {
    try (ProcessLock _ = ProcessLock.take(lock(), new ProcessLock.Holder(4711, folder.control()))) {
      folder.create();
    }
    assertThat(elsewhere.revive()).isFalse();
    Files.createFile(folder.serving());
    assertThatThrownBy(elsewhere::revive).hasMessageContaining("claw supervisor run");
    var process = start(other, Optional.empty());
    await(() -> process.isDone() || elsewhere.status().isPresent());
    await(() -> !Files.exists(folder.serving()));
    assertThat(client.status()).isPresent();
  }

  @Test
  void aCopyOfTheStateFolderHasNoProcess() throws Exception {
    var _ = run(Optional.empty());
    Path copy = temporary.resolve("copy.lock");
    Files.copy(lock(), copy);
    SupervisorClient copied =
        new SupervisorClient(other, copy, new ResidentStart(List.of(), temporary.resolve("log")));
    assertThat(copied.status()).isEmpty();
    assertThat(copied.stop()).isFalse();
    assertThat(client.status()).isPresent();
  }

  @Test
  void aFolderThatOthersCanEnterIsNotGoneTo() throws Exception {
    var _ = run(Optional.empty());
    Files.setPosixFilePermissions(folder.path(), PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(elsewhere.status()).isEmpty();
    Files.setPosixFilePermissions(folder.path(), PosixFilePermissions.fromString("rwx------"));
    assertThat(elsewhere.status()).isPresent();
  }
}
