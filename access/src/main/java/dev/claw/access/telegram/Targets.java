package dev.claw.access.telegram;

import dev.claw.access.AccessException;
import dev.claw.access.AccessGate;
import dev.claw.access.ChatUser;
import dev.claw.model.AgentName;
import java.util.List;
import java.util.Optional;

/** Which agent a command means: the one that it names, or the only one that the person has. */
record Targets(AccessGate gate) {
  /**
   * An agent, and what else the command says.
   *
   * @param rest what is written behind the name
   */
  record Target(AgentName agent, String rest) {
    List<String> words() {
      return new Written("", rest).words();
    }
  }

  /** Empty where no agent is named and the person has none, or several. */
  Optional<Target> find(ChatUser user, Verb verb, Written written) throws AccessException {
    List<AgentName> paired = gate.agents(user).stream().map(one -> one.agent().name()).toList();
    Optional<AgentName> named = written.name();
    if (named.isPresent() && paired.contains(named.get())) {
      return Optional.of(new Target(named.get(), written.afterFirst()));
    }
    if (paired.size() == 1 && isWithoutName(verb, written)) {
      return Optional.of(new Target(paired.getFirst(), written.rest()));
    }
    // The gate refuses it, and in the same words whether or not there is such an agent.
    return named.map(name -> new Target(name, written.afterFirst()));
  }

  /** Whether what follows the command can't be meant to begin with a name. */
  private static boolean isWithoutName(Verb verb, Written written) {
    List<String> words = written.words();
    return words.isEmpty()
        || switch (verb) {
          case ASK -> true;
          case LOGS, AUDIT -> words.getFirst().chars().allMatch(c -> c >= '0' && c <= '9');
          case ALLOW -> written.name().isEmpty();
          default -> false;
        };
  }
}
