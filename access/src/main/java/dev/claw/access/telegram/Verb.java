package dev.claw.access.telegram;

import dev.claw.access.ChatAction;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What can be asked for in a chat. */
enum Verb {
  AGENTS(null, "", "your agents, and how each is"),
  STATUS(ChatAction.STATUS, "NAME", "how an agent is"),
  ASK(ChatAction.ASK, "NAME text", "write to an agent; its answer grows in one message"),
  START(ChatAction.START, "NAME", "start an agent"),
  STOP(ChatAction.STOP, "NAME", "stop an agent"),
  RESTART(ChatAction.RESTART, "NAME", "stop and start an agent"),
  LOGS(ChatAction.LOGS, "NAME 20", "the last lines of its log"),
  POLICY(ChatAction.POLICY, "NAME", "what it may do and reach"),
  PENDING(ChatAction.PENDING, "NAME", "where it wanted to go and was not let"),
  ALLOW(ChatAction.ALLOW_EGRESS, "NAME HOST 30m", "let it reach a host for a while"),
  AUDIT(ChatAction.AUDIT, "NAME", "the last records about it"),
  APPROVALS(null, "", "what waits for your answer"),
  WHOAMI(null, "", "who you are here"),
  HELP(null, "", "this list");

  private final @Nullable ChatAction action;
  private final String arguments;
  private final String description;

  Verb(@Nullable ChatAction action, String arguments, String description) {
    this.action = action;
    this.arguments = arguments;
    this.description = description;
  }

  /** What one must be allowed to do with the agent that is named; empty where none is. */
  Optional<ChatAction> action() {
    return Optional.ofNullable(action);
  }

  /** As people write it, without the slash. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  String description() {
    return description;
  }

  /** How it is written in full. */
  String usage() {
    return "/" + word() + (arguments.isEmpty() ? "" : " " + arguments);
  }

  static Optional<Verb> find(String word) {
    for (Verb verb : values()) {
      if (verb.word().equals(word)) {
        return Optional.of(verb);
      }
    }
    return Optional.empty();
  }
}
