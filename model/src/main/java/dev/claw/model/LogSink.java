package dev.claw.model;

import java.time.Instant;

/** Takes a container's output line by line. */
@FunctionalInterface
public interface LogSink {
  /**
   * Takes one line.
   *
   * @param error whether it came from standard error
   * @param line untrusted text without its line end; lines longer than 64 KiB come in parts
   * @return false to end the transfer
   */
  boolean accept(Instant time, boolean error, String line);
}
