package dev.claw.compiler;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Paths of the host as templates write them. */
final class HostPaths {
  private HostPaths() {}

  /**
   * The absolute path that a text stands for: {@code ~} and {@code ~/…} are the operator's home, no
   * variable is expanded. Empty where the text is relative, names another's home or has {@code ..}.
   */
  static Optional<Path> parse(String text, Path home) {
    if (text.length() > 4096 || text.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
      return Optional.empty();
    }
    String expanded = text.equals("~") || text.startsWith("~/") ? home + text.substring(1) : text;
    try {
      Path path = Path.of(expanded);
      for (Path name : path) {
        if (name.toString().equals("..")) {
          return Optional.empty();
        }
      }
      return path.isAbsolute() ? Optional.of(path.normalize()) : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }
}
