package dev.claw.backend.podman;

import dev.claw.model.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Digests of programs that run. The kernel keeps a file that is executed from being written, so
 * what is read while the process lives is what it runs; but only where the agent can't write at all
 * is a digest worth keeping for the next time.
 */
final class ExecutableDigests {
  /** Beyond that, a program that an agent can write gets no digest: reading it would cost us. */
  private static final long LARGEST_WRITABLE = 64L << 20;

  private static final int MOST_KEPT = 256;

  private final Map<String, String> kept = new ConcurrentHashMap<>();

  /**
   * The digest of what the process runs; empty where it is not worth its cost.
   *
   * @param path of the executable inside
   * @param mounts inside
   */
  String of(ProcFiles process, String path, List<MountInfo> mounts) throws IOException {
    Map<String, Object> file =
        Files.readAttributes(process.executableLink(), "unix:dev,ino,size,lastModifiedTime,ctime");
    if (!isReadOnly(path, mounts)) {
      return Files.size(process.executableLink()) > LARGEST_WRITABLE ? "" : digest(process);
    }
    String key = file.toString();
    String known = kept.get(key);
    if (known == null) {
      known = digest(process);
      if (kept.size() >= MOST_KEPT) {
        kept.clear();
      }
      kept.put(key, known);
    }
    return known;
  }

  /** By the mount with the longest target; of several at one place the last covers the others. */
  private static boolean isReadOnly(String path, List<MountInfo> mounts) {
    return mounts.reversed().stream()
        .filter(mount -> mount.target().equals("/") || path.startsWith(mount.target() + "/"))
        .max(Comparator.comparingInt(mount -> mount.target().length()))
        .map(MountInfo::isReadOnly)
        .orElse(false);
  }

  private static String digest(ProcFiles process) throws IOException {
    try (InputStream in = Files.newInputStream(process.executableLink())) {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      new DigestInputStream(in, sha256).transferTo(OutputStream.nullOutputStream());
      return new Digest("sha256:" + HexFormat.of().formatHex(sha256.digest())).value();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
