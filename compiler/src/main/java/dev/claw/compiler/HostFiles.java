package dev.claw.compiler;

import dev.claw.model.MountRules.Kind;
import java.io.IOException;
import java.nio.file.Path;

/** What the compiler asks of the host's file system. */
public interface HostFiles {

  /**
   * A path with all links resolved.
   *
   * @param realPath the path itself where nothing is there
   */
  record Found(Path realPath, Kind kind) {}

  /** What is at an absolute path. */
  Found look(Path path);

  /**
   * The file's text.
   *
   * @param limit bytes; a longer file is refused
   * @throws IOException where it can't be read, is longer, or is not UTF-8
   */
  String read(Path path, int limit) throws IOException;

  /** The file system of this machine. */
  static HostFiles ofThisHost() {
    return new DiskFiles();
  }
}
