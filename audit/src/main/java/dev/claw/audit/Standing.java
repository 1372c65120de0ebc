package dev.claw.audit;

import dev.claw.model.Digest;
import java.io.IOException;
import java.util.Optional;

/**
 * How a chain stood when it was last sound: as long as both files are what they were then, and the
 * same key is in force, nobody has to read them again.
 */
record Standing(FileStamp log, FileStamp head, Digest key, Chain chain) {
  /** To be asked with the lock held; empty where a file has gone. */
  static Optional<Standing> of(LogFiles files, Digest key, Chain chain) throws IOException {
    Optional<FileStamp> log = FileStamp.of(files.log());
    Optional<FileStamp> head = FileStamp.of(files.head());
    return log.isPresent() && head.isPresent()
        ? Optional.of(new Standing(log.get(), head.get(), key, chain))
        : Optional.empty();
  }

  /** To be asked with the lock held. */
  boolean stillHolds(LogFiles files, Digest inForce) throws IOException {
    return key.equals(inForce)
        && FileStamp.of(files.log()).filter(log::equals).isPresent()
        && FileStamp.of(files.head()).filter(head::equals).isPresent();
  }
}
