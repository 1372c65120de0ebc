package dev.claw.audit;

import dev.claw.lock.HeldFile;
import dev.claw.lock.JsonException;
import dev.claw.lock.KeyException;
import dev.claw.lock.KeyRing;
import dev.claw.lock.KeySource;
import dev.claw.model.Actor;
import dev.claw.model.AuditEvent;
import dev.claw.model.Digest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One chain of records, to be appended to by any number of threads and processes at once.
 *
 * <p>Beside {@code audit.jsonl} stand {@code audit.head}, which is signed and says how far the
 * chain reaches, and {@code audit.lock}, which is held during an append. A line is on the disk
 * before the head says so; a head that lags after a crash is brought up to date. What a crash has
 * left of a line is moved to {@code audit.torn-SEQUENCE-TIME}, and a record {@code audit.repaired}
 * says so. If records are missing that the head knows, nothing is appended until somebody
 * acknowledges the loss, which the chain then shows forever.
 */
public final class AuditLog {
  /** Stands for the record before the first. */
  public static final Digest NO_RECORD = new Digest("sha256:" + "0".repeat(64));

  /** Every record whose sequence is a multiple of this is a checkpoint. */
  public static final int CHECKPOINT_INTERVAL = 64;

  static final String CHECKPOINT = "audit.checkpoint";
  static final String REPAIRED = "audit.repaired";
  static final String GAP = "audit.gap";
  static final Actor CLAW = new Actor("claw", "audit");

  private final LogFiles files;
  private final KeySource keys;
  private final InstantSource clock;
  private final int checkpointInterval;
  private final Disk disk;
  // Guarded by the lock file.
  private final SoundChain sound;

  AuditLog(Path log, KeySource keys, InstantSource clock, int checkpointInterval, Disk disk) {
    this(log, keys, clock, checkpointInterval, disk, false);
  }

  private AuditLog(
      Path log,
      KeySource keys,
      InstantSource clock,
      int checkpointInterval,
      Disk disk,
      boolean begun) {
    this.files = LogFiles.of(log);
    this.keys = keys;
    this.clock = clock;
    this.checkpointInterval = checkpointInterval;
    this.disk = disk;
    this.sound = new SoundChain(files, disk, begun);
  }

  /**
   * The chain in a file, which need not exist yet; its folder does. Nothing is read before the
   * first append.
   */
  public static AuditLog open(Path log, KeySource keys, InstantSource clock) {
    return new AuditLog(log, keys, clock, CHECKPOINT_INTERVAL, Disk.REAL);
  }

  /**
   * The chain in a file, which has begun before. Where neither the file nor its head is there they
   * were taken away, and that is a loss like any.
   */
  public static AuditLog openBegun(Path log, KeySource keys, InstantSource clock) {
    return new AuditLog(log, keys, clock, CHECKPOINT_INTERVAL, Disk.REAL, true);
  }

  /**
   * Records an event, durably.
   *
   * @throws AuditException if it is not on record; then what it announces must not be done
   */
  public AuditRecord append(AuditEvent event) throws AuditException {
    return append(List.of(event)).getFirst();
  }

  /** Records events with one write; all of them or none. See {@link #append(AuditEvent)}. */
  public List<AuditRecord> append(List<AuditEvent> events) throws AuditException {
    return held(
        () -> {
          KeyRing ring = keys.ring();
          try (FileChannel channel = sound.open(ring)) {
            return add(channel, ring, events, true);
          }
        });
  }

  /**
   * Writes events, all of them or none, and leaves it to the caller to bring them to the disk. The
   * head lags until {@link #seal} or the next {@link #append}; as long as it lags, it does not show
   * that these records were cut off.
   *
   * @throws AuditException if they are not on record; then what they announce must not be done
   */
  public Unsynced writeAhead(List<AuditEvent> events) throws AuditException {
    return held(
        () -> {
          KeyRing ring = keys.ring();
          FileChannel channel = sound.open(ring);
          try {
            var _ = add(channel, ring, events, false);
            return new Unsynced(files.log(), channel, disk);
          } catch (IOException | AuditException | JsonException | RuntimeException e) {
            channel.close();
            throw e;
          }
        });
  }

  /**
   * Brings all records to the disk, and the head up to the last.
   *
   * @throws AuditException if it can't; the records are there all the same
   */
  public void seal() throws AuditException {
    held(
        () -> {
          KeyRing ring = keys.ring();
          try (FileChannel channel = sound.open(ring)) {
            Chain chain = sound.find(channel, ring);
            Head head = Head.sign(chain.sequence(), chain.hash(), chain.end(), ring.signing());
            disk.force(channel);
            sound.seal(head);
            sound.reached(ring, chain);
            return head;
          }
        });
  }

  private List<AuditRecord> add(
      FileChannel channel, KeyRing ring, List<AuditEvent> events, boolean sealed)
      throws IOException, AuditException, JsonException {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    Chain chain = sound.find(channel, ring);
    Batch batch = new Batch(chain, now, ring.signing(), checkpointInterval);
    boolean torn = channel.size() > chain.end();
    if (torn) {
      batch.add(setAside(channel, chain, now));
    }
    List<AuditRecord> records = batch.addAll(events);
    sound.forget();
    write(channel, chain.end(), torn, batch, sealed);
    sound.reached(ring, batch.reached());
    return records;
  }

  /**
   * Goes on after a loss: appends a record {@code audit.gap} that names what is missing. From then
   * on events can be recorded again, and every verification shows the gap.
   *
   * @throws AuditException also where nothing is missing
   */
  public AuditRecord acknowledgeLoss(Actor actor) throws AuditException {
    return held(
        () -> {
          Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
          KeyRing ring = keys.ring();
          try (FileChannel channel = sound.openUnread()) {
            return writeGap(channel, ring, now, actor);
          }
        });
  }

  private AuditRecord writeGap(FileChannel channel, KeyRing ring, Instant now, Actor actor)
      throws IOException, AuditException, JsonException {
    if (isSound(channel, ring)) {
      throw new AuditException(files.log() + ": expected a loss to acknowledge, found none");
    }
    long end = Chain.lastLineEnd(channel);
    Optional<AuditRecord> last = Chain.recordBefore(channel, end);
    if (last.isEmpty() && end > 0) {
      throw new AuditException(
          files.log()
              + ": expected a record in the last line, found none; move the file and "
              + files.head()
              + " away, and keep them");
    }
    long present = last.map(AuditRecord::sequence).orElse(0L);
    Digest hash = last.map(AuditRecord::hash).orElse(NO_RECORD);
    Optional<Head> head = sound.head(ring);
    boolean ahead = head.isPresent() && head.get().sequence() >= present;
    Chain from =
        ahead
            ? new Chain(head.get().sequence(), head.get().hash(), end)
            : new Chain(present, hash, end);
    if (channel.size() > end) {
      disk.copyTail(channel, end, files.freeTorn(present, now));
      disk.truncate(channel, end);
    }
    Batch batch = new Batch(from, now, ring.signing(), checkpointInterval);
    AuditRecord gap = batch.addGap(actor, present + 1);
    // The head first: after a crash here it is ahead by this record, which is a loss like any.
    sound.seal(batch.head());
    disk.write(channel, batch.bytes(), end);
    disk.force(channel);
    return gap;
  }

  private boolean isSound(FileChannel channel, KeyRing ring) throws IOException {
    sound.forget();
    try {
      sound.find(channel, ring);
      return true;
    } catch (AuditException e) {
      return false;
    }
  }

  private AuditEvent setAside(FileChannel channel, Chain chain, Instant now) throws IOException {
    Path torn = files.freeTorn(chain.sequence(), now);
    long bytes = channel.size() - chain.end();
    disk.copyTail(channel, chain.end(), torn);
    return new AuditEvent(
        REPAIRED,
        null,
        CLAW,
        AuditEvent.Phase.OUTCOME,
        AuditEvent.Result.DONE,
        Map.of("file", String.valueOf(torn.getFileName()), "bytes", bytes));
  }

  private void write(FileChannel channel, long end, boolean torn, Batch batch, boolean sealed)
      throws IOException {
    byte[] bytes = batch.bytes();
    try {
      // Over the torn rest and not after a truncation: the rest is gone only once the record that
      // says so is there.
      disk.write(channel, bytes, end);
      if (torn) {
        disk.truncate(channel, end + bytes.length);
      }
      if (sealed) {
        disk.force(channel);
        sound.seal(batch.head());
      }
    } catch (IOException e) {
      if (!torn) {
        takeBack(channel, end, e);
      }
      throw e;
    }
  }

  // If this fails too, the next append sees a torn line or a head that lags, and knows both.
  private void takeBack(FileChannel channel, long end, IOException cause) {
    try {
      disk.truncate(channel, end);
      disk.force(channel);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  @FunctionalInterface
  private interface Act<T> {
    T run() throws IOException, AuditException, JsonException, KeyException;
  }

  private <T> T held(Act<T> act) throws AuditException {
    try (HeldFile _ = HeldFile.open(files.lock())) {
      return act.run();
    } catch (IOException | JsonException | KeyException e) {
      throw new AuditException(files.log() + ": nothing was recorded: " + reason(e), e);
    }
  }

  // All that the JDK says of some failures is the path.
  private static String reason(Exception e) {
    return e instanceof AccessDeniedException denied
        ? denied.getFile() + ": permission denied; run 'chmod 600' on it"
        : String.valueOf(e.getMessage());
  }
}
