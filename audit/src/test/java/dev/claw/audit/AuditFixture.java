package dev.claw.audit;

import dev.claw.lock.HostKey;
import dev.claw.lock.KeyException;
import dev.claw.lock.KeyRing;
import dev.claw.lock.PublicKeys;
import dev.claw.model.Actor;
import dev.claw.model.AgentName;
import dev.claw.model.AuditEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Keys, events and logs for the tests. */
final class AuditFixture {
  static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  static final InstantSource CLOCK = InstantSource.fixed(NOON);
  static final Actor ANN = new Actor("cli", "ann(1000)");

  private AuditFixture() {}

  static HostKey key(int number) {
    byte[] der =
        HexFormat.of()
            .parseHex("302e020100300506032b657004220420%02x".formatted(number) + "00".repeat(31));
    String pem =
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getEncoder().encodeToString(der)
            + "\n-----END PRIVATE KEY-----\n";
    try {
      return HostKey.parse("test", pem.getBytes(StandardCharsets.US_ASCII));
    } catch (KeyException e) {
      throw new AssertionError(e);
    }
  }

  static KeyRing ring(int number) {
    return new KeyRing(key(number), new PublicKeys(key(number).publicKey(), List.of()));
  }

  static AuditLog log(Path file) {
    return log(file, Disk.REAL);
  }

  static AuditLog log(Path file, Disk disk) {
    return new AuditLog(file, () -> ring(1), CLOCK, 8, disk);
  }

  /** Durable, but the head lags. */
  static void unsealed(AuditLog log, List<AuditEvent> events) throws AuditException {
    try (Unsynced written = log.writeAhead(events)) {
      written.sync();
    }
  }

  static AuditEvent event(int number) {
    return AuditEvent.intent("agent.start", new AgentName("coder"), ANN, Map.of("number", number));
  }

  static List<AuditEvent> events(int count) {
    List<AuditEvent> events = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      events.add(event(i));
    }
    return events;
  }

  static AuditVerdict verify(Path file) throws AuditException {
    return new AuditVerifier(ring(1).known()).verify(file);
  }

  static Path head(Path file) {
    return file.resolveSibling("audit.head");
  }

  static List<String> types(Path file) throws AuditException {
    List<String> types = new ArrayList<>();
    AuditQuery.ALL.run(file, record -> types.add(record.event().type()));
    return types;
  }

  static void rewrite(Path file, List<String> lines) throws IOException {
    Files.writeString(file, lines.isEmpty() ? "" : String.join("\n", lines) + "\n");
  }
}
