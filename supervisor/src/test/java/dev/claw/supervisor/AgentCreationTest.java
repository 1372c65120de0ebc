package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.claw.audit.AuditVerdict;
import dev.claw.model.AgentId;
import dev.claw.model.BackendException;
import dev.claw.model.CompiledPolicy;
import dev.claw.supervisor.AgentStatus.LockState;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentCreationTest {
  @TempDir Path folder;

  private static CompiledPolicy policy(Fixture fixture) {
    return fixture.policy(CODER, AgentId.random(fixture.random), "one");
  }

  private static void assertNothingLeft(Fixture fixture) throws IOException {
    try (Stream<Path> left = Files.list(fixture.host.home().agents())) {
      assertThat(left.filter(path -> !path.toString().endsWith(".lease"))).isEmpty();
    }
  }

  @Test
  void writesAWholeAgentForTheOperatorAlone() throws Exception {
    Fixture fixture = Fixture.initialised(folder);
    AgentRecord agent = fixture.create(CODER);
    assertThat(agent.serial()).isEqualTo(1);
    assertThat(fixture.record(CODER)).isEqualTo(agent);
    assertThat(fixture.lockState(CODER)).isEqualTo(LockState.VERIFIED);
    assertThat(fixture.highestSerial(CODER)).isEqualTo(1);
    assertThat(fixture.coder().workspace().resolve("TOOLS.md")).hasContent("one");
    try (Stream<Path> all = Files.walk(fixture.coder().path())) {
      for (Path path : all.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
            .as(path.toString())
            .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
      }
    }
    assertThat(fixture.events(fixture.host.home().audit()))
        .containsExactly("host.init DONE", "agent.create intent", "agent.create DONE");
    assertThat(fixture.backend.changes()).containsExactly("runOnce");
  }

  @Test
  void refusesATakenName() throws Exception {
    Fixture fixture = Fixture.withCoder(folder);
    AgentRecord before = fixture.record(CODER);
    AgentCreation creation = new AgentCreation(fixture.host);
    assertRefused(Reason.CONFLICT, () -> creation.refuseTaken(CODER))
        .hasMessageContaining("'claw delete coder'");
    assertRefused(Reason.CONFLICT, () -> creation.create(policy(fixture)));
    assertThat(fixture.record(CODER)).isEqualTo(before);
    assertThat(fixture.backend.calls).isEmpty();
  }

  @Test
  void leavesNothingWhereOpenClawDoesNotAcceptIt() throws Exception {
    Fixture fixture = Fixture.initialised(folder);
    fixture.backend.validation = 78;
    assertRefused(Reason.REFUSED, () -> fixture.create(CODER))
        .hasMessageContaining("tools.deny: \\u001b[2Jbad");
    assertNothingLeft(fixture);
    assertThat(fixture.last(fixture.host.home().audit()).event().details())
        .containsEntry("reason", "refused");
    assertThat(fixture.events(fixture.host.home().audit())).endsWith("agent.create REFUSED");
    fixture.backend.validation = 0;
    fixture.create(CODER);
  }

  @Test
  void makesAnAgentWithoutAskingWhereTheImageIsNotHere() throws Exception {
    Fixture fixture = Fixture.initialised(folder);
    CompiledPolicy policy = policy(fixture);
    fixture.backend.images.clear();
    new AgentCreation(fixture.host).create(policy);
    assertThat(fixture.lockState(CODER)).isEqualTo(LockState.VERIFIED);
    assertRefused(Reason.DRIFT, fixture::start).hasMessageContaining("is not there");
  }

  @Test
  void leavesNothingWhereverTheBackendFails() throws Exception {
    Fixture fixture = Fixture.initialised(folder);
    for (int call = 1; ; call++) {
      fixture.backend.failAtCall(call);
      Throwable failure = catchThrowable(() -> fixture.create(CODER));
      if (fixture.backend.failureIsDue()) {
        assertThat(failure).isNull();
        assertThat(call).isGreaterThan(1);
        break;
      }
      assertThat(failure).isInstanceOf(BackendException.class);
      assertNothingLeft(fixture);
      fixture.backend.throwAtCall(call);
      assertThat(catchThrowable(() -> fixture.create(CODER)))
          .isInstanceOf(IllegalStateException.class);
      assertNothingLeft(fixture);
      assertThat(fixture.events(fixture.host.home().audit())).endsWith("agent.create FAILED");
    }
    assertThat(fixture.lockState(CODER)).isEqualTo(LockState.VERIFIED);
  }

  @Test
  void leavesNothingWhereTheDatabaseCanNotBeWritten() throws Exception {
    Fixture fixture = Fixture.initialised(folder);
    Path database = fixture.host.home().database();
    Path aside = database.resolveSibling("aside");
    Files.move(database, aside);
    Files.createDirectory(database);
    assertRefused(Reason.STATE, () -> fixture.create(CODER));
    assertNothingLeft(fixture);
    Files.delete(database);
    Files.move(aside, database);
    fixture.create(CODER);
    assertThat(fixture.lockState(CODER)).isEqualTo(LockState.VERIFIED);
  }

  @Test
  void doesNothingWhereItCanNotBeRecorded() throws Exception {
    Fixture fixture = Fixture.initialised(folder);
    Path log = fixture.host.home().audit();
    Path aside = log.resolveSibling("aside");
    Files.move(log, aside);
    Files.createDirectory(log);
    assertRefused(Reason.AUDIT, () -> fixture.create(CODER));
    assertNothingLeft(fixture);
    assertThat(fixture.backend.calls).isEmpty();
    Files.delete(log);
    Files.move(aside, log);
    fixture.create(CODER);
  }

  @Test
  void sweepsWhatACrashLeft() throws Exception {
    Fixture fixture = Fixture.initialised(folder);
    Path outside = Files.writeString(folder.resolve("outside"), "stays");
    Path left = Files.createDirectory(fixture.host.home().agents().resolve(".coder.new"));
    Files.createDirectories(left.resolve("workspace/deep"));
    Files.writeString(left.resolve("openclaw.json"), "half");
    Files.createSymbolicLink(left.resolve("link"), outside);
    fixture.create(CODER);
    assertThat(left).doesNotExist();
    assertThat(outside).hasContent("stays");
    assertThat(fixture.coder().path().resolve("link")).doesNotExist();
    Files.createSymbolicLink(
        fixture.host.home().agents().resolve(".other.new"), folder.resolve("claw"));
    fixture.create(new dev.claw.model.AgentName("other"));
    fixture.host.home().verify();
  }

  @Test
  void ofManyAtOnceOneMakesIt() throws Exception {
    Fixture fixture = Fixture.initialised(folder);
    int threads = 4;
    int made = 0;
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<Object>> running =
          Stream.generate(
                  () -> executor.submit(() -> (Object) catchOrNothing(() -> fixture.create(CODER))))
              .limit(threads)
              .toList();
      for (Future<Object> thread : running) {
        Object failure = thread.get();
        if (failure.equals("")) {
          made++;
        } else {
          assertThat(failure).isEqualTo(Reason.CONFLICT.name());
        }
      }
    }
    assertThat(made).isEqualTo(1);
    assertThat(fixture.lockState(CODER)).isEqualTo(LockState.VERIFIED);
    assertThat(fixture.verify(fixture.host.home().audit())).isInstanceOf(AuditVerdict.Intact.class);
  }

  private static String catchOrNothing(java.util.concurrent.Callable<?> act) throws Exception {
    try {
      act.call();
      return "";
    } catch (SupervisorException e) {
      return e.reason().name();
    }
  }
}
