package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.supervisor.Approval.State;
import dev.claw.supervisor.Approval.Verdict;
import dev.claw.supervisor.ApprovalStore.Answered;
import dev.claw.supervisor.ApprovalStore.Ask;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.JDBC;

class ApprovalStoreTest {
  private static final AgentId ONE = new AgentId("1".repeat(32));
  private static final AgentName CODER = new AgentName("coder");
  private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
  private static final Duration TIME = Duration.ofMinutes(10);
  private static final String ANN = "cli:ann(1000)";

  @TempDir Path folder;
  private Path database = Path.of("");
  private Instant wall = START;
  private Uptime uptime = new Uptime("boot-1", 5_000_000);

  @BeforeEach
  void name() {
    database = folder.resolve("claw.db");
  }

  /** As a new process opens it. */
  private ApprovalStore store() {
    return new ApprovalStore(
        database, new SecureRandom(), new LatestInstant(() -> wall, () -> uptime));
  }

  private static Ask ask(String gatewayId) {
    return new Ask(
        ONE, CODER, new Approval.Exec("ls -l", "/workspace", List.of()), "same", gatewayId, TIME);
  }

  private Approval add(String gatewayId) throws SupervisorException {
    return store().add(ask(gatewayId), approval -> {}).approval();
  }

  private void pass(Duration time) {
    wall = wall.plus(time);
    uptime = new Uptime(uptime.boot(), uptime.millis() + time.toMillis());
  }

  private void sql(String sql) throws Exception {
    try (Connection connection =
            JDBC.createConnection("jdbc:sqlite:" + database, new Properties());
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  private Approval only() throws SupervisorException {
    return store().find("TRUE").rows().getFirst().approval();
  }

  @Test
  void theFirstAnswerCounts() throws Exception {
    Approval asked = add("g1");
    assertThat(asked.id()).matches("a-[0-9a-f]{10}");
    assertThat(store().answer(asked, Verdict.HALF_HOUR, ANN)).isInstanceOf(Answered.Taken.class);
    assertThat(store().answer(asked, Verdict.DENY, "telegram:eve(1)"))
        .isInstanceOfSatisfying(
            Answered.Late.class,
            late -> {
              assertThat(late.approval().state()).isEqualTo(State.ALLOWED_30M);
              assertThat(late.approval().decidedBy()).contains(ANN);
            });
    assertThat(only().state()).isEqualTo(State.ALLOWED_30M);
  }

  @Test
  void ofManyProcessesThatAnswerAtOnceOneCounts() throws Exception {
    Approval asked = add("g1");
    List<Process> processes = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      processes.add(Forked.start(AnswerOnce.class, database.toString(), name));
    }
    int counted = 0;
    for (Process process : processes) {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
      counted += said.contains("counts " + asked.id()) ? 1 : 0;
    }
    assertThat(counted).isEqualTo(1);
  }

  /** Another claw that answers. */
  static final class AnswerOnce {
    private AnswerOnce() {}

    public static void main(String[] args) throws Exception {
      ApprovalStore store =
          new ApprovalStore(
              Path.of(args[0]),
              new SecureRandom(),
              new LatestInstant(() -> START, () -> new Uptime("boot-1", 5_000_000)));
      Approval asked = store.find("TRUE").rows().getFirst().approval();
      if (store.answer(asked, Verdict.ONCE, args[1]) instanceof Answered.Taken) {
        System.out.println("counts " + asked.id());
      }
    }
  }

  @Test
  void expiresWhenItsTimeIsOverAndNotBefore() throws Exception {
    Approval asked = add("g1");
    assertThat(store().untilNext()).contains(TIME);
    pass(TIME.minusMillis(1));
    assertThat(store().expire()).isEmpty();
    pass(Duration.ofMillis(1));
    assertThat(store().expire())
        .singleElement()
        .extracting(r -> r.approval().id())
        .isEqualTo(asked.id());
    assertThat(store().expire()).isEmpty();
    assertThat(only().state()).isEqualTo(State.EXPIRED);
    assertThat(store().untilNext()).isEmpty();
  }

  @Test
  void anAnswerAfterItsTimeIsADenial() throws Exception {
    Approval asked = add("g1");
    pass(TIME);
    assertThat(store().answer(asked, Verdict.ONCE, ANN)).isInstanceOf(Answered.Expired.class);
    assertThat(only().state()).isEqualTo(State.EXPIRED);
  }

  @Test
  void aClockThatIsSetBackProlongsNothing() throws Exception {
    Approval asked = add("g1");
    pass(Duration.ofMinutes(9));
    wall = START.minus(Duration.ofDays(300));
    assertThat(store().expire()).isEmpty();
    pass(Duration.ofMinutes(1));
    assertThat(store().answer(asked, Verdict.ONCE, ANN)).isInstanceOf(Answered.Expired.class);
  }

  @Test
  void aClockThatIsSetBackOverABootProlongsNothingButTheTimeThatIsLeft() throws Exception {
    var _ = add("g1");
    wall = START.minus(Duration.ofDays(1));
    uptime = new Uptime("boot-2", 1000);
    assertThat(store().untilNext()).contains(TIME);
  }

  @Test
  void aClockThatIsSetForwardDenies() throws Exception {
    var _ = add("g1");
    wall = START.plus(Duration.ofDays(1));
    assertThat(store().expire()).hasSize(1);
  }

  @Test
  void forOneTooManyTheOldestExpires() throws Exception {
    Approval first = add("g0");
    for (int i = 1; i < ApprovalStore.MOST_WAITING; i++) {
      pass(Duration.ofMillis(1));
      var _ = add("g" + i);
    }
    pass(Duration.ofMillis(1));
    ApprovalStore.Added added = store().add(ask("last"), approval -> {});
    assertThat(added.expired())
        .singleElement()
        .extracting(r -> r.approval().id())
        .isEqualTo(first.id());
    assertThat(store().count("state = 'waiting'")).isEqualTo(ApprovalStore.MOST_WAITING);
  }

  @Test
  void whatHasEndedIsKeptWithinBounds() throws Exception {
    for (int i = 0; i < ApprovalStore.MOST_ENDED + 5; i++) {
      pass(Duration.ofMillis(1));
      var _ = store().addAnswered(ask("g" + i), State.DENIED, "x", approval -> {});
    }
    assertThat(store().count("TRUE")).isEqualTo(ApprovalStore.MOST_ENDED);
    assertThat(store().count("gateway_id = 'g0'")).isZero();
  }

  @Test
  void whatCanNotBePutOnRecordDoesNotWait() throws Exception {
    assertRefused(
        Reason.AUDIT,
        () ->
            store()
                .add(
                    ask("g1"),
                    approval -> {
                      throw new SupervisorException(Reason.AUDIT, "no disk");
                    }));
    assertThat(store().count("TRUE")).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "subject = 'nonsense'",
        "subject = '{}'",
        "subject = '[]'",
        "subject = '{\"command\":1,\"cwd\":\"\",\"environment\":[]}'",
        "subject = replace(subject, '{', '{\"more\":1,')",
        "subject = hex(zeroblob(1000000))",
        "agent_id = 'x'",
        "agent = char(27) || '[2J'",
      })
  void aRowThatCanNotBeReadIsReportedAndHidesNoOther(String change) throws Exception {
    var _ = add("g1");
    sql("UPDATE approval SET " + change);
    Approval good = add("g2");
    ApprovalRow.Found found = store().find("TRUE");
    assertThat(found.problems())
        .singleElement()
        .asString()
        .contains("can't be read")
        .doesNotContain("\u001b");
    assertThat(found.rows()).extracting(row -> row.approval().id()).containsExactly(good.id());
  }

  @Test
  void aDatabaseThatIsDamagedNewerOrGoneIsAnErrorAndNoEmptyList() throws Exception {
    var _ = add("g1");
    sql("PRAGMA user_version = 1000");
    assertRefused(Reason.STATE, () -> store().find("TRUE")).hasMessageContaining("newer claw");
    Files.writeString(database, "this is no database, however long it may be".repeat(100));
    assertRefused(Reason.STATE, () -> store().find("TRUE")).hasMessageContaining("claw.db");
  }

  @Test
  void aDatabaseThatCanNotBeWrittenTakesNoAnswer() throws Exception {
    Approval asked = add("g1");
    sql(
        "CREATE TRIGGER full BEFORE UPDATE ON approval"
            + " BEGIN SELECT RAISE(ABORT, 'disk is full'); END");
    assertRefused(Reason.STATE, () -> store().answer(asked, Verdict.ONCE, ANN))
        .hasMessageContaining("disk is full");
    assertThat(only().state()).isEqualTo(State.WAITING);
  }

  @Test
  void anAgentThatIsForgottenLeavesNothing() throws Exception {
    var _ = add("g1");
    try (StateDatabase state = StateDatabase.open(database)) {
      state.forget(ONE);
    }
    assertThat(store().count("TRUE")).isZero();
  }
}
