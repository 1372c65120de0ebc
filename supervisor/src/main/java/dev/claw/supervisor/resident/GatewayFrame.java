package dev.claw.supervisor.resident;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.lock.CanonicalJson;
import dev.claw.lock.JsonException;
import dev.claw.lock.StrictJson;
import dev.claw.model.Quoted;
import dev.claw.supervisor.ExecAsk;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What goes over the WebSocket to OpenClaw's gateway, in version 4 of its protocol. What comes from
 * there comes from the container: it is read within bounds, and what is not understood where it
 * matters is an error. Keys and events that we do not need are passed over, since both grow.
 */
final class GatewayFrame {
  /** Most bytes of a message. */
  static final int LONGEST = 1 << 20;

  /** Most approvals in a list; OpenClaw has one for each turn that waits. */
  static final int MOST_PENDING = 256;

  private static final int VERSION = 4;
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9:._-]{1,128}");
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(30);
  private static final String CONNECT = "connect";
  private static final String LIST = "list";
  private static final String RESOLVE = "resolve:";

  private GatewayFrame() {}

  /** Something that came. */
  sealed interface Incoming {
    /** The gateway wants to know who we are. */
    record Challenge() implements Incoming {}

    /** It takes us. */
    record Welcome() implements Incoming {}

    /** It does not take us. */
    record Refused(String why) implements Incoming {}

    /** All that waits for an answer. */
    record Pending(List<ExecAsk> asks) implements Incoming {}

    /** A command waits for an answer. */
    record Requested(ExecAsk ask) implements Incoming {}

    /** A command waits no longer, by whomever. */
    record Resolved(String gatewayId, String by) implements Incoming {}

    /**
     * It has taken our answer, or not.
     *
     * @param error empty where it has
     */
    record Answered(String gatewayId, Optional<String> error) implements Incoming {}

    /** Nothing that concerns us. */
    record Other() implements Incoming {}
  }

  /**
   * Who we are. Less than {@code operator.admin} does not do: without it the gateway shows an
   * approval only to the device that its turn came from. That scope brings every event of every
   * session along, unless sessions are to be subscribed to, which we never do.
   */
  static String connect(String token, String version) {
    ObjectNode parameters = JsonNodeFactory.instance.objectNode();
    parameters.put("minProtocol", VERSION).put("maxProtocol", VERSION);
    parameters
        .putObject("client")
        .put("id", "gateway-client")
        .put("mode", "backend")
        .put("platform", "linux")
        .put("version", version);
    parameters.put("role", "operator");
    parameters.putArray("scopes").add("operator.admin");
    parameters.putArray("caps").add("approvals").add("session-scoped-events");
    parameters.putObject("auth").put("token", token);
    return request(CONNECT, "connect", parameters);
  }

  static String list() {
    return request(LIST, "exec.approval.list", JsonNodeFactory.instance.objectNode());
  }

  /** Never {@code allow-always}: what holds for good stands in the lock. */
  static String resolve(String gatewayId, boolean allow) {
    return request(
        RESOLVE + gatewayId,
        "exec.approval.resolve",
        JsonNodeFactory.instance
            .objectNode()
            .put("id", gatewayId)
            .put("decision", allow ? "allow-once" : "deny"));
  }

  private static String request(String id, String method, ObjectNode parameters) {
    ObjectNode frame = JsonNodeFactory.instance.objectNode();
    frame.put("type", "req").put("id", id).put("method", method).set("params", parameters);
    try {
      return CanonicalJson.text(frame);
    } catch (JsonException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /**
   * @param now by the gateway's clock, which is the host's
   * @throws JsonException where it is no JSON, or lacks what its kind must have
   */
  static Incoming read(byte[] message, Instant now) throws JsonException {
    JsonNode frame = StrictJson.parse(message, LONGEST);
    return switch (text(frame, "type")) {
      case "event" -> event(text(frame, "event"), frame.path("payload"), now);
      case "res" -> response(text(frame, "id"), frame, now);
      default -> new Incoming.Other();
    };
  }

  private static Incoming event(String name, JsonNode payload, Instant now) throws JsonException {
    return switch (name) {
      case "connect.challenge" -> new Incoming.Challenge();
      case "exec.approval.requested" -> new Incoming.Requested(ask(payload, now));
      case "exec.approval.resolved" ->
          new Incoming.Resolved(
              id(text(payload, "id")), shortened(payload.path("resolvedBy").asText("")));
      default -> new Incoming.Other();
    };
  }

  private static Incoming response(String id, JsonNode frame, Instant now) throws JsonException {
    boolean ok = frame.path("ok").asBoolean(false);
    String error =
        shortened(
            frame.path("error").path("code").asText("")
                + ": "
                + frame.path("error").path("message").asText(""));
    if (id.equals(CONNECT)) {
      return ok ? new Incoming.Welcome() : new Incoming.Refused(error);
    }
    if (id.equals(LIST)) {
      return ok ? pending(frame.path("payload"), now) : new Incoming.Refused(error);
    }
    return id.startsWith(RESOLVE)
        ? new Incoming.Answered(
            id(id.substring(RESOLVE.length())), ok ? Optional.empty() : Optional.of(error))
        : new Incoming.Other();
  }

  private static Incoming pending(JsonNode list, Instant now) throws JsonException {
    if (!list.isArray() || list.size() > MOST_PENDING) {
      throw new JsonException(
          "payload", "expected a list of at most " + MOST_PENDING + " approvals");
    }
    List<ExecAsk> asks = new ArrayList<>();
    for (JsonNode each : list) {
      asks.add(ask(each, now));
    }
    return new Incoming.Pending(List.copyOf(asks));
  }

  private static ExecAsk ask(JsonNode approval, Instant now) throws JsonException {
    JsonNode request = approval.path("request");
    List<String> environment = new ArrayList<>();
    for (JsonNode name : request.path("envKeys")) {
      environment.add(name.asText(""));
    }
    JsonNode expires = approval.path("expiresAtMs");
    if (!expires.isIntegralNumber() || !expires.canConvertToLong()) {
      throw new JsonException("expiresAtMs", "expected a time in milliseconds");
    }
    long left = Math.max(0, expires.longValue() - now.toEpochMilli());
    return new ExecAsk(
        id(text(approval, "id")),
        text(request, "command"),
        request.path("cwd").asText(""),
        environment,
        left < LONGEST_WAIT.toMillis() ? Duration.ofMillis(left) : LONGEST_WAIT);
  }

  private static String id(String text) throws JsonException {
    if (!ID.matcher(text).matches()) {
      throw new JsonException("id", "expected the id of an approval, found " + Quoted.of(text));
    }
    return text;
  }

  private static String text(JsonNode node, String key) throws JsonException {
    JsonNode value = node.path(key);
    if (!value.isTextual()) {
      throw new JsonException(key, "expected a text");
    }
    return value.textValue();
  }

  private static String shortened(String text) {
    return Quoted.visible(text.length() <= 200 ? text : text.substring(0, 200));
  }
}
