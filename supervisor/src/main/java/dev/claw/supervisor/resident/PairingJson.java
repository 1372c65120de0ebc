package dev.claw.supervisor.resident;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.access.ChatUser;
import dev.claw.access.ConfirmOutcome;
import dev.claw.access.InvitationState;
import dev.claw.access.Role;
import dev.claw.lock.CanonicalJson;
import dev.claw.lock.JsonException;
import dev.claw.lock.JsonFields;
import dev.claw.model.AgentName;
import java.time.Duration;
import java.util.Locale;

/** How it stands with a token, and what came of an answer, as the control socket has it. */
final class PairingJson {
  /** All fields that there can be. */
  static final String[] FIELDS = {
    "is", "left", "user", "displayName", "userName", "agent", "role", "reason", "sentence"
  };

  private PairingJson() {}

  /** The state without what belongs to it. */
  static String word(InvitationState state) {
    return switch (state) {
      case InvitationState.Open _ -> "open";
      case InvitationState.Requested _ -> "requested";
      case InvitationState.Confirmed _ -> "confirmed";
      case InvitationState.Over _ -> "over";
    };
  }

  static ObjectNode of(InvitationState state) {
    ObjectNode node = JsonNodeFactory.instance.objectNode().put("is", word(state));
    switch (state) {
      case InvitationState.Open(Duration left) -> node.put("left", left.toMillis());
      case InvitationState.Requested(ChatUser user, AgentName agent, Role role, Duration left) ->
          put(node, user)
              .put("agent", agent.value())
              .put("role", role.word())
              .put("left", left.toMillis());
      case InvitationState.Confirmed(ChatUser user) -> put(node, user);
      case InvitationState.Over(ConfirmOutcome.Reason reason, String sentence) ->
          put(node, reason, sentence);
    }
    return node;
  }

  static InvitationState state(JsonFields fields) throws JsonException {
    return switch (fields.text("is")) {
      case "open" -> new InvitationState.Open(left(fields));
      case "requested" ->
          new InvitationState.Requested(
              person(fields), agent(fields), fields.value("role", Role::parse), left(fields));
      case "confirmed" -> new InvitationState.Confirmed(person(fields));
      case "over" -> new InvitationState.Over(reason(fields), fields.text("sentence"));
      default -> throw new JsonException("is", "expected a state of a token");
    };
  }

  static ObjectNode of(ConfirmOutcome outcome) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    return switch (outcome) {
      case ConfirmOutcome.Confirmed(ChatUser user, AgentName agent, Role role) ->
          put(node.put("is", "confirmed"), user)
              .put("agent", agent.value())
              .put("role", role.word());
      case ConfirmOutcome.Withdrawn _ -> node.put("is", "withdrawn");
      case ConfirmOutcome.Refused(ConfirmOutcome.Reason reason, String sentence) ->
          put(node.put("is", "refused"), reason, sentence);
    };
  }

  static ConfirmOutcome outcome(JsonFields fields) throws JsonException {
    return switch (fields.text("is")) {
      case "confirmed" ->
          new ConfirmOutcome.Confirmed(
              person(fields), agent(fields), fields.value("role", Role::parse));
      case "withdrawn" -> new ConfirmOutcome.Withdrawn();
      case "refused" -> new ConfirmOutcome.Refused(reason(fields), fields.text("sentence"));
      default -> throw new JsonException("is", "expected what came of a token");
    };
  }

  /** The number of a person. */
  static long user(JsonFields fields, String key) throws JsonException {
    long id = fields.integer(key, 1, CanonicalJson.LARGEST);
    if (!ChatUser.isId(id)) {
      throw new JsonException(key, "expected the number of a person");
    }
    return id;
  }

  private static ObjectNode put(ObjectNode node, ChatUser user) {
    return node.put("user", user.id())
        .put("displayName", user.displayName())
        .put("userName", user.userName());
  }

  private static ObjectNode put(ObjectNode node, ConfirmOutcome.Reason reason, String sentence) {
    return node.put("reason", reason.name().toLowerCase(Locale.ROOT)).put("sentence", sentence);
  }

  private static ChatUser person(JsonFields fields) throws JsonException {
    return new ChatUser(user(fields, "user"), fields.text("displayName"), fields.text("userName"));
  }

  private static AgentName agent(JsonFields fields) throws JsonException {
    return fields.value("agent", AgentName::parse);
  }

  private static ConfirmOutcome.Reason reason(JsonFields fields) throws JsonException {
    return fields.word("reason", ConfirmOutcome.Reason.class);
  }

  private static Duration left(JsonFields fields) throws JsonException {
    return Duration.ofMillis(fields.integer("left", 0, CanonicalJson.LARGEST));
  }
}
