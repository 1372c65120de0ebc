package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.audit.AuditVerdict;
import dev.claw.model.AgentName;
import dev.claw.supervisor.AgentStatus.LockState;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyRotationTest {
  private static final AgentName OTHER = new AgentName("other");

  @TempDir Path folder;
  private @Nullable Fixture made;

  @BeforeEach
  void make() throws Exception {
    made = Fixture.withCoder(folder);
    made.create(OTHER);
  }

  private Fixture fixture() {
    return Objects.requireNonNull(made);
  }

  private KeyRotation rotation() {
    return new KeyRotation(fixture().host, fixture().random);
  }

  @Test
  void everyLockVerifiesAfterwardsAndSoDoTheChains() throws Exception {
    fixture().start();
    String before = rotation().keys().getFirst().id();
    KeyRotation.Report report = rotation().rotate();
    assertThat(report.keyId()).isNotEqualTo(before);
    assertThat(report.signed()).containsExactly("coder", "other");
    assertThat(report.leftOut()).isEmpty();
    assertThat(fixture().lockState(CODER)).isEqualTo(LockState.VERIFIED);
    assertThat(fixture().lockState(OTHER)).isEqualTo(LockState.VERIFIED);
    assertThat(rotation().keys().stream().map(KeyRotation.Key::id))
        .containsExactly(report.keyId(), before);
    rotation().rotate();
    assertThat(fixture().lockState(CODER)).isEqualTo(LockState.VERIFIED);
    assertThat(fixture().start().wasRunning()).isTrue(); // the lock's own digest is the same
    assertThat(new AuditLogs(fixture().host).verifyAll())
        .allSatisfy(chain -> assertThat(chain.verdict()).as(chain.sentence()).isEqualTo("intact"));
    assertThat(fixture().records(fixture().host.home().audit()).getLast().event().details())
        .containsKeys("new", "signed", "leftOut");
  }

  @Test
  void aLockThatDoesNotHoldIsLeftOutAndNamed() throws Exception {
    Path lock = fixture().coder().lock();
    String bad = Files.readString(lock).replace("\"ask\"", "\"full\"");
    Files.writeString(lock, bad);
    Files.writeString(fixture().host.home().agent(OTHER).record(), "broken\n");
    AgentName drifted = new AgentName("drifted");
    fixture().create(drifted);
    Files.writeString(fixture().host.home().agent(drifted).openclaw(), "{}");
    KeyRotation.Report report = rotation().rotate();
    assertThat(report.signed()).containsExactly("drifted");
    assertThat(report.leftOut()).hasSize(2);
    assertThat(report.leftOut().getFirst())
        .startsWith("coder: policy.lock.json: expected a signature by key");
    assertThat(report.leftOut().getLast()).contains("other/agent.yaml:1: ");
    assertThat(lock).hasContent(bad);
    assertThat(fixture().lockState(CODER)).isEqualTo(LockState.UNKNOWN_KEY);
    assertThat(fixture().lockState(drifted)).isEqualTo(LockState.DRIFTED);
  }

  @Test
  void aFailureInTheMiddleLeavesTheOldKeyInForce() throws Exception {
    String before = rotation().keys().getFirst().id();
    Path database = fixture().host.home().database();
    Path aside = database.resolveSibling("aside");
    // Only the second agent's lease can't be taken, so the first is signed by both keys already.
    Path lease = fixture().host.home().agents().resolve(".other.lease");
    Files.delete(lease);
    Files.createDirectory(lease);
    assertRefused(Reason.STATE, () -> rotation().rotate()).hasMessageContaining(".other.lease");
    assertThat(fixture().coder().lock()).content().containsPattern("(?s)keyid.*keyid");
    Files.delete(lease);
    assertThat(rotation().keys().stream().map(KeyRotation.Key::id)).containsExactly(before);
    assertThat(fixture().lockState(CODER)).isEqualTo(LockState.VERIFIED);
    assertThat(fixture().lockState(OTHER)).isEqualTo(LockState.VERIFIED);
    assertThat(fixture().events(fixture().host.home().audit())).endsWith("key.rotate FAILED");
    Files.move(database, aside);
    Files.createDirectory(database);
    assertRefused(Reason.STATE, () -> rotation().rotate());
    Files.delete(database);
    Files.move(aside, database);
    assertThat(rotation().rotate().signed()).containsExactly("coder", "other");
    assertThat(fixture().lockState(OTHER)).isEqualTo(LockState.VERIFIED);
    assertThat(fixture().verify(fixture().host.home().audit()))
        .isInstanceOf(AuditVerdict.Intact.class);
  }

  @Test
  void aDeletedAgentStartsAfterItIsRestored() throws Exception {
    Trash.Item item = new Trash(fixture().host).delete(CODER, false);
    KeyRotation.Report report = rotation().rotate();
    assertThat(report.signed()).containsExactly("other", "trash/" + item.key());
    new Trash(fixture().host).restore("coder");
    assertThat(fixture().lockState(CODER)).isEqualTo(LockState.VERIFIED);
    fixture().start();
  }

  @Test
  void aDeletedAgentThatWasLeftOutSaysWhyAndForceMendsIt() throws Exception {
    Trash.Item item = new Trash(fixture().host).delete(CODER, false);
    Path trashed = fixture().host.home().trash().resolve(item.key());
    Path aside = folder.resolve("aside");
    Files.move(trashed, aside); // as if from a backup that is older than the rotation
    rotation().rotate();
    Files.move(aside, trashed);
    new Trash(fixture().host).restore("coder");
    assertRefused(Reason.DRIFT, fixture()::start)
        .hasMessageContaining("a key retired since ")
        .hasMessageContaining("'claw start --force coder'");
    new AgentStart(fixture().host).start(CODER, fixture().forced());
    assertThat(fixture().lockState(CODER)).isEqualTo(LockState.VERIFIED);
    assertThat(fixture().record(CODER).serial()).isEqualTo(2);
  }

  @Test
  void aBrokenOneInTheTrashIsNamedAndHindersNothing() throws Exception {
    Trash.Item item = new Trash(fixture().host).delete(CODER, false);
    Files.delete(fixture().host.home().trash().resolve(item.key()).resolve("agent.yaml"));
    KeyRotation.Report report = rotation().rotate();
    assertThat(report.leftOut())
        .containsExactly("trash/" + item.key() + ": its agent.yaml can't be read");
    assertThat(report.signed()).containsExactly("other");
  }
}
