package dev.claw.cli;

import dev.claw.audit.AuditRecord;
import dev.claw.model.AuditEvent;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A record of the audit log as one line for people. */
final class AuditText {
  private AuditText() {}

  static String line(AuditRecord record) {
    AuditEvent event = record.event();
    AuditEvent.Result result = event.result();
    String how = result == null ? "begins" : result.name().toLowerCase(Locale.ROOT);
    String details =
        event.details().entrySet().stream().map(AuditText::detail).collect(Collectors.joining(" "));
    return TerminalText.visible(
            "%d  %s  %-14s %-7s %s  %s%s"
                .formatted(
                    record.sequence(),
                    record.time(),
                    event.type(),
                    how,
                    event.actor(),
                    event.agent() == null ? "" : event.agent() + "  ",
                    details))
        .stripTrailing();
  }

  private static String detail(Map.Entry<String, Object> detail) {
    return detail.getKey() + "=" + value(String.valueOf(detail.getValue()));
  }

  // Quotes in it are escaped, so that no value can look like the details behind it.
  static String value(String text) {
    if (text.chars().noneMatch(c -> c == ' ' || c == '"' || c == '\n')) {
      return text;
    }
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
  }
}
