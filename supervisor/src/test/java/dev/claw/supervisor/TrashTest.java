package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.claw.model.AgentName;
import dev.claw.supervisor.AgentStatus.LockState;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrashTest {
  @TempDir Path folder;
  private @Nullable Fixture made;

  @BeforeEach
  void make() throws Exception {
    made = Fixture.withCoder(folder);
  }

  private Fixture fixture() {
    return Objects.requireNonNull(made);
  }

  private Trash trash() {
    return new Trash(fixture().host);
  }

  private Path inTrash(Trash.Item item) {
    return fixture().host.home().trash().resolve(item.key());
  }

  @Test
  void deletesWholeAndRestoresWhole() throws Exception {
    fixture().start();
    AgentRecord agent = fixture().record(CODER);
    Files.writeString(fixture().coder().workspace().resolve("work"), "done");
    assertRefused(Reason.CONFLICT, () -> trash().delete(CODER, false))
        .hasMessageContaining("delete with --force");
    assertThat(fixture().record(CODER)).isEqualTo(agent);
    Trash.Item item = trash().delete(CODER, true);
    assertThat(fixture().backend.containers).isEmpty();
    assertThat(fixture().backend.secrets).isEmpty();
    assertThat(fixture().coder().path()).doesNotExist();
    assertThat(trash().list()).containsExactly(item);
    assertThat(trash().restore("coder")).isEqualTo(item);
    assertThat(trash().list()).isEmpty();
    assertThat(fixture().record(CODER)).isEqualTo(agent);
    assertThat(fixture().lockState(CODER)).isEqualTo(LockState.VERIFIED);
    assertThat(fixture().coder().workspace().resolve("work")).hasContent("done");
    fixture().start();
    assertThat(fixture().events(fixture().host.home().audit()))
        .endsWith(
            "agent.delete intent",
            "agent.delete DONE",
            "agent.restore intent",
            "agent.restore DONE");
  }

  @Test
  void aBrokenOneCanBeDeletedWithItsContainer() throws Exception {
    fixture().start();
    Files.writeString(fixture().coder().record(), "\0");
    assertRefused(Reason.CONFLICT, () -> trash().delete(CODER, false));
    trash().delete(CODER, true);
    assertThat(fixture().backend.containers).isEmpty();
    assertThat(fixture().host.agents().list()).isEmpty();
    assertRefused(Reason.NOT_FOUND, () -> trash().delete(CODER, true));
  }

  @Test
  void deletingACopyOrEmptyingItTakesNothingFromTheOriginal() throws Exception {
    fixture().start();
    AgentName copy = new AgentName("copy");
    Files.createDirectory(fixture().host.home().agent(copy).path());
    Files.copy(fixture().coder().record(), fixture().host.home().agent(copy).record());
    fixture().backend.calls.clear();
    Trash.Item item = trash().delete(copy, true);
    assertThat(fixture().backend.changes()).isEmpty();
    trash().remove(item);
    assertThat(fixture().highestSerial(CODER)).isEqualTo(1);
    assertThat(
            fixture()
                .host
                .home()
                .secrets()
                .resolve(fixture().record(CODER).id() + ".gateway-token"))
        .exists();
  }

  @Test
  void whereverTheBackendFailsADeletionCanBeRepeated() throws Exception {
    for (int call = 1; ; call++) {
      fixture().start();
      fixture().backend.failAtCall(call);
      Throwable failure = catchThrowable(() -> trash().delete(CODER, true));
      boolean over = fixture().backend.failureIsDue();
      fixture().backend.failAtCall(-1);
      if (over) {
        assertThat(failure).isNull();
        assertThat(call).isGreaterThan(4);
        return;
      }
      assertThat(failure).isNotNull();
      assertThat(fixture().coder().path()).exists();
      trash().delete(CODER, true);
      assertThat(fixture().backend.containers).isEmpty();
      assertThat(fixture().backend.secrets).as("after call " + call).isEmpty();
      trash().restore("coder");
    }
  }

  @Test
  void aCrashBeforeTheRenameIsFinishedByTheNextDelete() throws Exception {
    fixture().start();
    fixture().backend.containers.clear(); // the container is gone, its secret and the folder not
    trash().delete(CODER, false);
    assertThat(fixture().backend.secrets).isEmpty();
    assertThat(trash().list()).hasSize(1);
  }

  @Test
  void restoresByNameTheOneDeletedLastOrByKeyAnyOther() throws Exception {
    String first = fixture().record(CODER).id().value();
    Trash.Item older = trash().delete(CODER, false);
    String second = fixture().create(CODER).id().value();
    Trash.Item newer = trash().delete(CODER, false);
    assertThat(trash().list()).containsExactly(newer, older);
    trash().restore("coder");
    assertThat(fixture().record(CODER).id().value()).isEqualTo(second);
    assertRefused(Reason.CONFLICT, () -> trash().restore("coder"))
        .hasMessageContaining("another agent of this name");
    assertThat(trash().list()).containsExactly(older);
    trash().delete(CODER, false);
    trash().restore(older.key());
    assertThat(fixture().record(CODER).id().value()).isEqualTo(first);
    assertRefused(Reason.NOT_FOUND, () -> trash().restore("nobody"));
    assertRefused(Reason.NOT_FOUND, () -> trash().restore("../agents"));
  }

  @Test
  void ignoresWhatClawDidNotPutThere() throws Exception {
    Path home = fixture().host.home().trash();
    for (String name :
        List.of("coder", "coder.yesterday", "Coder.20261121T080000000Z", ".x", "a.b.c")) {
      Files.createDirectory(home.resolve(name));
    }
    assertThat(trash().list()).isEmpty();
    assertRefused(Reason.NOT_FOUND, () -> trash().select(List.of("coder.yesterday")));
  }

  @Test
  void emptiesWhatAHostileAgentLeft() throws Exception {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("keep"), "kept");
    Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("r-x------"));
    Path work = fixture().coder().workspace();
    run(
        work,
        """
        mkdir closed && touch closed/in && mkdir closed/deeper && chmod 0 closed/deeper closed
        ln -s "$1" link && ln -s "$1/keep" file-link && ln -s /nowhere dangling
        touch -- '-rf' '--' '*' "$(printf 'a\\nb')" "$(printf '\\377\\376')" "$(printf '\\033[2J')"
        mkfifo pipe
        forty=$(printf 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/%.0s' {1..40})
        for i in {1..50}; do mkdir -p $forty && cd -P $forty || exit 1; done
        touch deepest
        """,
        outside.toString());
    AgentRecord agent = fixture().record(CODER);
    fixture().start();
    Trash.Item item = trash().delete(CODER, true);
    Path token = fixture().host.home().secrets().resolve(agent.id() + ".gateway-token");
    assertThat(token).exists();
    trash().remove(item);
    assertThat(inTrash(item)).doesNotExist();
    assertThat(outside.resolve("keep")).hasContent("kept");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(outside)))
        .isEqualTo("r-x------");
    assertThat(token).doesNotExist();
    try (StateDatabase database = StateDatabase.open(fixture().host.home().database())) {
      assertThat(database.highestSerial(agent.id())).isZero();
    }
    assertThat(fixture().events(fixture().host.home().audit()))
        .endsWith("trash.empty intent", "trash.empty DONE");
  }

  @Test
  void emptyingCanBeRepeatedAfterACrash() throws Exception {
    fixture().start();
    AgentRecord agent = fixture().record(CODER);
    Trash.Item item = trash().delete(CODER, true);
    // What a crash in the middle may leave: some files gone, the record among them.
    Files.delete(new AgentFolder(inTrash(item)).record());
    Files.deleteIfExists(fixture().host.home().secrets().resolve(agent.id() + ".gateway-token"));
    assertThat(trash().select(List.of())).containsExactly(item);
    assertThat(trash().select(List.of(item.name().value()))).containsExactly(item);
    trash().remove(item);
    assertThat(trash().list()).isEmpty();
  }

  @Test
  void whatAnotherClawTookMeanwhileIsGone() throws Exception {
    Trash.Item item = trash().delete(CODER, false);
    trash().remove(item);
    List<String> before = fixture().events(fixture().host.home().audit());
    assertRefused(Reason.NOT_FOUND, () -> trash().remove(item));
    assertRefused(Reason.NOT_FOUND, () -> trash().restore(item.key()));
    assertThat(fixture().events(fixture().host.home().audit())).isEqualTo(before);
  }

  @Test
  void nothingIsRemovedWhileAnotherClawHasTheAgent() throws Exception {
    Trash.Item item = trash().delete(CODER, false);
    FutureTask<Void> removal =
        new FutureTask<>(
            () -> {
              trash().remove(item);
              return null;
            });
    Thread other = new Thread(removal);
    try (AgentLease _ = AgentLease.take(fixture().host.home(), CODER)) {
      other.start();
      while (other.getState() != Thread.State.TIMED_WAITING && other.isAlive()) {
        Thread.onSpinWait();
      }
      assertThat(other.isAlive()).isTrue();
      assertThat(inTrash(item)).exists();
    }
    removal.get();
    assertThat(inTrash(item)).doesNotExist();
  }

  @Test
  void nothingIsDeletedThatCanNotBeRecorded() throws Exception {
    Trash.Item item = trash().delete(CODER, false);
    fixture().create(CODER);
    fixture().start();
    Path log = fixture().host.home().audit();
    Files.delete(log);
    Files.createDirectory(log);
    fixture().backend.calls.clear();
    assertRefused(Reason.AUDIT, () -> trash().delete(CODER, true));
    assertRefused(Reason.AUDIT, () -> trash().remove(item));
    assertThat(fixture().backend.changes()).isEmpty();
    assertThat(fixture().coder().path()).exists();
    assertThat(inTrash(item)).exists();
  }

  private static void run(Path folder, String script, String argument) throws Exception {
    Process process =
        new ProcessBuilder("bash", "-euc", script, "bash", argument)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String output =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }
}
