package dev.claw.supervisor.resident;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.access.ConfirmOutcome;
import dev.claw.access.InvitationState;
import dev.claw.access.TokenHash;
import dev.claw.lock.CanonicalJson;
import dev.claw.lock.JsonException;
import dev.claw.lock.JsonFields;
import dev.claw.lock.StrictJson;
import dev.claw.model.AgentName;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One question and one answer, each a line of JSON, as they go over the control socket. A client
 * and a process of different versions may meet there, so what is not understood is an error with a
 * sentence and never guessed at.
 */
final class ControlMessage {
  /** Most bytes of a line without its end. */
  static final int LONGEST = 1 << 20;

  private ControlMessage() {}

  /** A question. */
  sealed interface Request {
    /** Serve the agent's egress by what is on disk now. */
    record Serve(AgentName agent) implements Request {}

    /** The same where the agent is served already. */
    record Refresh(AgentName agent) implements Request {}

    /** Approvals were answered: look again at what is on disk. */
    record Approvals() implements Request {}

    /** Run the chat's bot by the settings that are on disk now. */
    record Chat() implements Request {}

    /**
     * Say how it stands with a token, when it is otherwise than the asker knows or after a while.
     *
     * @param known state that the asker knows of, in a word; empty for none
     */
    record AwaitPairing(TokenHash token, String known) implements Request {}

    /**
     * Pair who has shown the token, if it is this person.
     *
     * @param agent whose token it is to be; empty for any
     */
    record ConfirmPairing(TokenHash token, Optional<AgentName> agent, long user)
        implements Request {}

    /** Take the token back. */
    record RefusePairing(TokenHash token, String why) implements Request {}

    /** Say how you are. */
    record Status() implements Request {}

    /** End. */
    record Stop() implements Request {}
  }

  /** An answer. */
  sealed interface Answer {
    /** Done, and there is nothing to say. */
    record Done() implements Answer {}

    /** The agent is served at this socket. */
    record ServedAt(Path socket) implements Answer {}

    /** How it stands with a token. */
    record Stands(InvitationState state) implements Answer {}

    /** What came of a confirmation or a refusal. */
    record Settled(ConfirmOutcome outcome) implements Answer {}

    /** How the process is. */
    record Is(SupervisorStatus status) implements Answer {}

    /** It was not done. */
    record Failed(Reason reason, String message) implements Answer {}
  }

  static byte[] write(Request request) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    switch (request) {
      case Request.Serve(AgentName agent) -> node.put("act", "serve").put("agent", agent.value());
      case Request.Refresh(AgentName agent) ->
          node.put("act", "refresh").put("agent", agent.value());
      case Request.Approvals _ -> node.put("act", "approvals");
      case Request.Chat _ -> node.put("act", "chat");
      case Request.AwaitPairing(TokenHash token, String known) ->
          node.put("act", "await-pairing").put("tokenHash", token.value()).put("known", known);
      case Request.ConfirmPairing(TokenHash token, Optional<AgentName> agent, long user) -> {
        node.put("act", "confirm-pairing").put("tokenHash", token.value()).put("user", user);
        agent.ifPresent(name -> node.put("agent", name.value()));
      }
      case Request.RefusePairing(TokenHash token, String why) ->
          node.put("act", "refuse-pairing").put("tokenHash", token.value()).put("why", why);
      case Request.Status _ -> node.put("act", "status");
      case Request.Stop _ -> node.put("act", "stop");
    }
    return bytes(node);
  }

  static Request readRequest(byte[] line) throws JsonException {
    JsonFields fields =
        JsonFields.of(
            StrictJson.parse(line, LONGEST),
            "",
            "act",
            "agent",
            "tokenHash",
            "known",
            "user",
            "why");
    return switch (fields.text("act")) {
      case "serve" -> new Request.Serve(fields.value("agent", AgentName::parse));
      case "refresh" -> new Request.Refresh(fields.value("agent", AgentName::parse));
      case "approvals" -> new Request.Approvals();
      case "chat" -> new Request.Chat();
      case "status" -> new Request.Status();
      case "stop" -> new Request.Stop();
      case "await-pairing" -> new Request.AwaitPairing(token(fields), fields.text("known"));
      case "confirm-pairing" ->
          new Request.ConfirmPairing(
              token(fields),
              fields.has("agent")
                  ? Optional.of(fields.value("agent", AgentName::parse))
                  : Optional.empty(),
              PairingJson.user(fields, "user"));
      case "refuse-pairing" -> new Request.RefusePairing(token(fields), fields.text("why"));
      default ->
          throw new JsonException(
              "act", "expected serve, refresh, approvals, chat, status, stop or a pairing");
    };
  }

  private static TokenHash token(JsonFields fields) throws JsonException {
    return fields.value("tokenHash", TokenHash::parse);
  }

  static byte[] write(Answer answer) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    switch (answer) {
      case Answer.Done _ -> node.put("done", true);
      case Answer.ServedAt(Path socket) -> node.put("socket", socket.toString());
      case Answer.Stands(InvitationState state) -> node.set("stands", PairingJson.of(state));
      case Answer.Settled(ConfirmOutcome outcome) -> node.set("settled", PairingJson.of(outcome));
      case Answer.Is(SupervisorStatus status) -> node.set("status", json(status));
      case Answer.Failed(Reason reason, String message) ->
          node.putObject("failed")
              .put("reason", reason.name().toLowerCase(Locale.ROOT))
              .put("message", message);
    }
    return bytes(node);
  }

  static Answer readAnswer(byte[] line) throws JsonException {
    JsonFields fields =
        JsonFields.of(
            StrictJson.parse(line, LONGEST),
            "",
            "done",
            "socket",
            "status",
            "stands",
            "settled",
            "failed");
    if (fields.has("failed")) {
      JsonFields failed = fields.object("failed", "reason", "message");
      return new Answer.Failed(failed.word("reason", Reason.class), failed.text("message"));
    }
    if (fields.has("socket")) {
      return new Answer.ServedAt(Path.of(fields.text("socket")));
    }
    if (fields.has("stands")) {
      return new Answer.Stands(PairingJson.state(fields.object("stands", PairingJson.FIELDS)));
    }
    if (fields.has("settled")) {
      return new Answer.Settled(PairingJson.outcome(fields.object("settled", PairingJson.FIELDS)));
    }
    return fields.has("status")
        ? new Answer.Is(status(fields.object("status", "pid", "version", "since", "agents", "bot")))
        : new Answer.Done();
  }

  private static ObjectNode json(SupervisorStatus status) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("pid", status.pid());
    node.put("version", status.version());
    node.put("since", status.since().toString());
    status.bot().ifPresent(bot -> node.set("bot", BotJson.of(bot)));
    ArrayNode agents = node.putArray("agents");
    for (SupervisorStatus.Served served : status.agents()) {
      agents
          .addObject()
          .put("agent", served.agent().value())
          .put("connections", served.connections())
          .put("bytes", Math.min(served.bytes(), CanonicalJson.LARGEST))
          .put("modelTokens", Math.min(served.modelTokens(), CanonicalJson.LARGEST));
    }
    return node;
  }

  private static SupervisorStatus status(JsonFields fields) throws JsonException {
    List<SupervisorStatus.Served> agents = new ArrayList<>();
    for (JsonFields agent :
        fields.objects("agents", "agent", "connections", "bytes", "modelTokens")) {
      agents.add(
          new SupervisorStatus.Served(
              agent.value("agent", AgentName::parse),
              (int) agent.integer("connections", 0, Integer.MAX_VALUE),
              agent.integer("bytes", 0, CanonicalJson.LARGEST),
              agent.integer("modelTokens", 0, CanonicalJson.LARGEST)));
    }
    return new SupervisorStatus(
        fields.integer("pid", 1, Integer.MAX_VALUE),
        fields.text("version"),
        fields.value("since", BotJson::instant),
        agents,
        fields.has("bot")
            ? Optional.of(BotJson.read(fields.object("bot", BotJson.FIELDS)))
            : Optional.empty());
  }

  private static byte[] bytes(ObjectNode node) {
    try {
      return CanonicalJson.bytes(node);
    } catch (JsonException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
