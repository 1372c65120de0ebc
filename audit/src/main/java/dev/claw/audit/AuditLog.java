package dev.claw.audit;

import dev.claw.lock.HeldFile;
import dev.claw.lock.JsonException;
import dev.claw.lock.KeyException;
import dev.claw.lock.KeyRing;
import dev.claw.lock.KeySource;
import dev.claw.lock.PrivateFile;
import dev.claw.lock.PublicKey;
import dev.claw.model.Actor;
import dev.claw.model.AuditEvent;
import dev.claw.model.Digest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
  private final boolean begun;
  // The head as this object has last verified or signed it. Guarded by the lock file.
  private byte @Nullable [] trustedHead;
  // How far this object has last brought the chain, which may be beyond the head. Guarded likewise.
  private @Nullable Chain reached;
  // Guarded likewise.
  private @Nullable Standing standing;

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
    this.begun = begun;
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
          try (FileChannel channel = openLog(ring)) {
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
          FileChannel channel = openLog(ring);
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
          try (FileChannel channel = openLog(ring)) {
            Chain chain = soundChain(channel, ring);
            Head head = Head.sign(chain.sequence(), chain.hash(), chain.end(), ring.signing());
            disk.force(channel);
            disk.replace(files.head(), head.bytes());
            trustedHead = head.bytes();
            stands(ring, chain);
            return head;
          }
        });
  }

  private List<AuditRecord> add(
      FileChannel channel, KeyRing ring, List<AuditEvent> events, boolean sealed)
      throws IOException, AuditException, JsonException {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    Chain chain = soundChain(channel, ring);
    Batch batch = new Batch(chain, now, ring.signing(), checkpointInterval);
    boolean torn = channel.size() > chain.end();
    if (torn) {
      batch.add(setAside(channel, chain, now));
    }
    List<AuditRecord> records = batch.addAll(events);
    standing = null;
    write(channel, chain.end(), torn, batch, sealed);
    reached = batch.reached();
    stands(ring, batch.reached());
    return records;
  }

  private void stands(KeyRing ring, Chain chain) throws IOException {
    standing = Standing.of(files, ring.signing().keyId(), chain).orElse(null);
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
          try (FileChannel channel = openFile(true)) {
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
    Optional<Head> head = trustedHead(ring);
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
    disk.replace(files.head(), batch.head().bytes());
    disk.write(channel, batch.bytes(), end);
    disk.force(channel);
    trustedHead = batch.head().bytes();
    return gap;
  }

  private boolean isSound(FileChannel channel, KeyRing ring) throws IOException {
    standing = null;
    try {
      soundChain(channel, ring);
      return true;
    } catch (AuditException e) {
      return false;
    }
  }

  private FileChannel openLog(KeyRing ring) throws IOException, AuditException {
    Standing untouched = standing;
    if (untouched != null && untouched.stillHolds(files, ring.signing().keyId())) {
      return open();
    }
    standing = null;
    if (Files.exists(files.log(), LinkOption.NOFOLLOW_LINKS)) {
      return openFile(false);
    }
    // The head first, so that a log without one is always a loss.
    if (files.readHead().isEmpty()) {
      if (begun) {
        throw lost("expected the chain that began here, found neither records nor a head");
      }
      Head first = Head.sign(0, NO_RECORD, 0, ring.signing());
      disk.replace(files.head(), first.bytes());
      trustedHead = first.bytes();
    }
    return openFile(true);
  }

  private FileChannel openFile(boolean create) throws IOException {
    boolean exists = Files.exists(files.log(), LinkOption.NOFOLLOW_LINKS);
    if (exists) {
      PrivateFile.check(files.log());
    }
    return exists || !create
        ? open()
        : FileChannel.open(
            files.log(),
            Set.of(
                StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
            LogFiles.MODE_0600);
  }

  private FileChannel open() throws IOException {
    return FileChannel.open(
        files.log(), StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
  }

  /** The chain up to its last good record, where all that the head knows is there. */
  private Chain soundChain(FileChannel channel, KeyRing ring) throws IOException, AuditException {
    Standing untouched = standing;
    if (untouched != null) {
      return untouched.chain();
    }
    Head head =
        trustedHead(ring)
            .orElseThrow(
                () ->
                    lost(
                        "expected a head signed by this host in "
                            + files.head().getFileName()
                            + ", found none"));
    if (channel.size() < head.length()) {
      long found =
          Chain.recordBefore(channel, Chain.lastLineEnd(channel))
              .map(AuditRecord::sequence)
              .orElse(0L);
      throw lost(
          "expected records up to "
              + head.sequence()
              + ", which the signed head knows, found "
              + found
              + ": records "
              + (found + 1)
              + " to "
              + head.sequence()
              + " are missing");
    }
    if (head.sequence() == 0) {
      return Chain.further(Chain.EMPTY, reached, channel).extended(channel);
    }
    Optional<AuditRecord> last = Chain.recordBefore(channel, head.length());
    if (last.isEmpty()
        || !last.get().hash().equals(head.hash())
        || last.get().sequence() != head.sequence()) {
      throw lost(
          "expected record "
              + head.sequence()
              + " as the signed head knows it, found another; 'claw audit verify' says where");
    }
    if (ring.known().findAt(head.seal().keyId(), last.get().time()).isEmpty()) {
      throw lost("expected a head signed by a key in force, found one signed by a retired key");
    }
    return Chain.further(new Chain(head.sequence(), head.hash(), head.length()), reached, channel)
        .extended(channel);
  }

  private AuditException lost(String why) {
    return new AuditException(
        files.log()
            + ": "
            + why
            + "; nothing is recorded, and so nothing done, until 'claw audit repair' has"
            + " acknowledged the loss");
  }

  private Optional<Head> trustedHead(KeyRing ring) throws IOException {
    Optional<byte[]> bytes = files.readHead();
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    try {
      Head head = Head.read(bytes.get());
      if (!Arrays.equals(bytes.get(), trustedHead)) {
        Optional<PublicKey> key = ring.known().find(head.seal().keyId());
        if (key.isEmpty() || !head.verifies(key.get())) {
          return Optional.empty();
        }
        trustedHead = bytes.get();
      }
      return Optional.of(head);
    } catch (JsonException e) {
      return Optional.empty();
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
        disk.replace(files.head(), batch.head().bytes());
        trustedHead = batch.head().bytes();
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
