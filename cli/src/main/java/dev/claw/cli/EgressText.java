package dev.claw.cli;

import dev.claw.model.ByteSize;
import dev.claw.model.Quoted;
import dev.claw.supervisor.EgressEntry;
import java.util.Optional;

/** A decision about egress as one line for people. Its texts are an agent's. */
final class EgressText {
  private EgressText() {}

  static String line(EgressEntry entry) {
    StringBuilder line = new StringBuilder();
    line.append("%s  %-7s  ".formatted(entry.time(), entry.decision()));
    line.append(entry.host().map(AuditText::value).orElse("-"));
    entry.port().ifPresent(port -> line.append(':').append(port));
    append(line, " ", entry.method());
    append(line, " ", entry.path());
    append(line, "  by ", entry.rule());
    if (entry.decision().equals("denied")) {
      append(line, "  ", entry.reason());
      append(line, " ", entry.why());
    }
    append(line, "  program=", entry.program());
    append(line, "  audited=", entry.audited());
    if (entry.count() > 1) {
      line.append("  times=").append(entry.count());
    }
    entry.bytesOut().ifPresent(bytes -> line.append("  out=").append(size(bytes)));
    entry.bytesIn().ifPresent(bytes -> line.append("  in=").append(size(bytes)));
    return Quoted.visible(line.toString());
  }

  private static void append(StringBuilder line, String before, Optional<String> text) {
    text.ifPresent(found -> line.append(before).append(AuditText.value(found)));
  }

  private static String size(long bytes) {
    return new ByteSize(Math.max(0, bytes)).toString();
  }
}
