package dev.claw.supervisor;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** What an I/O failure means in words; the JDK's own messages often are just the path. */
final class Failures {
  private Failures() {}

  static String describe(IOException e) {
    return switch (e) {
      case ClosedByInterruptException interrupted -> "broken off";
      case AccessDeniedException denied -> "permission denied";
      case NoSuchFileException missing -> "no such file";
      case FileAlreadyExistsException exists -> "already exists";
      case FileSystemException other when other.getReason() != null -> other.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }
}
