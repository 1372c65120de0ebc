package dev.claw.cli;

import dev.claw.supervisor.AgentStatus;

/** One agent's status for people. */
final class StatusText {
  private StatusText() {}

  static void print(Claw claw, AgentStatus status) {
    line(
        claw,
        status.name().value(),
        status.state().word()
            + status.startedAt().map(at -> ", started " + claw.ago(at)).orElse(""));
    line(claw, "  template", status.template());
    line(claw, "  lock", status.lock().word() + ", serial " + status.serial());
    status.image().ifPresent(image -> line(claw, "  image", image));
    status.network().ifPresent(network -> line(claw, "  network", network));
    status
        .containerId()
        .ifPresent(id -> line(claw, "  container", id.substring(0, Math.min(12, id.length()))));
    status.drifts().forEach(drift -> line(claw, "  drift", drift));
  }

  private static void line(Claw claw, String label, String text) {
    claw.out().println(label + " ".repeat(Math.max(1, 16 - label.length())) + text);
  }
}
