package dev.claw.audit;

import dev.claw.lock.PrivateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The files of one chain, which stand beside each other. */
record LogFiles(Path log, Path head, Path lock) {
  static final FileAttribute<Set<PosixFilePermission>> MODE_0600 =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  static LogFiles of(Path log) {
    Path absolute = log.toAbsolutePath();
    String stem = stem(absolute);
    return new LogFiles(
        absolute, absolute.resolveSibling(stem + ".head"), absolute.resolveSibling(stem + ".lock"));
  }

  /** A name that is free for what a crash has left after this record. */
  Path freeTorn(long sequence, Instant time) {
    String name = stem(log) + ".torn-" + sequence + "-" + STAMP.format(time);
    Path file = log.resolveSibling(name);
    for (int i = 1; Files.exists(file, LinkOption.NOFOLLOW_LINKS); i++) {
      file = log.resolveSibling(name + "-" + i);
    }
    return file;
  }

  Optional<byte[]> readHead() throws IOException {
    try {
      return Optional.of(PrivateFile.read(head, Head.LARGEST_FILE));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  static Path folder(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new AssertionError(file);
    }
    return folder;
  }

  private static String stem(Path log) {
    String name = String.valueOf(log.getFileName());
    return name.endsWith(".jsonl") ? name.substring(0, name.length() - 6) : name;
  }
}
