package dev.claw.bootstrap;

import java.nio.file.Path;
import java.util.List;

/** The image could not be built; nothing of it is left behind. */
public final class ImageBuildException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient Path logFile;
  private final transient List<String> lastLines;

  ImageBuildException(String message, Path logFile, List<String> lastLines) {
    super(message);
    this.logFile = logFile;
    this.lastLines = List.copyOf(lastLines);
  }

  /** The output of everything that the build ran. */
  public Path logFile() {
    return logFile;
  }

  /** The end of the log, control characters taken out. */
  public List<String> lastLines() {
    return lastLines;
  }
}
