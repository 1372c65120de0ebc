package dev.claw.audit;

import dev.claw.lock.HeldFile;
import dev.claw.lock.JsonException;
import dev.claw.lock.PrivateFile;
import dev.claw.lock.PublicKey;
import dev.claw.lock.PublicKeys;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Verifies a log from its first line to its head, in bounded memory. It may run while others
 * append: what they add after it began does not count.
 */
public final class AuditVerifier {
  private final PublicKeys keys;

  /**
   * @param keys of which a retired one is good for records up to its retirement
   */
  public AuditVerifier(PublicKeys keys) {
    this.keys = keys;
  }

  /**
   * Verifies the log in a file with the head beside it, if there is one.
   *
   * @throws AuditException if the files can't be read
   */
  public AuditVerdict verify(Path log) throws AuditException {
    LogFiles files = LogFiles.of(log);
    try {
      Snapshot snapshot = snapshot(files);
      Optional<Head> head = Optional.empty();
      if (snapshot.head().isPresent()) {
        head = Optional.of(Head.read(snapshot.head().get()));
        Optional<PublicKey> key = keys.find(head.get().seal().keyId());
        if (key.isEmpty()) {
          return new AuditVerdict.BadHead(
              "expected a signature by a key of this host, found one by "
                  + head.get().seal().keyId().abbreviated());
        }
        if (!head.get().verifies(key.get())) {
          return new AuditVerdict.BadHead("the signature does not fit: one of them was changed");
        }
      }
      try (InputStream in = open(files.log(), snapshot.length())) {
        return new ChainVerification(keys, head).run(new BoundedLines(in, snapshot.length()));
      }
    } catch (JsonException e) {
      return new AuditVerdict.BadHead(e.getMessage());
    } catch (IOException e) {
      throw new AuditException(log + ": could not be verified: " + e.getMessage(), e);
    }
  }

  private record Snapshot(Optional<byte[]> head, long length) {}

  // Head and length belong together only while nobody appends. An exported log has no lock file.
  private static Snapshot snapshot(LogFiles files) throws IOException {
    if (!Files.exists(files.lock(), LinkOption.NOFOLLOW_LINKS)) {
      return readSnapshot(files);
    }
    try (HeldFile _ = HeldFile.open(files.lock())) {
      return readSnapshot(files);
    }
  }

  private static Snapshot readSnapshot(LogFiles files) throws IOException {
    Optional<byte[]> head = files.readHead();
    if (!Files.exists(files.log(), LinkOption.NOFOLLOW_LINKS)) {
      return new Snapshot(head, 0);
    }
    PrivateFile.check(files.log());
    return new Snapshot(head, Files.size(files.log()));
  }

  private static InputStream open(Path log, long length) throws IOException {
    return length == 0
        ? new ByteArrayInputStream(new byte[0])
        : Files.newInputStream(log, LinkOption.NOFOLLOW_LINKS);
  }
}
