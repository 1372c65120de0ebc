package dev.claw.audit;

import static dev.claw.audit.AuditFixture.events;
import static dev.claw.audit.AuditFixture.log;
import static dev.claw.audit.AuditFixture.verify;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.claw.lock.JsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever one byte of a log is changed to, or wherever one is put in or left out, it shows. */
class AnyByteTest {
  private static Path folder = Path.of("");
  private static byte[] good = {};

  @BeforeContainer
  static void write() throws IOException, AuditException {
    folder = Files.createTempDirectory("audit");
    log(folder.resolve("audit.jsonl")).append(events(30));
    good = Files.readAllBytes(folder.resolve("audit.jsonl"));
  }

  @AfterContainer
  static void clear() throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  @Property(tries = 800)
  void changed(@ForAll @IntRange(max = 1 << 20) int at, @ForAll byte value)
      throws IOException, AuditException {
    byte[] changed = good.clone();
    int place = at % good.length;
    changed[place] = value == good[place] ? (byte) (value + 1) : value;
    assertNoticed(changed);
  }

  @Property(tries = 150)
  void leftOut(@ForAll @IntRange(max = 1 << 20) int at) throws IOException, AuditException {
    int place = at % good.length;
    byte[] changed = new byte[good.length - 1];
    System.arraycopy(good, 0, changed, 0, place);
    System.arraycopy(good, place + 1, changed, place, changed.length - place);
    assertNoticed(changed);
  }

  @Property(tries = 150)
  void putIn(@ForAll @IntRange(max = 1 << 20) int at, @ForAll byte value)
      throws IOException, AuditException {
    int place = at % good.length;
    byte[] changed = new byte[good.length + 1];
    System.arraycopy(good, 0, changed, 0, place);
    changed[place] = value;
    System.arraycopy(good, place, changed, place + 1, good.length - place);
    assertNoticed(changed);
  }

  @FuzzTest
  void lineIsReadOrRefused(byte[] bytes) {
    try {
      AuditRecord record = AuditLine.read(bytes);
      assertThat(
              AuditLine.write(record.sequence(), record.time(), record.event(), record.previous())
                  .bytes())
          .startsWith(bytes);
    } catch (JsonException e) {
      assertThat(e.why()).isNotEmpty();
    }
    try {
      assertThat(Head.read(bytes).bytes()).isEqualTo(bytes);
    } catch (JsonException e) {
      assertThat(e.why()).isNotEmpty();
    }
  }

  private static void assertNoticed(byte[] changed) throws IOException, AuditException {
    Files.write(folder.resolve("audit.jsonl"), changed);
    assertThat(verify(folder.resolve("audit.jsonl")))
        .isNotInstanceOfAny(AuditVerdict.Intact.class, AuditVerdict.Gapped.class);
  }
}
