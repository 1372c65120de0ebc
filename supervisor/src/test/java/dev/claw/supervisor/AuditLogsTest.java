package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.audit.AuditRecord;
import dev.claw.model.AgentName;
import dev.claw.supervisor.AuditLogs.Verification;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogsTest {
  @TempDir Path folder;
  private @Nullable Fixture made;

  @BeforeEach
  void make() throws Exception {
    made = Fixture.withCoder(folder);
    made.create(new AgentName("other"));
    made.start();
  }

  private Fixture fixture() {
    return Objects.requireNonNull(made);
  }

  private AuditLogs logs() {
    return new AuditLogs(fixture().host);
  }

  private Verification of(String subject) throws Exception {
    return logs().verifyAll().stream()
        .filter(found -> found.subject().equals(subject))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void verifiesTheHostAndEveryAgent() throws Exception {
    assertThat(logs().verifyAll().stream().map(Verification::subject))
        .containsExactly("host", "coder", "other");
    assertThat(logs().verifyAll()).allSatisfy(found -> assertThat(found.intact()).isTrue());
    assertRefused(Reason.NOT_FOUND, () -> logs().chain(Optional.of(new AgentName("nobody"))));
  }

  @Test
  void namesWhatIsWrongWithOneAndStillVerifiesTheOthers() throws Exception {
    Path log = fixture().coder().audit();
    String good = Files.readString(log);
    Files.writeString(log, good.replace("ann(1000)", "bob(1000)"));
    assertThat(of("coder").intact()).isFalse();
    assertThat(of("coder").sentence()).startsWith("line 1, record 1: ");
    Files.delete(log);
    Files.createSymbolicLink(log, folder.resolve("elsewhere"));
    assertThat(of("coder").verdict()).isEqualTo("unreadable");
    assertThat(of("coder").sentence()).contains("symbolic link");
    assertThat(of("host").intact()).isTrue();
    assertThat(of("other").intact()).isTrue();
  }

  @Test
  void aTornLineIsIntactAndTheNextActSetsItAside() throws Exception {
    Files.writeString(fixture().coder().audit(), "{\"act", StandardOpenOption.APPEND);
    assertThat(of("coder").verdict()).isEqualTo("torn");
    assertThat(of("coder").intact()).isTrue();
    fixture().start();
    assertThat(of("coder").verdict()).isEqualTo("intact");
    assertThat(fixture().events(fixture().coder().audit())).contains("audit.repaired DONE");
  }

  @Test
  void aLossStopsEverythingUntilItIsAcknowledgedAndShowsForEver() throws Exception {
    Path log = fixture().coder().audit();
    String first = Files.readAllLines(log).getFirst();
    Files.writeString(log, first + "\n");
    assertThat(of("coder").verdict()).isEqualTo("cut");
    assertRefused(Reason.AUDIT, fixture()::start).hasMessageContaining("'claw audit repair'");
    AuditLogs.Chain chain = logs().chain(Optional.of(CODER));
    assertThat(chain.repair()).isEqualTo(4);
    assertRefused(Reason.STATE, chain::repair).hasMessageContaining("found none");
    fixture().start();
    assertThat(of("coder").verdict()).isEqualTo("gapped");
    assertThat(of("coder").intact()).isFalse();
  }

  @Test
  void anAgentsChainBeginsWithItAndOneThatIsGoneIsNotIntact() throws Exception {
    AuditRecord first = fixture().records(fixture().coder().audit()).getFirst();
    assertThat(first.event().type()).isEqualTo("agent.create");
    assertThat(first.event().details())
        .containsEntry("id", fixture().record(CODER).id().value())
        .containsEntry("validated", true);
    Files.delete(fixture().coder().audit());
    Files.delete(fixture().coder().path().resolve("audit.head"));
    assertThat(of("coder").verdict()).isEqualTo("missing");
    assertThat(of("coder").intact()).isFalse();
    // Nor does an act begin another one in its place.
    assertRefused(Reason.AUDIT, fixture()::start).hasMessageContaining("'claw audit repair'");
    assertThat(of("coder").verdict()).isEqualTo("missing");
    assertThat(logs().chain(Optional.of(CODER)).repair()).isEqualTo(1);
    fixture().start();
    assertThat(of("coder").verdict()).isEqualTo("gapped");
  }

  @Test
  void anEmptyFileWithoutAHeadIsNoChain() throws Exception {
    Files.writeString(fixture().coder().audit(), "");
    Files.delete(fixture().coder().path().resolve("audit.head"));
    assertThat(of("coder").intact()).isFalse();
  }

  @Test
  void showsWhatFits() throws Exception {
    List<AuditRecord> records = new ArrayList<>();
    AuditLogs.Chain host = logs().chain(Optional.empty());
    assertThat(host.show(null, "agent", -1, records::add)).isZero();
    assertThat(records).hasSize(4);
    records.clear();
    host.show(null, "", 1, records::add);
    assertThat(records)
        .singleElement()
        .satisfies(last -> assertThat(last.event().type()).isEqualTo("agent.create"));
    Files.writeString(fixture().host.home().audit(), "no record\n", StandardOpenOption.APPEND);
    assertThat(host.show(null, "", -1, record -> {})).isEqualTo(1);
  }

  @Test
  void theRecordOfAnAgentCanBeReadWhereAgentYamlCanNot() throws Exception {
    Files.delete(fixture().coder().record());
    assertThat(logs().chain(Optional.of(CODER)).verify().intact()).isTrue();
    assertThat(of("coder").intact()).isTrue();
  }
}
