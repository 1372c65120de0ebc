package dev.claw.compiler;

import dev.claw.model.MountRules.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file system of this machine. */
final class DiskFiles implements HostFiles {
  // S_IFMT and S_IFSOCK of inode(7); Java's own attributes know only "other".
  private static final int TYPE_MASK = 0xf000;
  private static final int SOCKET = 0xc000;

  @Override
  public Found look(Path path) {
    try {
      Path real = path.toRealPath();
      int type = ((Integer) Files.getAttribute(real, "unix:mode")) & TYPE_MASK;
      if (type == SOCKET) {
        return new Found(real, Kind.SOCKET);
      }
      if (Files.isDirectory(real)) {
        return new Found(real, Kind.FOLDER);
      }
      return new Found(real, Files.isRegularFile(real) ? Kind.FILE : Kind.OTHER);
    } catch (IOException e) {
      return new Found(path, Kind.MISSING);
    }
  }

  @Override
  public String read(Path path, int limit) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new IOException("not a regular file");
    }
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw new IOException("larger than " + limit + " bytes");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }
  }
}
