package dev.claw.lock;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * A file of claw's own state, checked before it is used: a regular file, no link, the operator's
 * own, and closed to others.
 */
public final class PrivateFile {
  private static final Path SELF = Path.of("/proc/self");
  private static final Set<PosixFilePermission> OTHERS_WRITE =
      Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);
  private static final Set<PosixFilePermission> OTHERS =
      Set.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);

  private PrivateFile() {}

  /**
   * The bytes of a file that nobody else can read or write.
   *
   * @param limit most bytes
   * @throws NoSuchFileException if there is none
   * @throws IOException if it is not such a file, or larger; the message says what to do
   */
  public static byte[] read(Path file, int limit) throws IOException {
    check(file, OTHERS, "chmod 600 ");
    return bytes(file, limit);
  }

  /** The bytes of a file that nobody else can write; see {@link #read}. */
  public static byte[] readPublic(Path file, int limit) throws IOException {
    check(file, OTHERS_WRITE, "chmod go-w ");
    return bytes(file, limit);
  }

  /** Checks what {@link #read} checks without reading. */
  public static void check(Path file) throws IOException {
    check(file, OTHERS, "chmod 600 ");
  }

  private static byte[] bytes(Path file, int limit) throws IOException {
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      byte[] bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw new IOException(file + ": expected at most " + limit + " bytes, found more");
      }
      return bytes;
    }
  }

  private static void check(Path file, Set<PosixFilePermission> forbidden, String command)
      throws IOException {
    PosixFileAttributes found =
        Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (found.isSymbolicLink()) {
      throw new IOException(
          file + ": expected a regular file, found a symbolic link; put the file itself there");
    }
    if (!found.isRegularFile()) {
      throw new IOException(file + ": expected a regular file, found something else");
    }
    Object owner = Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    if (!Objects.equals(owner, Files.getAttribute(SELF, "unix:uid"))) {
      throw new IOException(file + ": expected a file of yours, found one of uid " + owner);
    }
    Set<PosixFilePermission> open = EnumSet.copyOf(forbidden);
    open.retainAll(found.permissions());
    if (!open.isEmpty()) {
      throw new IOException(
          file
              + ": expected no access for others, found mode "
              + Integer.toOctalString(
                  (int) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 07777)
              + "; run: "
              + command
              + file);
    }
  }
}
