package dev.claw.lock;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Set;

/**
 * Replaces a file as a whole: after a crash at any instruction the file has either its old bytes or
 * its new ones, and at worst a file with the suffix {@link #SUFFIX} is left beside it.
 */
public final class AtomicFile {
  /** How the name of a file ends that is not yet in place. */
  public static final String SUFFIX = ".claw-tmp";

  private static final FileAttribute<Set<PosixFilePermission>> MODE_0600 =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private AtomicFile() {}

  /**
   * Gives the file these bytes and mode 0600, durably. A symbolic link in its place is replaced,
   * not followed.
   *
   * @throws IOException naming the file; the old bytes are then still there
   */
  public static void replace(Path file, byte[] bytes) throws IOException {
    Path target = file.toAbsolutePath();
    Path folder = target.getParent();
    if (folder == null) {
      throw new IOException(file + ": expected a file, found a root folder");
    }
    Path beside = folder.resolve("." + target.getFileName() + "." + unpredictable() + SUFFIX);
    try {
      try {
        writeNew(beside, bytes);
        Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        Files.deleteIfExists(beside);
        throw e;
      }
      syncFolder(folder);
    } catch (IOException e) {
      throw new IOException(file + ": could not be written: " + reason(e, beside), e);
    }
  }

  /** Makes the folder's entries durable: what was created, renamed or deleted in it. */
  public static void syncFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /**
   * Removes what crashes have left directly in the folder. Only for a folder in which nobody
   * replaces a file at this moment.
   *
   * @return how many files were removed
   */
  public static int sweep(Path folder) throws IOException {
    int removed = 0;
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, ".*" + SUFFIX)) {
      for (Path file : left) {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.deleteIfExists(file)) {
          removed++;
        }
      }
    }
    return removed;
  }

  private static void writeNew(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            MODE_0600)) {
      for (ByteBuffer left = ByteBuffer.wrap(bytes); left.hasRemaining(); ) {
        channel.write(left);
      }
      channel.force(true);
    }
  }

  // Straight from the kernel: setting up SecureRandom costs a short command more than the write.
  private static String unpredictable() throws IOException {
    try (FileInputStream random = new FileInputStream("/dev/urandom")) {
      return HexFormat.of().formatHex(random.readNBytes(8));
    }
  }

  private static String reason(IOException e, Path beside) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    if (e instanceof AccessDeniedException) {
      message = "permission denied; make its folder writable for you alone";
    } else if (message.equals(beside.toString())) {
      message = e.getClass().getSimpleName();
    }
    return message.contains("No space left")
        ? "no space left on the disk; free some and try again"
        : message.replace(beside + ": ", "");
  }
}
