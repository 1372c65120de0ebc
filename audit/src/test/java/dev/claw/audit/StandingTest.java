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
    Files.write(file, other);
    Files.setLastModifiedTime(file, time);
    assertThatThrownBy(() -> log.append(event(4))).hasMessageContaining("found another");
    Files.write(file, good);
    log.append(event(4));

    byte[] head = Files.readAllBytes(head(file));
    FileTime sealed = Files.getLastModifiedTime(head(file));
    byte[] forged =
        new String(head, StandardCharsets.UTF_8)
            .replace("\"sequence\":4", "\"sequence\":3")
            .getBytes(StandardCharsets.UTF_8);
    Files.write(head(file), forged);
    Files.setLastModifiedTime(head(file), sealed);
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
}
