package dev.claw.supervisor;

/** Hears what a service is about, for people who wait. */
@FunctionalInterface
public interface Progress {
  /**
   * @param step what begins now, as a short phrase
   */
  void step(String step);
}
