package dev.claw.audit;

import dev.claw.lock.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** Every act by which an append changes the disk; a test puts a failure between any two. */
interface Disk {
  void write(FileChannel channel, byte[] bytes, long position) throws IOException;

  void truncate(FileChannel channel, long length) throws IOException;

  void force(FileChannel channel) throws IOException;

  void replace(Path file, byte[] bytes) throws IOException;

  /** Copies what is in the channel from a position on to a file that does not exist yet. */
  void copyTail(FileChannel channel, long position, Path to) throws IOException;

  /** The disk itself. */
  Disk REAL =
      new Disk() {
        @Override
        public void write(FileChannel channel, byte[] bytes, long position) throws IOException {
          ByteBuffer left = ByteBuffer.wrap(bytes);
          while (left.hasRemaining()) {
            channel.write(left, position + left.position());
          }
        }

        @Override
        public void truncate(FileChannel channel, long length) throws IOException {
          channel.truncate(length);
        }

        @Override
        public void force(FileChannel channel) throws IOException {
          channel.force(false);
        }

        @Override
        public void replace(Path file, byte[] bytes) throws IOException {
          AtomicFile.replace(file, bytes);
        }

        @Override
        public void copyTail(FileChannel channel, long position, Path to) throws IOException {
          try (FileChannel copy =
              FileChannel.open(
                  to,
                  Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                  LogFiles.MODE_0600)) {
            long end = channel.size();
            for (long at = position; at < end; ) {
              at += channel.transferTo(at, end - at, copy);
            }
            copy.force(true);
          }
          AtomicFile.syncFolder(LogFiles.folder(to));
        }
      };
}
