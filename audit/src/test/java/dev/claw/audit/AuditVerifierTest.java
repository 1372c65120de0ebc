package dev.claw.audit;

import static dev.claw.audit.AuditFixture.CLOCK;
import static dev.claw.audit.AuditFixture.events;
import static dev.claw.audit.AuditFixture.head;
import static dev.claw.audit.AuditFixture.log;
import static dev.claw.audit.AuditFixture.ring;
import static dev.claw.audit.AuditFixture.verify;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.lock.CanonicalJson;
import dev.claw.lock.StrictJson;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditVerifierTest {
  @TempDir Path folder;
  private Path file;
  private List<String> lines;

  @BeforeEach
  void write() throws AuditException, IOException {
    file = folder.resolve("audit.jsonl");
    log(file).append(events(12));
    lines = new ArrayList<>(Files.readAllLines(file));
  }

  @Test
  void nothingIsNoChain() throws AuditException, IOException {
    assertThat(verify(folder.resolve("other/audit.jsonl"))).isEqualTo(new AuditVerdict.Missing());
    Files.delete(folder.resolve("audit.head"));
    Files.writeString(file, "");
    assertThat(verify(file)).isEqualTo(new AuditVerdict.Missing());
  }

  @Test
  void editedLine() throws IOException, AuditException {
    lines.set(4, lines.get(4).replace("ann(1000)", "bob(1001)"));
    assertBroken(5, 5, "hash: expected the hash of the record, found another");
  }

  @Test
  void editedLineWithItsHashMadeAnew() throws Exception {
    AuditRecord old = AuditLine.read(lines.get(4).getBytes(StandardCharsets.UTF_8));
    var changed = AuditLine.write(5, old.time(), AuditFixture.event(99), old.previous()).bytes();
    lines.set(4, new String(changed, StandardCharsets.UTF_8).strip());
    assertBroken(6, 6, "expected the hash of the record before as previous, found another");
  }

  @Test
  void wholeChainMadeAnew() throws Exception {
    Path forged = folder.resolve("forged.jsonl");
    new AuditLog(forged, () -> ring(2), CLOCK, 8, Disk.REAL).append(events(12));
    lines = Files.readAllLines(forged);
    assertBroken(8, 8, "expected a seal by a key of this host, found one by");
  }

  @Test
  void chainMadeAnewWithoutCheckpoints() throws Exception {
    Path forged = folder.resolve("forged.jsonl");
    new AuditLog(forged, () -> ring(2), CLOCK, 100, Disk.REAL).append(events(13));
    lines = Files.readAllLines(forged);
    assertBroken(13, 13, "expected the record that the signed head knows, found another");
  }

  @Test
  void removedLine() throws IOException, AuditException {
    lines.remove(2);
    assertBroken(3, 3, "expected sequence 3, found 4");
  }

  @Test
  void duplicatedLine() throws IOException, AuditException {
    lines.add(3, lines.get(2));
    assertBroken(4, 4, "expected sequence 4, found 3");
  }

  @Test
  void swappedLines() throws IOException, AuditException {
    Collections.swap(lines, 2, 3);
    assertBroken(3, 3, "expected sequence 3, found 4");
  }

  @Test
  void insertedLine() throws IOException, AuditException {
    lines.add(5, "{}");
    assertBroken(6, 6, "hash: expected a text, found no such key");
  }

  @Test
  void emptyLine() throws IOException, AuditException {
    lines.add(5, "");
    assertBroken(6, 6, "1:1: expected a JSON value, found nothing");
  }

  @Test
  void otherFormOfTheSameRecord() throws IOException, AuditException {
    lines.set(1, lines.get(1).replace("\"details\":{", "\"details\": {"));
    assertBroken(2, 2, "1:1: expected canonical JSON (RFC 8785), found another form");
  }

  @Test
  void timeInAnotherForm() throws Exception {
    for (String time :
        List.of(
            "2026-11-21T12:00:00Z",
            "2026-11-21T12:00:00.000+00:00",
            "2026-02-30T12:00:00.000Z",
            "2026-11-21T24:00:00.000Z",
            "+12026-11-21T12:00:00.000Z",
            "yesterday")) {
      lines.set(0, rehashed(lines.get(0).replace("2026-11-21T12:00:00.000Z", time)));
      assertBroken(1, 1, "time: expected a time such as 2026-11-21T08:00:00.000Z");
      lines.set(0, rehashed(lines.get(0).replace(time, "2026-11-21T12:00:00.000Z")));
    }
  }

  @Test
  void lastLinesRemoved() throws IOException, AuditException {
    AuditFixture.rewrite(file, lines.subList(0, 9));
    assertThat(verify(file)).isEqualTo(new AuditVerdict.Cut(9, 13));
  }

  @Test
  void fakedGap() throws Exception {
    AuditRecord second = AuditLine.read(lines.get(1).getBytes(StandardCharsets.UTF_8));
    Batch batch =
        new Batch(
            new Chain(6, AuditLine.read(lines.get(5).getBytes(StandardCharsets.UTF_8)).hash(), 0),
            second.time(),
            AuditFixture.key(2),
            8);
    batch.addGap(AuditFixture.ANN, 3);
    List<String> cut = new ArrayList<>(lines.subList(0, 2));
    cut.add(new String(batch.bytes(), StandardCharsets.UTF_8).strip());
    lines = cut;
    assertBroken(3, 3, "expected a seal by a key of this host");
  }

  @Test
  void exportedLogIsVouchedForUpToItsLastCheckpoint() throws IOException, AuditException {
    Path exported = Files.createDirectory(folder.resolve("x")).resolve("audit.jsonl");
    Files.copy(file, exported);
    Files.setPosixFilePermissions(exported, PosixFilePermissions.fromString("rw-------"));
    assertThat(verify(exported)).isEqualTo(new AuditVerdict.NoHead(13, 1, 7));
    assertThat(exported.resolveSibling("audit.lock")).doesNotExist();
  }

  @Test
  void everyChangedByteOfTheHeadIsNoticed() throws IOException, AuditException {
    byte[] good = Files.readAllBytes(head(file));
    for (int i = 0; i < good.length; i++) {
      byte[] changed = good.clone();
      changed[i] ^= 1;
      Files.write(head(file), changed);
      assertThat(verify(file)).as("byte " + i).isNotInstanceOf(AuditVerdict.Intact.class);
    }
    Files.write(head(file), Arrays.copyOf(good, good.length - 1));
    assertThat(verify(file)).isInstanceOf(AuditVerdict.BadHead.class);
  }

  /** A line of 100 MB: never held in memory, and no trouble for those who only read. */
  @Test
  void hugeLine() throws IOException, AuditException {
    try (OutputStream out =
        new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.APPEND), 1 << 20)) {
      byte[] mebibyte = new byte[1 << 20];
      Arrays.fill(mebibyte, (byte) 'x');
      for (int i = 0; i < 100; i++) {
        out.write(mebibyte);
      }
      out.write('\n');
    }
    assertThat(verify(file))
        .isInstanceOfSatisfying(
            AuditVerdict.Broken.class,
            broken -> assertThat(broken.why()).startsWith("expected at most 1048576 bytes"));
    List<AuditRecord> records = new ArrayList<>();
    assertThat(AuditQuery.ALL.run(file, records::add)).isEqualTo(1);
    assertThat(records).hasSize(13);
  }

  private static String rehashed(String line) throws Exception {
    var node = (ObjectNode) StrictJson.parse(line.getBytes(StandardCharsets.UTF_8), 1 << 20);
    node.remove("hash");
    node.put("hash", CanonicalJson.digest(node).value());
    return CanonicalJson.text(node);
  }

  private void assertBroken(long line, long sequence, String why)
      throws IOException, AuditException {
    AuditFixture.rewrite(file, lines);
    assertThat(verify(file))
        .isInstanceOfSatisfying(
            AuditVerdict.Broken.class,
            broken -> {
              assertThat(broken.why()).startsWith(why);
              assertThat(broken.line()).isEqualTo(line);
              assertThat(broken.sequence()).isEqualTo(sequence);
            });
  }
}
