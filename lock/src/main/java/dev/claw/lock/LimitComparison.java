package dev.claw.lock;

import dev.claw.model.EffectiveState;
import dev.claw.model.Resources;
import java.util.List;

/** Compares the limits in force with those that are locked. */
final class LimitComparison {
  // The kernel keeps memory limits in whole pages.
  private static final long PAGE = 4096;

  private LimitComparison() {}

  static void compare(List<Drift> drifts, Resources expected, EffectiveState.Limits found) {
    check(drifts, "memory", pages(expected.memory().bytes()), found.memory());
    check(drifts, "swap", 0, found.swap());
    check(drifts, "cpus", expected.milliCpus(), found.milliCpus());
    check(drifts, "pids", expected.pids(), found.pids());
    check(drifts, "nofile", expected.nofile(), found.nofile());
    check(drifts, "core", 0, found.core());
  }

  private static void check(List<Drift> drifts, String limit, long expected, long found) {
    String unit =
        switch (limit) {
          case "cpus" -> " milli-CPUs";
          case "memory", "swap", "core" -> " bytes";
          default -> "";
        };
    if (found == EffectiveState.UNLIMITED) {
      drifts.add(new Drift.UnenforcedLimit(limit, expected + unit, "no limit"));
    } else if (found > expected) {
      drifts.add(new Drift.UnenforcedLimit(limit, expected + unit, found + unit));
    } else if (found < expected) {
      drifts.add(new Drift.ChangedSetting("limit " + limit, expected + unit, found + unit));
    }
  }

  static long pages(long bytes) {
    return bytes / PAGE * PAGE;
  }
}
