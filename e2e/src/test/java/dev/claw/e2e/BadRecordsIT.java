package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.claw.e2e.TelegramServer.Person;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.StreamSupport;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A bot whose database or record can't be written, is damaged, or is of a newer claw. */
@RequiresPodman
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadRecordsIT {
  private static final String NOT_NOW = "can't put on record";

  @AutoClose private final ChatScene scene = new ChatScene("reviewer");
  private final Claw claw = scene.claw();
  private final String agent = scene.agent();
  private final Person ann = scene.paired(4711, "Ann", "admin");
  private final Path database = claw.home().resolve("claw.db");
  private final Path record = claw.agent(agent).resolve("audit.jsonl");

  private static void mode(Path file, String mode) throws IOException {
    try {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    } catch (NoSuchFileException e) {
      // A journal comes and goes.
    }
  }

  private void databaseMode(String mode) throws IOException {
    for (String end : new String[] {"", "-wal", "-shm"}) {
      mode(database.resolveSibling("claw.db" + end), mode);
    }
  }

  private String allow(String host) {
    return "/allow " + agent + " " + host + " 30m";
  }

  private String reaches(String host) {
    return agent + " reaches " + host;
  }

  private long grants(String host) {
    JsonNode all = claw.run("egress", "grants", agent, "--json").json().path("grants");
    return StreamSupport.stream(all.spliterator(), false)
        .filter(grant -> grant.path("host").asText().equals(host))
        .count();
  }

  /** Between two tries it hears that there is something, and can't take it. */
  private void awaitStatus(String why) {
    ChatScene.await(
        "the bot waits because: " + why,
        () -> {
          String status = claw.run("supervisor", "status").out();
          return status.contains("bot: waiting as @claw_test_bot") && status.contains(why);
        });
  }

  @Test
  void aDatabaseThatMayOnlyBeReadUnderTheRunningBot() throws IOException {
    long pid = scene.supervisor();
    databaseMode("r--------");
    try {
      ann.asks(allow("readonly.example"), NOT_NOW);
      assertThat(claw.run("access", "role", "telegram", agent, "4711", "viewer"))
          .exits(8)
          .says("claw.db", "permissions")
          .showsNoBug();
      assertThat(claw.run("access", "list", "telegram", agent)).succeeds().prints("4711", "admin");
      awaitStatus("claw.db: ");
    } finally {
      databaseMode("rw-------");
    }
    ann.hears(reaches("readonly.example"));
    Assertions.assertThat(grants("readonly.example")).isEqualTo(1);
    Assertions.assertThat(scene.supervisor()).as("the same supervisor").isEqualTo(pid);
    assertThat(claw.run("audit", "verify")).succeeds();
  }

  @Test
  void aRecordThatMayNotBeWrittenUnderTheRunningBot() throws IOException {
    long pid = scene.supervisor();
    mode(record, "r--------");
    try {
      ann.asks(allow("unrecorded.example"), "failed");
    } finally {
      mode(record, "rw-------");
    }
    Assertions.assertThat(grants("unrecorded.example")).isZero();
    ann.asks(allow("unrecorded.example"), reaches("unrecorded.example"));
    Assertions.assertThat(grants("unrecorded.example")).isEqualTo(1);
    Assertions.assertThat(scene.supervisor()).as("the same supervisor").isEqualTo(pid);
    assertThat(claw.run("audit", "verify", agent)).succeeds();
  }

  /** What is in place of the database, and what is said of it. */
  enum Damage {
    NONE_AT_ALL("put back a copy from your backup") {
      @Override
      byte[] of(byte[] good) {
        return "no database ".repeat(2000).getBytes(StandardCharsets.US_ASCII);
      }
    },
    A_PAGE_OVERWRITTEN("put back a copy from your backup") {
      @Override
      byte[] of(byte[] good) {
        byte[] bad = good.clone();
        Arrays.fill(bad, 100, 4096, (byte) 0xa5); // the root page of the schema
        return bad;
      }
    },
    CUT_SHORT("put back a copy from your backup") {
      @Override
      byte[] of(byte[] good) {
        return Arrays.copyOf(good, 4096);
      }
    },
    OF_A_NEWER_CLAW("was written by a newer claw") {
      @Override
      byte[] of(byte[] good) {
        byte[] newer = good.clone();
        ByteBuffer.wrap(newer).putInt(60, 99); // user_version, SQLite file format 1.3
        return newer;
      }
    };

    private final String next;

    Damage(String next) {
      this.next = next;
    }

    abstract byte[] of(byte[] good);
  }

  private void put(byte[] bytes) throws IOException {
    Path beside = database.resolveSibling("claw.db.beside");
    Files.write(beside, bytes);
    mode(beside, "rw-------");
    Files.move(beside, database, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String host(Damage damage, String when) {
    return damage.name().toLowerCase(Locale.ROOT).replace('_', '-') + "." + when + ".example";
  }

  private void commandsSay(Damage damage) {
    assertThat(claw.run("access", "list", "telegram"))
        .exits(8)
        .says("claw.db", damage.next)
        .printsNothing()
        .showsNoBug();
    assertThat(claw.run("doctor")).prints("telegram", damage.next).showsNoBug();
  }

  @ParameterizedTest
  @EnumSource
  void aDatabaseThatIsNoneOfThisClawUnderTheRunningBot(Damage damage) throws IOException {
    String host = host(damage, "running");
    long pid = scene.supervisor();
    byte[] good = Files.readAllBytes(database);
    put(damage.of(good));
    try {
      ann.asks(allow(host), NOT_NOW);
      awaitStatus(damage.next);
      commandsSay(damage);
    } finally {
      put(good);
    }
    ann.hears(reaches(host));
    Assertions.assertThat(grants(host)).isEqualTo(1);
    Assertions.assertThat(scene.supervisor()).as("the same supervisor").isEqualTo(pid);
    assertThat(claw.run("audit", "verify")).succeeds();
  }

  @ParameterizedTest
  @EnumSource
  void nobodyServesByADatabaseThatIsNoneOfThisClaw(Damage damage) throws IOException {
    String host = host(damage, "start");
    assertThat(claw.run("supervisor", "stop")).succeeds();
    byte[] good = Files.readAllBytes(database);
    put(damage.of(good));
    try {
      ann.write(allow(host));
      assertThat(claw.run("access", "serve", "telegram"))
          .exits(8)
          .says("claw.db", damage.next)
          .showsNoBug();
      commandsSay(damage);
      assertThat(claw.run("supervisor", "status"))
          .succeeds()
          .prints("not running", "bot: @claw_test_bot unknown because: ", "claw.db", damage.next);
      Assertions.assertThat(ann.heard(reaches(host))).isFalse();
    } finally {
      put(good);
    }
    scene.setUp();
    ann.hears(reaches(host));
    Assertions.assertThat(grants(host)).isEqualTo(1);
    assertThat(claw.run("audit", "verify")).succeeds();
  }
}
