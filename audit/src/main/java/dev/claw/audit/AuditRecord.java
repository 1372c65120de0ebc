package dev.claw.audit;

import dev.claw.lock.JsonException;
import dev.claw.model.AuditEvent;
import dev.claw.model.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * An event in its place in a chain.
 *
 * @param sequence from 1, without gaps but those that a record {@code audit.gap} admits
 * @param time as the clock stood, in whole milliseconds; a clock that was set back shows, so only
 *     the sequence tells the order
 * @param previous hash of the record before; {@link AuditLog#NO_RECORD} for the first
 * @param hash SHA-256 over the RFC 8785 form of the record without its hash
 */
public record AuditRecord(
    long sequence, Instant time, AuditEvent event, Digest previous, Digest hash) {

  /** The log's line that holds it: canonical JSON, without the line feed. */
  public String line() {
    try {
      byte[] line = AuditLine.write(sequence, time, event, previous).bytes();
      return new String(line, 0, line.length - 1, StandardCharsets.UTF_8);
    } catch (JsonException e) {
      throw new AssertionError("a record that was written once can be written again", e);
    }
  }
}
