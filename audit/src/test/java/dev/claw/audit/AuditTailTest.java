package dev.claw.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditTailTest {
  @TempDir Path folder;

  private static List<Long> read(AuditTail tail) throws AuditException {
    List<Long> sequences = new ArrayList<>();
    tail.read(record -> sequences.add(record.sequence()));
    return sequences;
  }

  @Test
  void givesEachRecordOnceAsTheLogGrows() throws Exception {
    Path log = folder.resolve("audit.jsonl");
    AuditTail tail = new AuditTail(log);
    assertThat(read(tail)).isEmpty();
    AuditFixture.log(log).append(AuditFixture.events(2));
    assertThat(read(tail)).containsExactly(1L, 2L);
    assertThat(read(tail)).isEmpty();
    AuditFixture.log(log).append(AuditFixture.events(1));
    assertThat(read(tail)).containsExactly(3L);
  }

  @Test
  void waitsForTheEndOfALineAndSkipsWhatIsNoRecord() throws Exception {
    Path log = folder.resolve("audit.jsonl");
    AuditFixture.log(log).append(AuditFixture.events(2));
    byte[] whole = Files.readAllBytes(log);
    Files.write(log, java.util.Arrays.copyOf(whole, whole.length - 5));
    AuditTail tail = new AuditTail(log);
    assertThat(read(tail)).containsExactly(1L);
    assertThat(read(tail)).isEmpty();
    Files.write(log, whole);
    assertThat(read(tail)).containsExactly(2L);
    Files.writeString(log, "junk\n", StandardOpenOption.APPEND);
    assertThat(read(tail)).isEmpty();
  }

  @Test
  void goesOnWhereAnotherFileTookItsPlace() throws Exception {
    Path log = folder.resolve("audit.jsonl");
    AuditFixture.log(log).append(AuditFixture.events(2));
    AuditTail tail = new AuditTail(log);
    assertThat(read(tail)).hasSize(2);
    Path away = folder.resolve("away");
    Files.move(log, away);
    assertThat(read(tail)).isEmpty();
    Files.copy(away, log);
    Files.setPosixFilePermissions(log, PosixFilePermissions.fromString("rw-------"));
    assertThat(read(tail)).isEmpty();
    AuditFixture.log(log).append(AuditFixture.events(1));
    assertThat(read(tail)).containsExactly(3L);
  }

  @Test
  void refusesAFileThatOthersMayRead() throws Exception {
    Path log = folder.resolve("audit.jsonl");
    AuditFixture.log(log).append(AuditFixture.events(1));
    Files.setPosixFilePermissions(log, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThatThrownBy(() -> read(new AuditTail(log)))
        .isInstanceOf(AuditException.class)
        .hasMessageContaining("chmod 600");
  }
}
