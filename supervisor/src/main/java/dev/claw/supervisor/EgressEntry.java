package dev.claw.supervisor;

import dev.claw.audit.AuditRecord;
import dev.claw.model.AuditEvent;
import dev.claw.model.AuditEvent.Phase;
import dev.claw.model.AuditEvent.Result;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What an agent's audit log says of its egress at one moment. Texts come from inside the container.
 *
 * @param decision {@code allowed}, {@code denied}, or {@code closed} for the end of a connection
 * @param kind {@code name}, {@code connect}, {@code request} or {@code model}
 * @param rule the rule, or the grant, that admitted it
 * @param reason why it was denied, in one word
 * @param count how many alike it stands for
 * @param bytesOut from the agent; known once the connection has ended, and then of all of it
 */
public record EgressEntry(
    long sequence,
    Instant time,
    String decision,
    String kind,
    long connection,
    Optional<String> host,
    Optional<Long> port,
    Optional<String> address,
    Optional<String> method,
    Optional<String> path,
    Optional<String> program,
    Optional<String> rule,
    Optional<String> grant,
    Optional<String> reason,
    Optional<String> why,
    Optional<String> audited,
    long count,
    Optional<Long> bytesOut,
    Optional<Long> bytesIn) {

  /** The entry that a record is; empty where it is not about egress. */
  static Optional<EgressEntry> of(AuditRecord record) {
    AuditEvent event = record.event();
    String kind =
        switch (event.type()) {
          case "egress.name" -> "name";
          case "egress.connect" -> "connect";
          case "egress.request" -> "request";
          case "egress.close" -> "close";
          case "model.call" -> "model";
          default -> "";
        };
    boolean denied = event.result() == Result.REFUSED;
    if (kind.isEmpty()
        || (kind.equals("name") && !denied)
        || (kind.equals("model") && !denied && event.phase() == Phase.OUTCOME)) {
      return Optional.empty(); // an answered name admits nothing yet, and a model's end is no more
    }
    Map<String, Object> details = event.details();
    return Optional.of(
        new EgressEntry(
            record.sequence(),
            record.time(),
            kind.equals("close") ? "closed" : denied ? "denied" : "allowed",
            kind,
            number(details, "connection").orElse(0L),
            text(details, "host"),
            number(details, "port"),
            text(details, "address"),
            text(details, "method"),
            text(details, "path"),
            text(details, "program"),
            text(details, "rule"),
            text(details, "grant"),
            text(details, "reason"),
            text(details, "why"),
            text(details, "audited"),
            Math.max(1, number(details, "count").orElse(1L)),
            number(details, "bytesOut"),
            number(details, "bytesIn")));
  }

  private static Optional<String> text(Map<String, Object> details, String key) {
    return details.get(key) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  private static Optional<Long> number(Map<String, Object> details, String key) {
    return details.get(key) instanceof Long number ? Optional.of(number) : Optional.empty();
  }

  EgressEntry withBytes(EgressEntry close) {
    return new EgressEntry(
        sequence,
        time,
        decision,
        kind,
        connection,
        host,
        port,
        address,
        method,
        path,
        program,
        rule,
        grant,
        reason,
        why,
        audited,
        count,
        close.bytesOut,
        close.bytesIn);
  }

  /** The end of a connection, with what was opened. */
  EgressEntry closing(EgressEntry opened) {
    return new EgressEntry(
        sequence,
        time,
        decision,
        kind,
        connection,
        opened.host,
        opened.port,
        opened.address,
        Optional.empty(),
        Optional.empty(),
        opened.program,
        opened.rule,
        opened.grant,
        reason,
        why,
        audited,
        count,
        bytesOut,
        bytesIn);
  }
}
