package dev.claw.egress;

import dev.claw.model.Actor;
import dev.claw.model.AuditEvent;
import dev.claw.model.AuditEvent.Phase;
import dev.claw.model.AuditEvent.Result;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** How an event of the proxy stands in an agent's audit chain. */
final class EgressRecord {
  private EgressRecord() {}

  /**
   * What may pass is an intent, which the end of its connection closes; a denial and an answer to a
   * name are outcomes by themselves.
   */
  static AuditEvent of(EgressEvent event, Actor actor) {
    return switch (event) {
      case EgressEvent.Decided decided -> decided(decided, actor);
      case EgressEvent.Closed closed ->
          outcome(
              "egress.close",
              closed,
              actor,
              Map.of(
                  "bytesOut", closed.bytesOut(),
                  "bytesIn", closed.bytesIn(),
                  "millis", closed.duration().toMillis(),
                  "why", text(closed.why())));
      case EgressEvent.ModelCalled call -> outcome("model.call", call, actor, details(call));
    };
  }

  private static Map<String, Object> details(EgressEvent.ModelCalled call) {
    Map<String, Object> details = new TreeMap<>();
    details.put("provider", text(call.provider()));
    details.put("model", text(call.model()));
    details.put("status", call.status());
    details.put("millis", call.duration().toMillis());
    details.put("bytesOut", call.bytesOut());
    details.put("bytesIn", call.bytesIn());
    details.put("inputTokens", call.inputTokens());
    details.put("outputTokens", call.outputTokens());
    EgressEvent.ModelCalled.Content content = call.content();
    if (content != null) {
      details.put("request", text(content.request()));
      details.put("requestCut", content.requestCut());
      details.put("response", text(content.response()));
      details.put("responseCut", content.responseCut());
    }
    return details;
  }

  private static AuditEvent outcome(
      String type, EgressEvent event, Actor actor, Map<String, Object> details) {
    Map<String, Object> all = new TreeMap<>(details);
    all.put("connection", event.connection());
    return new AuditEvent(type, event.agent(), actor, Phase.OUTCOME, Result.DONE, all);
  }

  private static AuditEvent decided(EgressEvent.Decided event, Actor actor) {
    Map<String, Object> details = new TreeMap<>();
    details.put("connection", event.connection());
    details.put("host", text(event.host()));
    if (event.port() != 0) {
      details.put("port", event.port());
    }
    put(details, "address", event.address());
    put(details, "method", event.method());
    put(details, "path", event.path());
    put(details, "program", event.program());
    put(details, "audited", event.decision().audited());
    if (event.count() > 1) {
      details.put("count", event.count());
    }
    String type =
        switch (event.kind()) {
          case NAME -> "egress.name";
          case TLS, RAW, CONNECTION -> "egress.connect";
          case HTTP -> "egress.request";
          case MODEL -> "model.call";
        };
    return switch (event.decision()) {
      case Decision.Denied(Decision.Reason reason, String why, String _) -> {
        details.put("reason", reason.name().toLowerCase(Locale.ROOT));
        details.put("why", text(why));
        yield new AuditEvent(type, event.agent(), actor, Phase.OUTCOME, Result.REFUSED, details);
      }
      case Decision.Allowed allowed -> {
        put(details, "rule", allowed.rule());
        put(details, "grant", allowed.grant());
        yield event.kind() == EgressEvent.Kind.NAME
            ? new AuditEvent(type, event.agent(), actor, Phase.OUTCOME, Result.DONE, details)
            : AuditEvent.intent(type, event.agent(), actor, details);
      }
    };
  }

  private static void put(Map<String, Object> details, String name, String value) {
    if (!value.isEmpty()) {
      details.put(name, text(value));
    }
  }

  /** Half a surrogate pair is nothing that JSON can hold; UTF-8 makes a question mark of it. */
  private static String text(String value) {
    return new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
