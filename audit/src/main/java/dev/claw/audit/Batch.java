package dev.claw.audit;

import dev.claw.lock.HostKey;
import dev.claw.lock.JsonException;
import dev.claw.model.Actor;
import dev.claw.model.AuditEvent;
import dev.claw.model.Digest;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Records that follow a chain, being gathered for one write; checkpoints come in by themselves. */
final class Batch {
  private final Instant time;
  private final HostKey key;
  private final int checkpointInterval;
  private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
  private Chain chain;
  private @Nullable Head head;

  Batch(Chain chain, Instant time, HostKey key, int checkpointInterval) {
    this.chain = chain;
    this.time = time;
    this.key = key;
    this.checkpointInterval = checkpointInterval;
  }

  List<AuditRecord> addAll(List<AuditEvent> events) throws JsonException {
    List<AuditRecord> records = new ArrayList<>();
    for (AuditEvent event : events) {
      records.add(add(event));
    }
    return records;
  }

  AuditRecord add(AuditEvent event) throws JsonException {
    checkpointIfDue();
    AuditRecord record = put(event);
    checkpointIfDue();
    return record;
  }

  /** A record that goes on after a loss; it is sealed like a checkpoint. */
  AuditRecord addGap(Actor actor, long firstMissing) throws JsonException {
    return put(
        new AuditEvent(
            AuditLog.GAP,
            null,
            actor,
            AuditEvent.Phase.OUTCOME,
            AuditEvent.Result.DONE,
            sealed(Map.of("missingFrom", firstMissing, "missingTo", chain.sequence()))));
  }

  byte[] bytes() {
    return lines.toByteArray();
  }

  /** The chain with all records of this batch. */
  Chain reached() {
    return chain;
  }

  /** The head after all records of this batch. */
  Head head() {
    Head signed = head;
    if (signed == null || signed.sequence() != chain.sequence()) {
      signed = Head.sign(chain.sequence(), chain.hash(), chain.end(), key);
      head = signed;
    }
    return signed;
  }

  private void checkpointIfDue() throws JsonException {
    if ((chain.sequence() + 1) % checkpointInterval == 0) {
      put(
          new AuditEvent(
              AuditLog.CHECKPOINT,
              null,
              AuditLog.CLAW,
              AuditEvent.Phase.OUTCOME,
              AuditEvent.Result.DONE,
              sealed(Map.of())));
    }
  }

  private Map<String, Object> sealed(Map<String, Object> details) {
    long sequence = chain.sequence();
    Digest hash = chain.hash();
    Seal seal = Seal.sign(Seal.CHECKPOINT, Seal.place(sequence, hash), key);
    Map<String, Object> all = new TreeMap<>(details);
    all.put("sequence", sequence);
    all.put("hash", hash.value());
    all.put("keyid", seal.keyId().value());
    all.put("sig", seal.sig());
    return all;
  }

  private AuditRecord put(AuditEvent event) throws JsonException {
    AuditLine.Written written = AuditLine.write(chain.sequence() + 1, time, event, chain.hash());
    lines.writeBytes(written.bytes());
    chain =
        new Chain(
            written.record().sequence(),
            written.record().hash(),
            chain.end() + written.bytes().length);
    return written.record();
  }
}
