package dev.claw.bootstrap;

/** Hears how a build goes, on the thread that runs it. */
@FunctionalInterface
public interface ImageBuildListener {

  /**
   * A step begins. Steps may be left out where nothing is to do.
   *
   * @param number from 1
   * @param of the number of the last step
   * @param text what happens now, for people
   */
  void step(int number, int of, String text);
}
