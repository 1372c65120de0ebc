package dev.claw.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What the file system says of a file. Two stamps of one path are alike only where nobody has
 * written to the file, replaced it or changed its mode or owner in between: the time of change,
 * which is part of it, is the kernel's to set. Before Linux 6.13 that time goes in steps of some
 * milliseconds, and what happens within one step is not told apart by it.
 */
record FileStamp(Map<String, Object> attributes) {
  FileStamp {
    attributes = Map.copyOf(attributes);
  }

  /** Empty where there is no file. */
  static Optional<FileStamp> of(Path file) throws IOException {
    try {
      return Optional.of(
          new FileStamp(
              Files.readAttributes(
                  file, "unix:dev,ino,mode,uid,size,ctime", LinkOption.NOFOLLOW_LINKS)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
