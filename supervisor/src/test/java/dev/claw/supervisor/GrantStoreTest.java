package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.Grant;
import dev.claw.lock.HostKeyStore;
import dev.claw.model.Actor;
import dev.claw.model.AgentId;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
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

class GrantStoreTest {
  private static final AgentId ONE = new AgentId("1".repeat(32));
  private static final AgentId TWO = new AgentId("2".repeat(32));
  private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
  private static final Duration HALF_HOUR = Duration.ofMinutes(30);
  private static final Actor ANN = new Actor("cli", "ann(1000)");

  @TempDir Path folder;
  private Path database = Path.of("");
  private HostKeyStore keys = new HostKeyStore(database, database, () -> START);
  private Instant wall = START;
  private Uptime uptime = new Uptime("boot-1", 5_000_000);

  @BeforeEach
  void make() throws Exception {
    database = folder.resolve("claw.db");
    keys =
        new HostKeyStore(
            Files.createDirectory(
                folder.resolve("secrets"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))),
            Files.createDirectory(folder.resolve("keys")),
            () -> wall);
    keys.create(new SecureRandom());
  }

  /** A store as a new process opens it. */
  private GrantStore store() {
    return new GrantStore(database, keys, () -> wall, new LatestInstant(() -> wall, () -> uptime));
  }

  private static Grant wanted(String id) {
    return new Grant(id, "api.github.com", List.of(443), Instant.EPOCH);
  }

  private GivenGrant give(String id) throws SupervisorException {
    return store().give(ONE, wanted(id), HALF_HOUR, ANN);
  }

  private void pass(Duration time) {
    wall = wall.plus(time);
    uptime = new Uptime(uptime.boot(), uptime.millis() + time.toMillis());
  }

  private void sql(String sql, Object... values) throws Exception {
    try (Connection connection =
            JDBC.createConnection("jdbc:sqlite:" + database, new Properties());
        PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.executeUpdate();
    }
  }

  private List<String> tables() throws Exception {
    List<String> tables = new ArrayList<>();
    try (Connection connection =
            JDBC.createConnection("jdbc:sqlite:" + database, new Properties());
        Statement query = connection.createStatement();
        ResultSet row = query.executeQuery("SELECT name FROM sqlite_schema WHERE type = 'table'")) {
      while (row.next()) {
        tables.add(row.getString(1));
      }
    }
    return tables;
  }

  @Test
  void holdsUntilItsEnd() throws Exception {
    GivenGrant given = give("g-1");
    assertThat(given.given()).isEqualTo(START);
    assertThat(given.grant().until()).isEqualTo(START.plus(HALF_HOUR));
    assertThat(store().read(ONE).live()).containsExactly(given);
    assertThat(store().read(ONE).grants()).containsExactly(given.grant());
    assertThat(store().read(TWO).live()).isEmpty();
    pass(HALF_HOUR.minusMillis(1));
    assertThat(store().read(ONE).live()).containsExactly(given);
    pass(Duration.ofMillis(1));
    assertThat(store().read(ONE).live()).isEmpty();
    assertThat(store().read(ONE).ended()).containsExactly(given);
    assertThat(store().remove(ONE, "g-1")).isTrue();
    assertThat(store().remove(ONE, "g-1")).isFalse();
    assertThat(store().read(ONE).ended()).isEmpty();
  }

  @Test
  void theSamePayloadIsCanonicalJsonUnderDsse() throws Exception {
    give("g-1");
    String payload =
        "{\"actor\":\"cli:ann(1000)\",\"agent\":\""
            + ONE
            + "\",\"given\":"
            + START.toEpochMilli()
            + ",\"host\":\"api.github.com\",\"id\":\"g-1\",\"ports\":[443],\"until\":"
            + START.plus(HALF_HOUR).toEpochMilli()
            + "}";
    try (StateDatabase state = StateDatabase.open(database)) {
      String found =
          state.read(
              connection -> {
                try (Statement query = connection.createStatement();
                    var row = query.executeQuery("SELECT payload FROM egress_grant")) {
                  return row.getString(1);
                }
              });
      assertThat(found).isEqualTo(payload);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "payload = replace(payload, 'api.github.com', 'evil.example')",
        "payload = replace(payload, '[443]', '[22,443]')",
        "payload = replace(payload, '\"until\":1', '\"until\":2')",
        "payload = payload || ' '",
        "payload = ''",
        "payload = '{}'",
        "payload = 'nonsense'",
        "payload = hex(zeroblob(1000000))",
        "signatures = '[]'",
        "signatures = 'nonsense'",
        "signatures = '{}'",
        "signatures = '[{}]'",
        "signatures = replace(signatures, '\"sig\":\"', '\"sig\":\"AAAA')",
        "signatures = replace(signatures, 'sha256:', 'sha256:0')",
        "signatures = '[{\"keyid\":\"x\",\"sig\":1}]'",
        "id = 'g-2'",
        "id = char(27) || '[2J'",
        "agent_id = '22222222222222222222222222222222'",
      })
  void anAlteredRowAdmitsNothingAndIsReported(String change) throws Exception {
    give("g-1");
    sql("UPDATE egress_grant SET " + change);
    AgentId of = change.startsWith("agent_id") ? TWO : ONE;
    GrantStore.Held held = store().read(of);
    assertThat(held.live()).isEmpty();
    assertThat(held.ended()).isEmpty();
    assertThat(held.broken()).hasSize(1);
    assertThat(held.broken().getFirst().sentence())
        .contains("admits nothing")
        .doesNotContain("\u001b");
    assertThat(store().remove(of, held.broken().getFirst().id())).isTrue();
    assertThat(store().read(of).broken()).isEmpty();
  }

  @Test
  void aRowThatIsAddedByHandAdmitsNothing() throws Exception {
    GivenGrant good = give("g-1");
    sql(
        "INSERT INTO egress_grant VALUES (?, ?, ?, ?)",
        ONE.value(),
        "g-0",
        "{\"host\":\"evil.example\"}",
        "[]");
    sql(
        "INSERT INTO egress_grant SELECT agent_id, 'x' || id || ?, payload, signatures"
            + " FROM egress_grant WHERE id = 'g-1'",
        "long".repeat(100));
    GrantStore.Held held = store().read(ONE);
    assertThat(held.live()).containsExactly(good);
    assertThat(held.broken()).hasSize(2);
    for (GrantStore.Broken broken : held.broken()) {
      assertThat(store().remove(ONE, broken.id())).isTrue();
    }
    assertThat(store().read(ONE).broken()).isEmpty();
  }

  @Test
  void aGrantOfAnotherHostsKeyAdmitsNothing() throws Exception {
    give("g-1");
    Path other = Files.createDirectory(folder.resolve("other"));
    Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rwx------"));
    keys = new HostKeyStore(other, Files.createDirectory(folder.resolve("o")), () -> wall);
    keys.create(new SecureRandom());
    assertThat(store().read(ONE).live()).isEmpty();
    assertThat(store().read(ONE).broken()).hasSize(1);
  }

  @Test
  void grantsOutliveARotationOfTheKey() throws Exception {
    GivenGrant given = give("g-1");
    give("g-2");
    sql("UPDATE egress_grant SET payload = replace(payload, '443', '80') WHERE id = 'g-2'");
    keys.rotate(
        new SecureRandom(),
        (old, successor) -> {
          try {
            store().resign(old, successor);
            assertThat(store().read(ONE).live()).containsExactly(given);
          } catch (SupervisorException e) {
            throw new IOException(e);
          }
        });
    assertThat(store().read(ONE).live()).containsExactly(given);
    assertThat(store().read(ONE).broken()).hasSize(1);
    keys.rotate(new SecureRandom(), (old, successor) -> {});
    assertThat(store().read(ONE).live()).isEmpty();
  }

  @Test
  void aClockThatIsSetBackProlongsNothingWithinOneBoot() throws Exception {
    give("g-1");
    pass(Duration.ofMinutes(10));
    wall = START.minus(Duration.ofDays(300));
    assertThat(store().now()).isEqualTo(START.plus(Duration.ofMinutes(10)));
    assertThat(store().read(ONE).live()).hasSize(1);
    pass(Duration.ofMinutes(20));
    assertThat(store().read(ONE).live()).isEmpty();
    assertThat(store().read(ONE).ended()).hasSize(1);
    GivenGrant next = store().give(ONE, wanted("g-2"), HALF_HOUR, ANN);
    assertThat(next.given()).isEqualTo(START.plus(HALF_HOUR));
    pass(HALF_HOUR);
    assertThat(store().read(ONE).live()).isEmpty();
  }

  @Test
  void aClockThatIsSetBackOverABootGoesOnFromTheLatestInstantSeen() throws Exception {
    give("g-1");
    pass(Duration.ofMinutes(10));
    assertThat(store().read(ONE).live()).hasSize(1);
    wall = START.minus(Duration.ofDays(1));
    uptime = new Uptime("boot-2", 10_000);
    assertThat(store().now()).isEqualTo(START.plus(Duration.ofMinutes(10)));
    assertThat(store().clock().instant()).isEqualTo(START.plus(Duration.ofMinutes(10)));
    // A process that stays counts on from there; what it asks of the store is kept in the database.
    store().give(ONE, wanted("g-2"), HALF_HOUR, ANN);
    pass(Duration.ofMinutes(20));
    assertThat(store().read(ONE).ended()).hasSize(1);
  }

  @Test
  void aClockThatIsSetForwardEndsGrants() throws Exception {
    give("g-1");
    wall = START.plus(Duration.ofDays(1));
    assertThat(store().read(ONE).live()).isEmpty();
    assertThat(store().clock().instant()).isEqualTo(wall);
  }

  @Test
  void anInstantThatNobodyCanHaveSeenIsRefusedByTheDatabase() throws Exception {
    give("g-1");
    assertThat(store().now()).isEqualTo(START);
    assertRefused(
            Reason.STATE,
            () -> {
              try (StateDatabase state = StateDatabase.open(database)) {
                state.inTransaction(
                    connection -> {
                      try (Statement update = connection.createStatement()) {
                        return update.executeUpdate(
                            "UPDATE latest_instant SET millis = 9223372036854775807");
                      }
                    });
              }
            })
        .hasMessageContaining("CHECK");
  }

  @Test
  void thereIsAMostAndEndedOnesMakeRoom() throws Exception {
    give("g-1");
    GivenGrant first = store().read(ONE).live().getFirst();
    try (StateDatabase state = StateDatabase.open(database)) {
      state.inTransaction(
          connection -> {
            try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO egress_grant VALUES (?, ?, ?, ?)")) {
              for (int i = 0; i < GrantStore.MOST - 1; i++) {
                Grant grant =
                    new Grant("h-" + i, "h" + i + ".example", List.of(443), first.grant().until());
                GrantEnvelope envelope;
                try {
                  envelope =
                      GrantEnvelope.sign(
                          new GivenGrant(ONE, grant, START, "x"), keys.ring().signing());
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
                insert.setString(1, ONE.value());
                insert.setString(2, grant.id());
                insert.setString(3, envelope.payload());
                insert.setString(4, envelope.signatures());
                insert.addBatch();
              }
              return insert.executeBatch();
            }
          });
    }
    assertThat(store().read(ONE).live()).hasSize(GrantStore.MOST);
    assertRefused(Reason.CONFLICT, () -> give("g-2")).hasMessageContaining("revoke some");
    assertThat(store().give(TWO, wanted("g-2"), HALF_HOUR, ANN)).isNotNull();
    pass(HALF_HOUR);
    assertThat(give("g-2")).isNotNull();
    assertThat(store().read(ONE).live()).hasSize(1);
    assertThat(store().read(ONE).ended()).isEmpty();
  }

  @Test
  void tenThousandRowsOfJunkAreReadWithinBoundsAndReported() throws Exception {
    give("g-1");
    sql(
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
        INSERT INTO egress_grant SELECT ?, 'a' || i, '{}', '[]' FROM n
        """,
        ONE.value());
    GrantStore.Held held = store().read(ONE);
    assertThat(held.live()).isEmpty();
    assertThat(held.broken()).hasSize(GrantStore.MOST + 1);
    assertThat(held.broken().getLast().why()).contains("more than the 1000");
  }

  @Test
  void aDatabaseThatCanNotBeWrittenGivesNothing() throws Exception {
    give("g-1");
    sql(
        "CREATE TRIGGER full BEFORE INSERT ON egress_grant"
            + " BEGIN SELECT RAISE(ABORT, 'disk is full'); END");
    pass(Duration.ofMinutes(5));
    assertRefused(Reason.STATE, () -> give("g-2")).hasMessageContaining("disk is full");
    sql("DROP TRIGGER full");
    assertThat(store().read(ONE).live()).hasSize(1);
    assertThat(give("g-2").grant().id()).isEqualTo("g-2");
  }

  @Test
  void aTableThatIsGoneIsAnErrorAndNoEmptyList() throws Exception {
    give("g-1");
    sql("DROP TABLE egress_grant");
    assertRefused(Reason.STATE, () -> store().read(ONE)).hasMessageContaining("claw.db");
  }

  @Test
  void aDatabaseOfTheFirstFormIsBroughtUpToDate() throws Exception {
    give("g-1");
    for (String table : tables()) {
      if (!table.equals("lock_serial")) { // all that the first form had
        sql("DROP TABLE " + table);
      }
    }
    try (StateDatabase state = StateDatabase.open(database)) {
      state.sawSerial(ONE, 7);
    }
    sql("PRAGMA user_version = 1");
    assertThat(store().read(ONE).live()).isEmpty();
    assertThat(give("g-2").grant().id()).isEqualTo("g-2");
    try (StateDatabase state = StateDatabase.open(database)) {
      assertThat(state.highestSerial(ONE)).isEqualTo(7);
      state.forget(ONE);
    }
    assertThat(store().read(ONE).live()).isEmpty();
  }

  @Test
  void twoProcessesGiveAtOnce() throws Exception {
    int each = 20;
    StateDatabase.open(database).close();
    List<Process> processes = new ArrayList<>();
    for (String name : List.of("a", "b")) {
      processes.add(Forked.start(GiveMany.class, folder.toString(), name, Integer.toString(each)));
    }
    for (Process process : processes) {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
    }
    assertThat(store().read(ONE).live()).hasSize(2 * each);
    assertThat(store().read(ONE).broken()).isEmpty();
  }

  /** Another claw that gives grants. */
  static final class GiveMany {
    private GiveMany() {}

    public static void main(String[] args) throws Exception {
      Path folder = Path.of(args[0]);
      HostKeyStore keys =
          new HostKeyStore(folder.resolve("secrets"), folder.resolve("keys"), () -> START);
      GrantStore store =
          new GrantStore(
              folder.resolve("claw.db"),
              keys,
              () -> START,
              new LatestInstant(() -> START, Uptime::ofKernel));
      for (int i = 0; i < Integer.parseInt(args[2]); i++) {
        store.give(ONE, wanted("g-" + args[1] + i), HALF_HOUR, ANN);
      }
    }
  }

  @Test
  void theKernelSaysWhichBootAndHowLong() {
    Uptime first = Uptime.ofKernel();
    assertThat(first.boot()).hasSize(36);
    assertThat(first.millis()).isPositive();
    assertThat(Uptime.ofKernel().since(first)).isNotNegative();
    assertThat(new Uptime("", 9).since(new Uptime("", 1))).isZero();
    assertThat(new Uptime("b", 1).since(new Uptime("b", 9))).isZero();
  }
}
