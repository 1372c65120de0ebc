package dev.claw.cli;

import dev.claw.model.EffectiveState;
import dev.claw.supervisor.AgentInspection;

/** One agent from every side, for people. */
final class InspectionText {
  private InspectionText() {}

  static void print(Claw claw, AgentInspection inspection) {
    StatusText.print(claw, inspection.status());
    line(claw, "folder", inspection.folder());
    inspection.lockDigest().ifPresent(digest -> line(claw, "lock digest", digest));
    inspection.effective().ifPresent(state -> print(claw, state));
    inspection.differences().forEach(difference -> line(claw, "difference", difference));
  }

  private static void print(Claw claw, EffectiveState state) {
    claw.out().println("  what really holds:");
    line(
        claw,
        "first process",
        state.pid()
            + ", uid "
            + state.user().uid()
            + " inside, "
            + state.hostUser().uid()
            + " on the host");
    line(
        claw,
        "capabilities",
        state.capabilities() == 0 ? "none" : Long.toHexString(state.capabilities()));
    line(
        claw,
        "privileges",
        state.noNewPrivileges() ? "can't grow (no-new-privileges)" : "CAN GROW");
    line(claw, "seccomp", state.seccompMode() == 2 ? "filter" : "OFF");
    line(claw, "root", state.readOnlyRoot() ? "read-only" : "WRITABLE");
    line(claw, "interfaces", String.join(", ", new java.util.TreeSet<>(state.interfaces())));
    line(claw, "memory", limit(state.limits().memory()));
    line(
        claw,
        "cpus",
        state.limits().milliCpus() < 0
            ? "NOT LIMITED"
            : Double.toString(state.limits().milliCpus() / 1000.0));
    line(claw, "pids", limit(state.limits().pids()));
    for (EffectiveState.MountPoint mount : state.mounts()) {
      line(
          claw,
          "mount",
          mount.target()
              + (mount.readOnly() ? " ro" : " rw")
              + (mount.source().isEmpty() ? " " + mount.type() : " from " + mount.source()));
    }
  }

  private static String limit(long value) {
    return value == EffectiveState.UNLIMITED ? "NOT LIMITED" : Long.toString(value);
  }

  private static void line(Claw claw, String label, String text) {
    String safe = TerminalText.visible(text);
    claw.out().println("  " + label + " ".repeat(Math.max(1, 14 - label.length())) + safe);
  }
}
