package dev.claw.audit;

import static dev.claw.audit.AuditFixture.ANN;
import static dev.claw.audit.AuditFixture.event;
import static dev.claw.audit.AuditFixture.events;
import static dev.claw.audit.AuditFixture.log;
import static dev.claw.audit.AuditFixture.types;
import static dev.claw.audit.AuditFixture.unsealed;
import static dev.claw.audit.AuditFixture.verify;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A crash and a full disk between any two acts, and in the middle of each write. */
class CrashTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("audit.jsonl");
  }

  /** Does so many acts, then a part of one, and then fails for ever or once. */
  private static final class FailingDisk implements Disk {
    private final int acts;
    private final int part;
    private final boolean forEver;
    private int done;
    private boolean failed;

    FailingDisk(int acts, int part, boolean forEver) {
      this.acts = acts;
      this.part = part;
      this.forEver = forEver;
    }

    boolean hasFailed() {
      return failed;
    }

    @Override
    public void write(FileChannel channel, byte[] bytes, long position) throws IOException {
      if (failsNow()) {
        int written = Math.min(bytes.length, part);
        REAL.write(channel, Arrays.copyOf(bytes, written), position);
        throw new IOException("No space left on device");
      }
      REAL.write(channel, bytes, position);
    }

    @Override
    public void truncate(FileChannel channel, long length) throws IOException {
      failOr();
      REAL.truncate(channel, length);
    }

    @Override
    public void force(FileChannel channel) throws IOException {
      failOr();
      REAL.force(channel);
    }

    @Override
    public void replace(Path target, byte[] bytes) throws IOException {
      failOr();
      REAL.replace(target, bytes);
    }

    @Override
    public void copyTail(FileChannel channel, long position, Path to) throws IOException {
      if (failsNow()) {
        Files.write(to, new byte[part]);
        throw new IOException("No space left on device");
      }
      REAL.copyTail(channel, position, to);
    }

    private void failOr() throws IOException {
      if (failsNow()) {
        throw new IOException("No space left on device");
      }
    }

    private boolean failsNow() {
      boolean now = forEver ? done >= acts : done == acts;
      done++;
      failed |= now;
      return now;
    }
  }

  @Test
  void crashBetweenAnyTwoActsOfAnAppend() throws IOException, AuditException {
    int acts =
        eachCrash(() -> log(file).append(events(3)), disk -> log(file, disk).append(event(4)));
    assertThat(acts).isGreaterThanOrEqualTo(3);
  }

  @Test
  void crashBetweenAnyTwoActsBehindAHeadThatLags() throws IOException, AuditException {
    int acts =
        eachCrash(
            () -> log(file).append(events(3)),
            disk -> {
              AuditLog log = log(file, disk);
              unsealed(log, events(1));
              unsealed(log, events(1));
              log.seal();
            });
    assertThat(acts).isGreaterThanOrEqualTo(5);
  }

  @Test
  void crashBetweenAnyTwoActsOfTheFirstAppend() throws IOException, AuditException {
    assertThat(eachCrash(() -> {}, disk -> log(file, disk).append(event(4))))
        .isGreaterThanOrEqualTo(4);
  }

  @Test
  void crashBetweenAnyTwoActsOfARepair() throws IOException, AuditException {
    int acts =
        eachCrash(
            () -> {
              log(file).append(events(3));
              Files.writeString(file, "{\"torn", StandardOpenOption.APPEND);
            },
            disk -> log(file, disk).append(event(4)));
    assertThat(acts).isGreaterThanOrEqualTo(5);
  }

  private interface Preparation {
    void run() throws IOException, AuditException;
  }

  private interface Append {
    void run(Disk disk) throws AuditException;
  }

  /** Returns after how many acts nothing was left to fail. */
  private int eachCrash(Preparation prepare, Append append) throws IOException, AuditException {
    for (int acts = 0; ; acts++) {
      for (int part : List.of(0, 1, 40, 100_000)) {
        clear();
        prepare.run();
        FailingDisk disk = new FailingDisk(acts, part, true);
        try {
          append.run(disk);
        } catch (AuditException e) {
          assertThat(disk.hasFailed()).isTrue();
        }
        if (!disk.hasFailed()) {
          return acts;
        }
        String at = "crash after " + acts + " acts and " + part + " bytes";
        assertThat(verify(file))
            .as(at)
            .isInstanceOfAny(
                AuditVerdict.Intact.class, AuditVerdict.Torn.class, AuditVerdict.Missing.class);
        int before = types(file).size();
        log(file).append(event(5));
        assertThat(verify(file)).as(at).isInstanceOf(AuditVerdict.Intact.class);
        assertThat(types(file)).as(at).hasSizeBetween(before + 1, before + 3);
        // What was torn is on record in every case.
        boolean torn = hasTorn();
        assertThat(types(file).contains(AuditLog.REPAIRED)).as(at).isEqualTo(torn);
      }
    }
  }

  @Test
  void crashWhileALossIsAcknowledged() throws IOException, AuditException {
    for (int acts = 0; ; acts++) {
      clear();
      log(file).append(events(5));
      AuditFixture.rewrite(file, Files.readAllLines(file).subList(0, 2));
      Files.writeString(file, "{\"torn", StandardOpenOption.APPEND);
      FailingDisk disk = new FailingDisk(acts, 10, true);
      try {
        log(file, disk).acknowledgeLoss(ANN);
      } catch (AuditException e) {
        assertThat(disk.hasFailed()).isTrue();
      }
      if (!disk.hasFailed()) {
        assertThat(acts).isGreaterThanOrEqualTo(5);
        return;
      }
      if (verify(file) instanceof AuditVerdict.Gapped) {
        continue; // only the flush was missing
      }
      assertThatThrownBy(() -> log(file).append(event(6))).isInstanceOf(AuditException.class);
      log(file).acknowledgeLoss(ANN);
      log(file).append(event(6));
      assertThat(verify(file))
          .as("crash after " + acts + " acts")
          .isInstanceOf(AuditVerdict.Gapped.class);
    }
  }

  @Test
  void fullDiskTakesTheRecordBackAndSaysSo() throws IOException, AuditException {
    for (int acts = 0; acts < 3; acts++) {
      clear();
      log(file).append(events(3));
      byte[] before = Files.readAllBytes(file);
      FailingDisk disk = new FailingDisk(acts, 17, false);
      assertThatThrownBy(() -> log(file, disk).append(event(4)))
          .isInstanceOf(AuditException.class)
          .hasMessageContaining(file + ": nothing was recorded: No space left on device");
      assertThat(file).hasBinaryContent(before);
      assertThat(verify(file)).isInstanceOf(AuditVerdict.Intact.class);
      log(file).append(event(4));
      assertThat(types(file)).hasSize(4);
    }
  }

  @Test
  void whatWasWrittenAheadIsNotTakenBackWhereTheDiskFails() throws AuditException {
    log(file).append(event(1));
    FailingDisk disk = new FailingDisk(1, 0, false);
    try (Unsynced written = log(file, disk).writeAhead(events(2))) {
      assertThat(types(file)).hasSize(3);
      assertThatThrownBy(written::sync)
          .isInstanceOf(AuditException.class)
          .hasMessageContaining("could not be brought to the disk: No space left");
    }
    log(file).append(event(4));
    assertThat(types(file)).hasSize(4);
    assertThat(verify(file)).isInstanceOf(AuditVerdict.Intact.class);
  }

  private boolean hasTorn() throws IOException {
    try (var left = Files.list(folder)) {
      return left.anyMatch(path -> path.toString().contains("torn-"));
    }
  }

  private void clear() throws IOException {
    try (var left = Files.list(folder)) {
      for (Path path : left.toList()) {
        Files.delete(path);
      }
    }
  }
}
