package dev.claw.supervisor.chat;

import dev.claw.audit.AuditRecord;
import dev.claw.model.AuditEvent;
import dev.claw.model.Quoted;
import dev.claw.supervisor.AgentStart;
import dev.claw.supervisor.AgentStatus;
import dev.claw.supervisor.Grants;
import dev.claw.supervisor.PendingDenials;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What services say, in the few words that fit a telephone. */
final class ChatWords {
  // UTC, as everywhere else: the chat may be in another zone than the host.
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private ChatWords() {}

  static String status(AgentStatus status) {
    List<String> lines = new ArrayList<>();
    lines.add(
        status.name()
            + ": "
            + status.state().word()
            + status.startedAt().map(at -> " since " + time(at)).orElse("")
            + status.exitCode().map(code -> ", ended with " + code).orElse(""));
    lines.add("lock: " + status.lock().word() + ", serial " + status.serial());
    status.network().ifPresent(network -> lines.add("network: " + network));
    status.drifts().forEach(drift -> lines.add("drift: " + Quoted.visible(drift)));
    status.problems().forEach(problem -> lines.add("problem: " + Quoted.visible(problem)));
    return String.join("\n", lines);
  }

  static String started(AgentStart.Report report) {
    List<String> lines = new ArrayList<>();
    lines.add(report.summary());
    report.closed().ifPresent(lacks -> lines.add("It has " + Quoted.visible(lacks)));
    if (!report.unenforced().isEmpty()) {
      lines.add("NOT ENFORCED on this host, as allowed: " + String.join(", ", report.unenforced()));
    }
    return String.join("\n", lines);
  }

  static String denial(PendingDenials.Pending denial) {
    return Quoted.visible(
        denial.host()
            + denial.port().map(port -> ":" + port).orElse("")
            + "  "
            + denial.count()
            + (denial.count() == 1 ? " time" : " times")
            + ", last "
            + time(denial.last())
            + ": "
            + denial.why());
  }

  static String given(Grants.Listed grant) {
    return grant.agent()
        + " reaches "
        + grant.host()
        + " on port "
        + grant.ports().stream().map(String::valueOf).collect(Collectors.joining(", "))
        + " until "
        + time(grant.until())
        + " (grant "
        + grant.id()
        + ")";
  }

  static String record(AuditRecord record) {
    AuditEvent event = record.event();
    AuditEvent.Result result = event.result();
    return Quoted.visible(
        time(record.time())
            + "  "
            + event.type()
            + "  "
            + (result == null ? "begins" : result.name().toLowerCase(Locale.ROOT))
            + "  "
            + event.actor());
  }

  private static String time(Instant instant) {
    return TIME.format(instant);
  }
}
