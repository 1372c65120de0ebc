package dev.claw.audit;

import static dev.claw.audit.AuditFixture.ANN;
import static dev.claw.audit.AuditFixture.CLOCK;
import static dev.claw.audit.AuditFixture.NOON;
import static dev.claw.audit.AuditFixture.event;
import static dev.claw.audit.AuditFixture.events;
import static dev.claw.audit.AuditFixture.head;
import static dev.claw.audit.AuditFixture.key;
import static dev.claw.audit.AuditFixture.log;
import static dev.claw.audit.AuditFixture.ring;
import static dev.claw.audit.AuditFixture.types;
import static dev.claw.audit.AuditFixture.unsealed;
import static dev.claw.audit.AuditFixture.verify;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.lock.KeyException;
import dev.claw.lock.KeyRing;
import dev.claw.lock.PublicKeys;
import dev.claw.model.AgentName;
import dev.claw.model.AuditEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("audit.jsonl");
  }

  @Test
  void recordsChain() throws AuditException, IOException {
    AuditRecord first = log(file).append(event(1));
    AuditRecord second = log(file).append(event(2).outcome(AuditEvent.Result.DONE, Map.of()));
    assertThat(first.sequence()).isEqualTo(1);
    assertThat(first.previous()).isEqualTo(AuditLog.NO_RECORD);
    assertThat(first.time()).isEqualTo(NOON);
    assertThat(second.sequence()).isEqualTo(2);
    assertThat(second.previous()).isEqualTo(first.hash());
    assertThat(verify(file)).isEqualTo(new AuditVerdict.Intact(2, 0, second.hash()));
    assertThat(Files.readAllLines(file).get(0))
        .isEqualTo(
            "{\"actor\":{\"kind\":\"cli\",\"name\":\"ann(1000)\"},\"agent\":\"coder\","
                + "\"details\":{\"number\":1},\"hash\":\""
                + first.hash()
                + "\",\"phase\":\"intent\",\"previous\":\""
                + AuditLog.NO_RECORD
                + "\",\"sequence\":1,\"time\":\"2026-11-21T12:00:00.000Z\","
                + "\"type\":\"agent.start\"}");
    for (String name : List.of("audit.jsonl", "audit.head", "audit.lock")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void checkpointsComeByThemselves() throws AuditException {
    List<AuditRecord> records = log(file).append(events(20));
    assertThat(records).hasSize(20);
    assertThat(types(file).indexOf(AuditLog.CHECKPOINT)).isEqualTo(7);
    assertThat(verify(file))
        .isInstanceOfSatisfying(
            AuditVerdict.Intact.class,
            intact -> {
              assertThat(intact.records()).isEqualTo(22);
              assertThat(intact.checkpoints()).isEqualTo(2);
            });
  }

  @Test
  void checkpointFollowsAtOnceSoThatItSealsWhatStands() throws AuditException {
    log(file).append(events(7));
    assertThat(types(file)).hasSize(8).endsWith(AuditLog.CHECKPOINT);
  }

  @Test
  void recordThatIsTooLongIsNoRecord() throws AuditException {
    log(file).append(event(1));
    AuditEvent long1 = AuditEvent.intent("a", null, ANN, Map.of("x", "y".repeat(1 << 20)));
    assertThatThrownBy(() -> log(file).append(List.of(event(2), long1)))
        .isInstanceOf(AuditException.class)
        .hasMessageContaining("nothing was recorded")
        .hasMessageContaining("expected a record of at most 1048576 bytes");
    assertThat(types(file)).hasSize(1);
  }

  @Test
  void loneSurrogatesDoNotKeepAnOutcomeOffTheRecord() throws AuditException {
    log(file).append(AuditEvent.intent("a\ud800", null, ANN, Map.of("k\udc00", "v\ud800v")));
    assertThat(verify(file)).isInstanceOf(AuditVerdict.Intact.class);
    AuditQuery.ALL.run(
        file, record -> assertThat(record.event().details()).containsEntry("k\ufffd", "v\ufffdv"));
  }

  @Test
  void clockThatGoesBackShows() throws AuditException {
    AtomicReference<Instant> now = new AtomicReference<>(NOON);
    AuditLog log = AuditLog.open(file, () -> ring(1), now::get);
    log.append(event(1));
    now.set(NOON.minusSeconds(3600));
    assertThat(log.append(event(2)).time()).isEqualTo(NOON.minusSeconds(3600));
    assertThat(verify(file)).isInstanceOf(AuditVerdict.Intact.class);
  }

  @Test
  void linkIsNotFollowed() throws IOException {
    Path victim = Files.writeString(folder.resolve("victim"), "");
    Files.setPosixFilePermissions(victim, PosixFilePermissions.fromString("rw-------"));
    Files.createSymbolicLink(file, victim);
    assertThatThrownBy(() -> log(file).append(event(1)))
        .isInstanceOf(AuditException.class)
        .hasMessageContaining("found a symbolic link");
    assertThat(victim).isEmptyFile();
  }

  @Test
  void danglingLinkIsNotFollowed() throws IOException {
    Files.createSymbolicLink(file, folder.resolve("made"));
    assertThatThrownBy(() -> log(file).append(event(1))).isInstanceOf(AuditException.class);
    assertThat(folder.resolve("made")).doesNotExist();
  }

  @Test
  void linkedLockAndHeadAreNotFollowed() throws IOException, AuditException {
    Files.createSymbolicLink(folder.resolve("audit.lock"), folder.resolve("made"));
    assertThatThrownBy(() -> log(file).append(event(1))).isInstanceOf(AuditException.class);
    Files.delete(folder.resolve("audit.lock"));
    log(file).append(event(1));
    Files.move(head(file), folder.resolve("elsewhere"));
    Files.createSymbolicLink(head(file), folder.resolve("elsewhere"));
    assertThatThrownBy(() -> log(file).append(event(2)))
        .hasMessageContaining("found a symbolic link");
    assertThat(folder.resolve("made")).doesNotExist();
  }

  @Test
  void logThatOthersCanReadIsRefused() throws IOException, AuditException {
    log(file).append(event(1));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> log(file).append(event(2)))
        .hasMessageContaining("run: chmod 600 " + file);
  }

  @Test
  void noKeyNoRecord() {
    AuditLog log =
        AuditLog.open(
            file,
            () -> {
              throw new KeyException("host.key: gone");
            },
            CLOCK);
    assertThatThrownBy(() -> log.append(event(1)))
        .isInstanceOf(AuditException.class)
        .hasMessageEndingWith("nothing was recorded: host.key: gone");
    assertThat(file).doesNotExist();
  }

  @Test
  void tornLineIsSetAsideAndRecorded() throws IOException, AuditException {
    log(file).append(events(3));
    String torn = "{\"actor\":{\"kind\":\"cl";
    Files.writeString(file, torn, StandardOpenOption.APPEND);
    assertThat(verify(file)).isInstanceOf(AuditVerdict.Torn.class);
    log(file).append(event(4));
    assertThat(types(file))
        .containsExactly(
            "agent.start", "agent.start", "agent.start", AuditLog.REPAIRED, "agent.start");
    assertThat(folder.resolve("audit.torn-3-20261121T120000.000Z")).hasContent(torn);
    assertThat(verify(file)).isInstanceOf(AuditVerdict.Intact.class);
  }

  @Test
  void longTornLineIsSetAside() throws IOException, AuditException {
    log(file).append(event(1));
    byte[] zeros = new byte[5 << 20];
    Files.write(file, zeros, StandardOpenOption.APPEND);
    Files.writeString(file, "\n", StandardOpenOption.APPEND);
    log(file).append(event(2));
    assertThat(types(file)).containsExactly("agent.start", AuditLog.REPAIRED, "agent.start");
    assertThat(Files.size(folder.resolve("audit.torn-1-20261121T120000.000Z")))
        .isEqualTo((5 << 20) + 1);
  }

  @Test
  void headThatLagsIsBroughtUpToDate() throws IOException, AuditException {
    log(file).append(event(1));
    byte[] lagging = Files.readAllBytes(head(file));
    log(file).append(events(3));
    Files.write(head(file), lagging);
    assertThat(verify(file)).isInstanceOf(AuditVerdict.Intact.class);
    log(file).append(event(5));
    assertThat(verify(file))
        .isInstanceOfSatisfying(
            AuditVerdict.Intact.class, intact -> assertThat(intact.records()).isEqualTo(5));
  }

  @Test
  void headLagsBehindUnsealedRecordsAndIsBroughtUpToDate() throws IOException, AuditException {
    AuditLog log = log(file);
    log.append(event(1));
    byte[] sealed = Files.readAllBytes(AuditFixture.head(file));
    unsealed(log, List.of(event(2), event(3)));
    unsealed(log, List.of(event(4)));
    assertThat(AuditFixture.head(file)).hasBinaryContent(sealed);
    assertThat(verify(file))
        .isInstanceOfSatisfying(
            AuditVerdict.Intact.class, is -> assertThat(is.records()).isEqualTo(4));

    log.seal();
    AuditFixture.rewrite(file, Files.readAllLines(file).subList(0, 3));
    assertThat(verify(file)).isEqualTo(new AuditVerdict.Cut(3, 4));
  }

  @Test
  void othersGoOnBehindUnsealedRecords() throws AuditException {
    AuditLog log = log(file);
    unsealed(log, List.of(event(1), event(2)));
    log(file).append(event(3));
    unsealed(log, List.of(event(4)));
    unsealed(log(file), List.of(event(5)));
    unsealed(log, List.of(event(6)));
    log.seal();
    log.seal();
    assertThat(log.append(event(7)).sequence()).isEqualTo(7);
    assertThat(verify(file))
        .isInstanceOfSatisfying(
            AuditVerdict.Intact.class, is -> assertThat(is.records()).isEqualTo(8));
  }

  @Test
  void unsealedRecordsThatAreGoneAreNotGoneOnFrom() throws IOException, AuditException {
    AuditLog log = log(file);
    log.append(event(1));
    unsealed(log, List.of(event(2), event(3)));
    AuditFixture.rewrite(file, Files.readAllLines(file).subList(0, 2));
    assertThat(log.append(event(4)).sequence()).isEqualTo(3);
    assertThat(verify(file)).isInstanceOf(AuditVerdict.Intact.class);
  }

  @Test
  void longLinesAreFoundInFrontOfTheHeadAndBehindIt() throws AuditException {
    for (int length : List.of(1_000_000, 70_000, 5_000, 3_000, 1_000_000)) {
      Map<String, Object> details = Map.of("text", "x".repeat(length));
      unsealed(
          log(file),
          List.of(AuditEvent.intent("agent.start", new AgentName("coder"), ANN, details)));
    }
    log(file).append(event(5));
    assertThat(verify(file))
        .isInstanceOfSatisfying(
            AuditVerdict.Intact.class, is -> assertThat(is.records()).isEqualTo(6));
  }

  @Test
  void cutTailStopsEverythingUntilItIsAcknowledged() throws IOException, AuditException {
    log(file).append(events(5));
    List<String> lines = Files.readAllLines(file);
    AuditFixture.rewrite(file, lines.subList(0, 2));
    assertThat(verify(file)).isEqualTo(new AuditVerdict.Cut(2, 5));
    byte[] before = Files.readAllBytes(file);
    assertThatThrownBy(() -> log(file).append(event(6)))
        .isInstanceOf(AuditException.class)
        .hasMessageContaining("records 3 to 5 are missing")
        .hasMessageContaining("claw audit repair");
    assertThat(file).hasBinaryContent(before);

    AuditRecord gap = log(file).acknowledgeLoss(ANN);
    assertThat(gap.sequence()).isEqualTo(6);
    log(file).append(event(7));
    assertThat(verify(file))
        .isInstanceOfSatisfying(
            AuditVerdict.Gapped.class,
            gapped ->
                assertThat(gapped.gaps())
                    .containsExactly(new AuditVerdict.Gap(3, 3, 5, NOON, "cli:ann(1000)")));
  }

  @Test
  void cutWithinALineIsALossToo() throws IOException, AuditException {
    log(file).append(events(3));
    String text = Files.readString(file);
    Files.writeString(file, text.substring(0, text.length() - 10));
    assertThatThrownBy(() -> log(file).append(event(4)))
        .hasMessageContaining("records 3 to 3 are missing");
    log(file).acknowledgeLoss(ANN);
    assertThat(verify(file)).isInstanceOf(AuditVerdict.Gapped.class);
    assertThat(torn()).hasSize(1);
  }

  @Test
  void deletedLogIsALoss() throws IOException, AuditException {
    log(file).append(events(3));
    Files.delete(file);
    assertThat(verify(file)).isEqualTo(new AuditVerdict.Cut(0, 3));
    assertThatThrownBy(() -> log(file).append(event(4)))
        .hasMessageContaining("records 1 to 3 are missing");
    log(file).acknowledgeLoss(ANN);
    log(file).append(event(5));
    assertThat(verify(file)).isInstanceOf(AuditVerdict.Gapped.class);
  }

  @Test
  void missingHeadIsALoss() throws IOException, AuditException {
    log(file).append(events(3));
    Files.delete(head(file));
    assertThatThrownBy(() -> log(file).append(event(4)))
        .hasMessageContaining("expected a head signed by this host in audit.head, found none");
    log(file).acknowledgeLoss(ANN);
    log(file).append(event(4));
    assertThat(verify(file))
        .isInstanceOfSatisfying(
            AuditVerdict.Gapped.class,
            gapped -> {
              assertThat(gapped.records()).isEqualTo(5);
              assertThat(gapped.gaps().getFirst().lastMissing()).isEqualTo(3);
            });
  }

  @Test
  void forgedHeadIsALoss() throws IOException, AuditException {
    log(file).append(events(3));
    AuditRecord[] last = new AuditRecord[1];
    AuditQuery.ALL.run(file, record -> last[0] = record);
    Head forged = Head.sign(3, last[0].hash(), Files.size(file), key(2));
    Files.write(head(file), forged.bytes());
    assertThat(verify(file)).isInstanceOf(AuditVerdict.BadHead.class);
    assertThatThrownBy(() -> log(file).append(event(4))).isInstanceOf(AuditException.class);
  }

  @Test
  void changedLastRecordStopsAppending() throws IOException, AuditException {
    log(file).append(events(3));
    Files.writeString(file, Files.readString(file).replace("\"number\":3", "\"number\":4"));
    assertThat(verify(file)).isInstanceOf(AuditVerdict.Broken.class);
    assertThatThrownBy(() -> log(file).append(event(4)))
        .hasMessageContaining("expected record 3 as the signed head knows it, found another");
  }

  @Test
  void soundLogHasNoLossToAcknowledge() throws AuditException {
    log(file).append(event(1));
    assertThatThrownBy(() -> log(file).acknowledgeLoss(ANN))
        .hasMessageContaining("expected a loss to acknowledge, found none");
    assertThat(types(file)).hasSize(1);
  }

  @Test
  void rotationOfTheKeyGoesOnInTheSameChain() throws AuditException {
    Instant retired = NOON.plusSeconds(1);
    AtomicReference<KeyRing> ring = new AtomicReference<>(ring(1));
    AtomicReference<Instant> now = new AtomicReference<>(NOON);
    AuditLog log = new AuditLog(file, ring::get, now::get, 8, Disk.REAL);
    log.append(events(10));
    PublicKeys both =
        new PublicKeys(
            key(2).publicKey(), List.of(new PublicKeys.Retired(key(1).publicKey(), retired)));
    ring.set(new KeyRing(key(2), both));
    assertThat(new AuditVerifier(both).verify(file)).isInstanceOf(AuditVerdict.Intact.class);
    now.set(NOON.plusSeconds(2));
    log.append(events(10));
    assertThat(new AuditVerifier(both).verify(file)).isInstanceOf(AuditVerdict.Intact.class);
    assertThat(new AuditVerifier(ring(2).known()).verify(file))
        .isInstanceOf(AuditVerdict.Broken.class);
  }

  @Test
  void retiredKeySealsNothingAfterItsRetirement() throws AuditException {
    log(file).append(events(10));
    PublicKeys early =
        new PublicKeys(
            key(2).publicKey(),
            List.of(new PublicKeys.Retired(key(1).publicKey(), NOON.minusSeconds(1))));
    assertThat(new AuditVerifier(early).verify(file))
        .isInstanceOfSatisfying(
            AuditVerdict.Broken.class,
            broken -> {
              assertThat(broken.line()).isEqualTo(8);
              assertThat(broken.why()).contains("a key retired before");
            });
    InstantSource clock = CLOCK;
    AuditLog log = new AuditLog(file, () -> new KeyRing(key(2), early), clock, 8, Disk.REAL);
    assertThatThrownBy(() -> log.append(event(1))).hasMessageContaining("a retired key");
  }

  private List<Path> torn() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(path -> path.toString().contains("audit.torn-")).toList();
    }
  }
}
