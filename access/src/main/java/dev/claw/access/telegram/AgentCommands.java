package dev.claw.access.telegram;

import dev.claw.access.AccessDecision;
import dev.claw.access.AccessException;
import dev.claw.access.AccessGate;
import dev.claw.access.AgentRef;
import dev.claw.access.ChatAction;
import dev.claw.access.ChatAgents;
import dev.claw.access.ChatUser;
import dev.claw.access.Pairing;
import dev.claw.access.telegram.Targets.Target;
import dev.claw.model.AgentName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Commands that mean one agent: the gate is asked, then it is done, then the person is told. */
final class AgentCommands {
  private static final Pattern TIME = Pattern.compile("([1-9][0-9]{0,3})([mh])");
  private static final Duration LONGEST_GRANT = Duration.ofHours(24);
  private static final int LONGEST_HOST = 260;
  private static final int MOST_LINES = 200;
  private static final int LINES = 20;

  private final AccessGate gate;
  private final ChatAgents agents;
  private final Outbox outbox;
  private final Pause pause;
  private final RateLimit perAgent;

  AgentCommands(
      AccessGate gate, ChatAgents agents, Outbox outbox, Pause pause, RateLimit perAgent) {
    this.gate = gate;
    this.agents = agents;
    this.outbox = outbox;
    this.pause = pause;
    this.perAgent = perAgent;
  }

  void run(ChatUser user, Verb verb, ChatAction action, Target target) throws InterruptedException {
    AgentName agent = target.agent();
    try {
      switch (gate.decide(user, agent, action)) {
        case AccessDecision.Denied denied ->
            outbox.say(user.id(), refusal(agent, verb, action, denied));
        case AccessDecision.Allowed(Pairing pairing) ->
            // What follows is done with the agent that this was about, whatever has its name then.
            allowed(user, verb, new AgentRef(pairing.agent(), agent), target);
      }
    } catch (AccessException e) {
      outbox.quote(
          user.id(), agent + ": /" + verb.word() + " failed:", String.valueOf(e.getMessage()));
    }
  }

  private void allowed(ChatUser user, Verb verb, AgentRef agent, Target target)
      throws AccessException, InterruptedException {
    if (perAgent.take(agent.id().value()) instanceof RateLimit.Outcome.Refused refused) {
      gate.refused(user, Optional.of(agent), verb.word(), "rate");
      outbox.say(
          user.id(),
          agent.name()
              + ": too much is asked about it at once; come back in "
              + seconds(refused.delay())
              + " s. Nothing was done.");
    } else {
      perform(user, verb, agent, target);
    }
  }

  static long seconds(Duration wait) {
    return wait.toSeconds() + 1;
  }

  /** The same words for an agent that there is not as for one that is not the person's. */
  private static String refusal(
      AgentName agent, Verb verb, ChatAction action, AccessDecision.Denied denied) {
    return switch (denied.reason()) {
      case NOT_PAIRED ->
          agent
              + ": either there is no such agent, or you are not paired with it. /agents lists"
              + " those that you are paired with.";
      case ROLE ->
          agent
              + ": your role does not allow /"
              + verb.word()
              + "; it takes "
              + action.least().word()
              + ". /whoami says what you are.";
    };
  }

  private void perform(ChatUser user, Verb verb, AgentRef agent, Target target)
      throws AccessException, InterruptedException {
    AgentName name = agent.name();
    long chat = user.id();
    switch (verb) {
      case STATUS -> outbox.quote(chat, name + ":", agents.status(agent));
      case POLICY -> outbox.quote(chat, name + " may:", agents.policy(agent));
      case PENDING -> lines(chat, name + " was denied:", agents.pending(agent));
      case LOGS -> {
        Optional<Integer> count = count(target);
        if (count.isEmpty()) {
          usage(chat, verb);
        } else {
          lines(chat, "log of " + name + ":", agents.logs(agent, count.get()));
        }
      }
      case AUDIT -> {
        Optional<Integer> count = count(target);
        if (count.isEmpty()) {
          usage(chat, verb);
        } else {
          lines(chat, "records about " + name + ":", agents.audit(agent, count.get()));
        }
      }
      case START -> {
        outbox.say(chat, name + ": starting …");
        outbox.quote(chat, name + ":", agents.start(user, agent));
      }
      case STOP -> {
        outbox.say(chat, name + ": stopping …");
        outbox.quote(chat, name + ":", agents.stop(user, agent));
      }
      case RESTART -> {
        outbox.say(chat, name + ": restarting …");
        outbox.quote(chat, name + ":", agents.restart(user, agent));
      }
      case ASK -> ask(user, agent, target);
      case ALLOW -> allow(user, agent, target);
      case AGENTS, APPROVALS, WHOAMI, HELP ->
          throw new IllegalArgumentException(verb + " means no agent");
    }
  }

  private void lines(long chat, String head, List<String> lines) throws InterruptedException {
    outbox.quote(chat, head, String.join("\n", lines));
  }

  private void usage(long chat, Verb verb) throws InterruptedException {
    outbox.say(chat, "Expected " + verb.usage() + ", found something else. Nothing was done.");
  }

  private static Optional<Integer> count(Target target) {
    List<String> words = target.words();
    if (words.isEmpty()) {
      return Optional.of(LINES);
    }
    String word = words.getFirst();
    return words.size() == 1 && word.matches("[1-9][0-9]{0,5}")
        ? Optional.of(Math.min(MOST_LINES, Integer.parseInt(word)))
        : Optional.empty();
  }

  private void ask(ChatUser user, AgentRef agent, Target target)
      throws AccessException, InterruptedException {
    if (target.rest().isBlank()) {
      usage(user.id(), Verb.ASK);
      return;
    }
    boolean whole =
        new StreamedAnswer(
                outbox,
                user.id(),
                agent.name().value(),
                () -> gate.may(user, agent, ChatAction.ASK),
                pause)
            .from(part -> agents.ask(user, agent, target.rest(), part));
    if (!whole) {
      gate.refused(user, Optional.of(agent), Verb.ASK.word(), "taken_back");
      outbox.say(
          user.id(), agent.name() + ": the answer ends here: your right to it was taken back.");
    }
  }

  private void allow(ChatUser user, AgentRef agent, Target target)
      throws AccessException, InterruptedException {
    List<String> words = target.words();
    Optional<Duration> time =
        words.size() == 2 ? time(words.get(1)) : Optional.of(Duration.ofMinutes(30));
    if (words.isEmpty()
        || words.size() > 2
        || words.getFirst().length() > LONGEST_HOST
        || time.isEmpty()) {
      outbox.say(
          user.id(),
          "Expected "
              + Verb.ALLOW.usage()
              + ", with a time in minutes or hours of at most 24h, found something else. Nothing"
              + " was done.");
      return;
    }
    outbox.quote(
        user.id(), agent.name() + ":", agents.allow(user, agent, words.getFirst(), time.get()));
  }

  private static Optional<Duration> time(String text) {
    Matcher matcher = TIME.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long number = Long.parseLong(matcher.group(1));
    Duration time =
        matcher.group(2).equals("m") ? Duration.ofMinutes(number) : Duration.ofHours(number);
    return time.compareTo(LONGEST_GRANT) <= 0 ? Optional.of(time) : Optional.empty();
  }
}
