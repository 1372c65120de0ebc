package dev.claw.access.telegram;

import dev.claw.access.AccessException;
import dev.claw.access.AccessGate;
import dev.claw.access.AccessGate.Paired;
import dev.claw.access.AccessGate.RequestOutcome;
import dev.claw.access.AgentRef;
import dev.claw.access.ChatAction;
import dev.claw.access.ChatAgents;
import dev.claw.access.ChatUser;
import dev.claw.access.telegram.Targets.Target;
import dev.claw.model.AgentName;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is answered to what a person writes in a chat with the bot alone. */
final class Conversation {
  static final String NOT_PAIRED =
      "You are not paired with any agent. Whoever runs agents with claw can pair you: on that"
          + " machine they run\n\nclaw access pair telegram NAME --role operator\n\nand you open the link that it"
          + " shows. /help says what you can do then.";
  private static final String COMMANDS_ONLY =
      "I understand commands; /help lists them. To write to an agent: /ask NAME text";

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm 'UTC'").withZone(ZoneOffset.UTC);

  private final AccessGate gate;
  private final ChatAgents agents;
  private final Outbox outbox;
  private final Questions questions;
  private final Targets targets;
  private final AgentCommands commands;

  Conversation(
      AccessGate gate,
      ChatAgents agents,
      Outbox outbox,
      Questions questions,
      AgentCommands commands) {
    this.gate = gate;
    this.agents = agents;
    this.outbox = outbox;
    this.questions = questions;
    this.targets = new Targets(gate);
    this.commands = commands;
  }

  void answer(ChatUser user, String text) throws AccessException, InterruptedException {
    Optional<Written> written = Written.parse(text);
    Optional<Verb> verb = written.flatMap(command -> Verb.find(command.word()));
    if (written.isEmpty() || verb.isEmpty()) {
      if (written.isPresent()) {
        // Without the word: it may be anything, a token too.
        gate.refused(user, Optional.empty(), "unknown", "no_command");
      }
      outbox.say(user.id(), COMMANDS_ONLY);
    } else if (verb.get() == Verb.START && isGreetingOrToken(user, written.get())) {
      greetOrRequest(user, written.get().rest());
    } else if (verb.get().action().isPresent()) {
      withAgent(user, verb.get(), verb.get().action().get(), written.get());
    } else {
      without(user, verb.get());
    }
  }

  /**
   * Telegram's own {@code /start TOKEN} and claw's {@code /start NAME} share a word. What names an
   * agent of the person's is the agent; else what is as long as a token is taken for one. Without
   * more, as a phone sends it when a chat is opened, it starts nothing.
   */
  private boolean isGreetingOrToken(ChatUser user, Written written) throws AccessException {
    if (written.rest().isEmpty()) {
      return true;
    }
    Optional<AgentName> name = written.name();
    boolean paired =
        name.isPresent()
            && gate.agents(user).stream().anyMatch(one -> one.agent().name().equals(name.get()));
    return !paired && written.rest().length() >= Written.SHORTEST_TOKEN;
  }

  private void greetOrRequest(ChatUser user, String token)
      throws AccessException, InterruptedException {
    if (token.isEmpty()) {
      gate.done(user, Verb.START.word());
      outbox.say(
          user.id(),
          gate.agents(user).isEmpty()
              ? "This bot belongs to claw, which runs AI agents on somebody's machine.\n\n"
                  + NOT_PAIRED
              : "Welcome back. /agents lists your agents, /help what you can do.");
      return;
    }
    outbox.say(
        user.id(),
        switch (gate.request(user, token)) {
          case RequestOutcome.Requested requested ->
              "You asked to be "
                  + requested.role().word()
                  + " of "
                  + requested.agent()
                  + ". Somebody at the machine has to confirm it by "
                  + time(requested.until())
                  + "; there they see your id, "
                  + user.id()
                  + ". I will tell you.";
          case RequestOutcome.Refused refused -> refused.sentence();
        });
  }

  static String time(Instant instant) {
    return TIME.format(instant);
  }

  private void withAgent(ChatUser user, Verb verb, ChatAction action, Written written)
      throws AccessException, InterruptedException {
    Optional<Target> target = targets.find(user, verb, written);
    if (target.isPresent()) {
      commands.run(user, verb, action, target.get());
      return;
    }
    gate.refused(user, Optional.empty(), verb.word(), "no_agent");
    outbox.say(
        user.id(),
        gate.agents(user).isEmpty()
            ? NOT_PAIRED
            : "Which agent? Write " + verb.usage() + "; /agents lists yours.");
  }

  private void without(ChatUser user, Verb verb) throws AccessException, InterruptedException {
    gate.done(user, verb.word());
    switch (verb) {
      case HELP -> outbox.say(user.id(), help());
      case WHOAMI -> outbox.say(user.id(), whoAmI(user));
      case AGENTS -> agents(user);
      case APPROVALS -> {
        if (questions.repeat(user) == 0) {
          outbox.say(user.id(), "Nothing waits for your answer.");
        }
      }
      default -> throw new IllegalArgumentException(verb + " means an agent");
    }
  }

  private void agents(ChatUser user) throws AccessException, InterruptedException {
    List<Paired> paired = gate.agents(user);
    if (paired.isEmpty()) {
      outbox.say(user.id(), NOT_PAIRED);
      return;
    }
    List<String> lines = new ArrayList<>();
    for (Paired one : paired) {
      lines.add(
          one.agent().name() + " – " + state(one.agent()) + " (you: " + one.role().word() + ")");
    }
    outbox.quote(user.id(), "Your agents:", String.join("\n", lines));
  }

  private String state(AgentRef agent) {
    try {
      ChatAgents.Line line = agents.line(agent);
      return line.state() + ", lock " + line.lock();
    } catch (AccessException e) {
      return "can't be looked at now";
    }
  }

  private String whoAmI(ChatUser user) throws AccessException {
    String roles =
        gate.agents(user).stream()
            .map(one -> one.role().word() + " of " + one.agent().name())
            .collect(Collectors.joining("\n"));
    return "You are "
        + user.shown()
        + ".\n"
        + (roles.isEmpty() ? "You are not paired with any agent." : roles);
  }

  static String help() {
    return "With this bot you act on AI agents that run on a machine of yours, or of somebody who"
        + " paired you with them.\n\n"
        + Stream.of(Verb.values())
            .map(verb -> verb.usage() + " – " + verb.description())
            .collect(Collectors.joining("\n"))
        + "\n\nNAME is an agent's name; with a single agent you can leave it out, except with"
        + " /start. When an agent asks to run something, or was not let to go somewhere, you get a"
        + " message with buttons; what nobody answers in time is denied. A viewer looks, an"
        + " operator also starts, stops, asks and answers, an admin also lets agents reach hosts."
        + " Everything done here is on record.";
  }
}
