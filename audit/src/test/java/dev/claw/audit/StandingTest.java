package dev.claw.audit;

import static dev.claw.audit.AuditFixture.event;
import static dev.claw.audit.AuditFixture.events;
import static dev.claw.audit.AuditFixture.head;
import static dev.claw.audit.AuditFixture.log;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One log that appends again and again reads nothing again, unless somebody was at its files. */
class StandingTest {
  @TempDir Path folder;

  @Test
  void whatWasDoneToTheFilesBetweenTwoAppendsIsSeen() throws IOException, AuditException {
    Path file = folder.resolve("audit.jsonl");
    AuditLog log = log(file);
    log.append(events(3));
    byte[] good = Files.readAllBytes(file);
    FileTime time = Files.getLastModifiedTime(file);

    // A byte of the last record, and the time as it was.
    byte[] other = good.clone();
    other[other.length - 3] ^= 1;
    tamper(file, other, time);
    assertThatThrownBy(() -> log.append(event(4))).hasMessageContaining("found another");
    Files.write(file, good);
    log.append(event(4));

    byte[] head = Files.readAllBytes(head(file));
    FileTime sealed = Files.getLastModifiedTime(head(file));
    byte[] forged =
        new String(head, StandardCharsets.UTF_8)
            .replace("\"sequence\":4", "\"sequence\":3")
            .getBytes(StandardCharsets.UTF_8);
    tamper(head(file), forged, sealed);
    assertThatThrownBy(() -> log.append(event(5))).hasMessageContaining("expected a head signed");
    Files.write(head(file), head);
    log.append(event(5));

    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> log.append(event(6))).hasMessageContaining("chmod 600");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    log.append(event(6));

    Files.delete(file);
    assertThatThrownBy(() -> log.append(event(7))).isInstanceOf(AuditException.class);
  }

  /** Until the kernel's clock has gone on, whose step is some milliseconds before Linux 6.13. */
  private static void tamper(Path file, byte[] bytes, FileTime time) throws IOException {
    Object before = Files.getAttribute(file, "unix:ctime");
    do {
      Files.write(file, bytes);
      Files.setLastModifiedTime(file, time);
    } while (Files.getAttribute(file, "unix:ctime").equals(before));
  }
}
