package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.claw.model.AgentId;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.JDBC;

class StateDatabaseTest {
  private static final AgentId ONE = new AgentId("1".repeat(32));
  private static final AgentId TWO = new AgentId("2".repeat(32));

  @TempDir Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void name() {
    file = folder.resolve("claw.db");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "what?",
        "a?mode=memory",
        "b?journal_mode=OFF&x=1",
        "c#d",
        "e%3Ff",
        "g%",
        "h i",
        "ü",
        "k:l",
        "m;n",
        "o'p\"q",
        "r\\s",
        "file:t"
      })
  void aPathIsAPathWhateverItContains(String name) throws Exception {
    Path odd = Files.createDirectory(folder.resolve(name)).resolve("claw.db");
    try (StateDatabase database = StateDatabase.open(odd)) {
      database.sawSerial(ONE, 3);
    }
    assertThat(Files.size(odd)).isPositive();
    try (StateDatabase database = StateDatabase.open(odd)) {
      assertThat(database.highestSerial(ONE)).isEqualTo(3);
    }
    try (Stream<Path> all = Files.list(folder)) {
      assertThat(all).containsExactly(odd.getParent());
    }
  }

  @Test
  void aSerialOnlyGrows() throws Exception {
    try (StateDatabase database = StateDatabase.open(file)) {
      assertThat(database.highestSerial(ONE)).isZero();
      database.sawSerial(ONE, 3);
      database.sawSerial(ONE, 2);
      assertThat(database.highestSerial(ONE)).isEqualTo(3);
      database.sawSerial(ONE, 4);
      assertThat(database.highestSerial(TWO)).isZero();
    }
    try (StateDatabase database = StateDatabase.open(file)) {
      assertThat(database.highestSerial(ONE)).isEqualTo(4);
      database.forget(ONE);
      database.forget(ONE);
      assertThat(database.highestSerial(ONE)).isZero();
      assertRefused(Reason.STATE, () -> database.sawSerial(ONE, 0)).hasMessageContaining("CHECK");
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void manyMakeItAtOnceAndWrite() throws Exception {
    int threads = 4;
    int rounds = 5;
    for (int round = 0; round < rounds; round++) {
      Path fresh = folder.resolve("claw" + round + ".db");
      CyclicBarrier together = new CyclicBarrier(threads);
      try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
        List<Future<?>> running = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
          int start = thread;
          running.add(
              executor.submit(
                  () -> {
                    together.await();
                    try (StateDatabase database = StateDatabase.open(fresh)) {
                      for (int i = 1; i <= 10; i++) {
                        database.sawSerial(ONE, i * threads - start);
                      }
                    }
                    return null;
                  }));
        }
        for (Future<?> thread : running) {
          thread.get();
        }
      }
      try (StateDatabase database = StateDatabase.open(fresh)) {
        assertThat(database.highestSerial(ONE)).isEqualTo(10L * threads);
      }
    }
  }

  @Test
  void refusesWhatIsNoDatabase() throws Exception {
    Files.writeString(file, "this is no database, and long enough to be looked at ".repeat(40));
    assertRefused(Reason.STATE, () -> StateDatabase.open(file))
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining("from your backup");
    assertThat(Files.readString(file)).startsWith("this is no database");
  }

  @Test
  void refusesADamagedOne() throws Exception {
    try (StateDatabase database = StateDatabase.open(file)) {
      database.sawSerial(ONE, 3);
    }
    byte[] bytes = Files.readAllBytes(file);
    byte[] junk = "junk".repeat(512).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(junk, 0, bytes, 100, Math.min(junk.length, bytes.length - 100));
    Files.write(file, bytes);
    assertRefused(
            Reason.STATE,
            () -> {
              try (StateDatabase database = StateDatabase.open(file)) {
                database.highestSerial(ONE);
              }
            })
        .hasMessageContaining("from your backup");
  }

  @Test
  void refusesTheFormOfANewerClaw() throws Exception {
    StateDatabase.open(file).close();
    try (Connection connection = JDBC.createConnection("jdbc:sqlite:" + file, new Properties());
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA user_version = 99");
    }
    assertRefused(Reason.STATE, () -> StateDatabase.open(file))
        .hasMessageContaining("newer claw (form 99, this one knows ");
  }

  @Test
  void refusesALinkAFolderAndAMissingParent() throws Exception {
    Path other = folder.resolve("other.db");
    StateDatabase.open(other).close();
    Files.createSymbolicLink(file, other);
    assertRefused(Reason.STATE, () -> StateDatabase.open(file)).hasMessageContaining("a link");
    Files.delete(file);
    Files.createSymbolicLink(file, folder.resolve("nothing"));
    assertRefused(Reason.STATE, () -> StateDatabase.open(file)).hasMessageContaining("a link");
    assertThat(folder.resolve("nothing")).doesNotExist();
    Files.delete(file);
    Files.createDirectory(file);
    assertRefused(Reason.STATE, () -> StateDatabase.open(file)).hasMessageStartingWith(file + ": ");
    assertRefused(Reason.STATE, () -> StateDatabase.open(folder.resolve("no/claw.db")))
        .hasMessageContaining("no such file");
  }

  @Test
  void saysSoWhereItCanNotWrite() throws Exception {
    assumeFalse("root".equals(System.getProperty("user.name")), "root may write everything");
    StateDatabase.open(file).close();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    assertRefused(
            Reason.STATE,
            () -> {
              try (StateDatabase database = StateDatabase.open(file)) {
                database.sawSerial(ONE, 1);
              }
            })
        .hasMessageContaining("check disk space and permissions");
  }
}
