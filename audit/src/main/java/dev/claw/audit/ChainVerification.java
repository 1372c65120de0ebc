package dev.claw.audit;

import dev.claw.lock.JsonException;
import dev.claw.lock.PublicKey;
import dev.claw.lock.PublicKeys;
import dev.claw.model.Digest;
import dev.claw.model.InvalidValueException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One walk along a chain. */
final class ChainVerification {
  private static final int MOST_GAPS = 1000;

  private final PublicKeys keys;
  private final Optional<Head> head;
  private final List<AuditVerdict.Gap> gaps = new ArrayList<>();
  private long line;
  private long records;
  private long checkpoints;
  private long sealed;
  private long sequence;
  private Digest hash = AuditLog.NO_RECORD;
  private boolean headMet;

  ChainVerification(PublicKeys keys, Optional<Head> head) {
    this.keys = keys;
    this.head = head;
    this.headMet = head.isEmpty() || head.get().sequence() == 0;
  }

  AuditVerdict run(BoundedLines lines) throws IOException {
    for (byte[] bytes = lines.next(); bytes != null; bytes = lines.next()) {
      line++;
      long before = sequence;
      try {
        if (lines.tooLong()) {
          throw bad("expected at most " + AuditLine.LONGEST + " bytes, found more");
        }
        if (!lines.complete()) {
          throw bad("expected a line feed at the end, found none");
        }
        accept(AuditLine.read(bytes), lines.offset());
      } catch (JsonException e) {
        // After all that the head knows, a bad line is what a crash leaves, if it is the last.
        boolean torn = head.isPresent() && headMet && !lines.complete();
        return torn
            ? new AuditVerdict.Torn(line, before, e.getMessage())
            : new AuditVerdict.Broken(line, before + 1, e.getMessage());
      }
    }
    return atEnd();
  }

  private AuditVerdict atEnd() {
    if (head.isEmpty()) {
      return records == 0
          ? new AuditVerdict.Missing()
          : new AuditVerdict.NoHead(records, checkpoints, sealed);
    }
    if (!headMet && head.isPresent()) {
      return new AuditVerdict.Cut(sequence, head.get().sequence());
    }
    return gaps.isEmpty()
        ? new AuditVerdict.Intact(records, checkpoints, hash)
        : new AuditVerdict.Gapped(records, checkpoints, hash, gaps);
  }

  private void accept(AuditRecord record, long end) throws JsonException {
    boolean gap = record.event().type().equals(AuditLog.GAP);
    if (gap) {
      acceptGap(record);
    } else if (record.sequence() != sequence + 1) {
      throw bad("expected sequence " + (sequence + 1) + ", found " + record.sequence());
    } else if (!record.previous().equals(hash)) {
      throw bad("expected the hash of the record before as previous, found another");
    }
    if (gap || record.event().type().equals(AuditLog.CHECKPOINT)) {
      checkSeal(record);
      checkpoints += gap ? 0 : 1;
      sealed = record.sequence() - 1;
    }
    records++;
    sequence = record.sequence();
    hash = record.hash();
    if (head.isPresent() && head.get().sequence() == sequence) {
      meetHead(head.get(), record, end);
    }
  }

  private void meetHead(Head found, AuditRecord record, long end) throws JsonException {
    if (!found.hash().equals(hash) || found.length() != end) {
      throw bad("expected the record that the signed head knows, found another");
    }
    if (keys.findAt(found.seal().keyId(), record.time()).isEmpty()) {
      throw bad("expected a head signed by a key in force, found one signed by a retired key");
    }
    headMet = true;
  }

  private void acceptGap(AuditRecord record) throws JsonException {
    Map<String, Object> details = record.event().details();
    boolean fits =
        record.sequence() > sequence
            && details.get("missingFrom") instanceof Long from
            && from == sequence + 1
            && details.get("missingTo") instanceof Long to
            && to == record.sequence() - 1;
    if (!fits || (record.sequence() == sequence + 1 && !record.previous().equals(hash))) {
      throw bad("expected a gap after record " + sequence + ", found another");
    }
    if (gaps.size() < MOST_GAPS) {
      gaps.add(
          new AuditVerdict.Gap(
              line,
              sequence + 1,
              record.sequence() - 1,
              record.time(),
              record.event().actor().toString()));
    }
  }

  private void checkSeal(AuditRecord record) throws JsonException {
    Map<String, Object> details = record.event().details();
    Digest keyId = digest(details.get("keyid"));
    if (!(details.get("sequence") instanceof Long place)
        || place != record.sequence() - 1
        || !record.previous().equals(digest(details.get("hash")))
        || !(details.get("sig") instanceof String sig)
        || keyId == null) {
      throw bad("expected a seal over the record before, found another");
    }
    Optional<PublicKey> key = keys.findAt(keyId, record.time());
    if (key.isEmpty()) {
      throw bad(
          keys.findRetired(keyId).isPresent()
              ? "expected a seal by a key in force, found one by a key retired before"
              : "expected a seal by a key of this host, found one by " + keyId.abbreviated());
    }
    if (!new Seal(keyId, sig)
        .verifies(Seal.CHECKPOINT, Seal.place(place, record.previous()), key.get())) {
      throw bad("the seal does not fit the record before: one of them was changed");
    }
  }

  private static @Nullable Digest digest(@Nullable Object value) {
    try {
      return value instanceof String text ? Digest.parse(text) : null;
    } catch (InvalidValueException e) {
      return null;
    }
  }

  private static JsonException bad(String why) {
    return new JsonException("", why);
  }
}
