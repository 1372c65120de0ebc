package dev.claw.audit;

import dev.claw.lock.JsonException;
import dev.claw.lock.KeyRing;
import dev.claw.lock.PrivateFile;
import dev.claw.lock.PublicKey;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says how far a chain reaches, and refuses where something is missing that its signed head knows.
 * Remembers what it has read and verified, so that an append after an append reads nothing again.
 * Everything is called with the lock file held.
 */
final class SoundChain {
  private final LogFiles files;
  private final Disk disk;
  private final boolean begun;
  // The head as it was last verified or signed here.
  private byte @Nullable [] trustedHead;
  // May be beyond the head.
  private @Nullable Chain reached;
  private @Nullable Standing standing;

  /**
   * @param begun whether it is a loss where neither the log nor its head is there
   */
  SoundChain(LogFiles files, Disk disk, boolean begun) {
    this.files = files;
    this.disk = disk;
    this.begun = begun;
  }

  /** Makes this the head. */
  void seal(Head head) throws IOException {
    disk.replace(files.head(), head.bytes());
    trustedHead = head.bytes();
  }

  /** From now on the chain reaches as far as this, which stands in the log. */
  void reached(KeyRing ring, Chain chain) throws IOException {
    reached = chain;
    standing = Standing.of(files, ring.signing().keyId(), chain).orElse(null);
  }

  /** The files are to be read again, since one of them is about to change. */
  void forget() {
    standing = null;
  }

  /** The log, made where there is none yet; its lines are looked at by {@link #find}. */
  FileChannel open(KeyRing ring) throws IOException, AuditException {
    Standing untouched = standing;
    if (untouched != null && untouched.stillHolds(files, ring.signing().keyId())) {
      return openThere();
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
      Head first = Head.sign(0, AuditLog.NO_RECORD, 0, ring.signing());
      seal(first);
    }
    return openFile(true);
  }

  /** The log as it is, made where there is none, whatever the head says. */
  FileChannel openUnread() throws IOException {
    return openFile(true);
  }

  private FileChannel openFile(boolean create) throws IOException {
    boolean exists = Files.exists(files.log(), LinkOption.NOFOLLOW_LINKS);
    if (exists) {
      PrivateFile.check(files.log());
    }
    return exists || !create
        ? openThere()
        : FileChannel.open(
            files.log(),
            Set.of(
                StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
            LogFiles.MODE_0600);
  }

  private FileChannel openThere() throws IOException {
    return FileChannel.open(
        files.log(), StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * The chain up to its last good record, where all that the head knows is there.
   *
   * @throws AuditException where it is not
   */
  Chain find(FileChannel channel, KeyRing ring) throws IOException, AuditException {
    Standing untouched = standing;
    if (untouched != null) {
      return untouched.chain();
    }
    Head head =
        head(ring)
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

  /** The head where this host has signed it. */
  Optional<Head> head(KeyRing ring) throws IOException {
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
}
