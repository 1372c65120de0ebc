package dev.claw.model;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened or is about to. Sequence, time and hashes are the audit log's to give.
 *
 * @param type dotted and in the field's words, such as {@code agent.start}
 * @param agent whom it concerns; null for the host
 * @param result for an outcome how it ended; null for an intent
 * @param details strings, whole numbers within ±2^53, booleans, and lists and maps of them; never a
 *     secret
 */
public record AuditEvent(
    String type,
    @Nullable AgentName agent,
    Actor actor,
    Phase phase,
    @Nullable Result result,
    Map<String, Object> details) {

  /** Before or after the act. */
  public enum Phase {
    INTENT,
    OUTCOME
  }

  /** How an act ended. */
  public enum Result {
    DONE,
    FAILED,
    REFUSED
  }

  /** Copies the details and refuses what JSON without fractions can't hold. */
  public AuditEvent {
    if ((phase == Phase.INTENT) != (result == null)) {
      throw new IllegalArgumentException("an outcome has a result, an intent has none");
    }
    details = copy(details);
  }

  /** What is about to be done. */
  public static AuditEvent intent(
      String type, @Nullable AgentName agent, Actor actor, Map<String, Object> details) {
    return new AuditEvent(type, agent, actor, Phase.INTENT, null, details);
  }

  /** The end of what this event announced. */
  public AuditEvent outcome(Result result, Map<String, Object> outcomeDetails) {
    return new AuditEvent(type, agent, actor, Phase.OUTCOME, result, outcomeDetails);
  }

  private static Map<String, Object> copy(Map<?, ?> map) {
    Map<String, Object> copy = new TreeMap<>();
    map.forEach((key, value) -> copy.put((String) key, checked(value)));
    return Collections.unmodifiableMap(copy);
  }

  private static Object checked(@Nullable Object value) {
    return switch (value) {
      case String text -> text;
      case Boolean flag -> flag;
      case Integer number -> (long) number;
      case Long number when Math.abs(number) <= 1L << 53 -> number;
      case List<?> list -> list.stream().map(AuditEvent::checked).toList();
      case Map<?, ?> map -> copy(map);
      case null, default ->
          throw new IllegalArgumentException("not fit for an audit event: " + value);
    };
  }
}
