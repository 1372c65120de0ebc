package dev.claw.cli;

/** How long something still holds, in the largest unit of which there are two. */
final class TimeLeft {
  private TimeLeft() {}

  static String text(long seconds) {
    return seconds >= 2 * 86_400
        ? seconds / 86_400 + "d"
        : seconds >= 2 * 3600
            ? seconds / 3600 + "h"
            : seconds >= 120 ? seconds / 60 + "m" : Math.max(0, seconds) + "s";
  }
}
