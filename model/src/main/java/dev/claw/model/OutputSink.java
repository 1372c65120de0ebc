package dev.claw.model;

/** Takes what a program prints, as it comes. */
@FunctionalInterface
public interface OutputSink {
  /**
   * Takes some bytes, which are untrusted and may end within a character.
   *
   * @param error whether they came from standard error
   * @param bytes valid during the call, up to the length
   * @return false to end the program
   */
  boolean accept(boolean error, byte[] bytes, int length);
}
