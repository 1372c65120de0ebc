package dev.claw.access.telegram;

import dev.claw.access.AccessDecision;
import dev.claw.access.AccessDecision.Allowed;
import dev.claw.access.AccessDecision.Denied;
import dev.claw.access.AccessException;
import dev.claw.access.AccessGate;
import dev.claw.access.AgentRef;
import dev.claw.access.ChatAction;
import dev.claw.access.ChatUser;
import dev.claw.access.Pairing;
import dev.claw.access.Role;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.Digest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Who is paired with what, as tests wish. */
final class TestGate implements AccessGate {
  /** By person and agent. */
  private final Map<Long, Map<AgentName, Role>> roles = new ConcurrentHashMap<>();

  private final Map<AgentName, AgentId> ids = new ConcurrentHashMap<>();

  final List<String> refusals = new CopyOnWriteArrayList<>();
  final List<String> commands = new CopyOnWriteArrayList<>();
  final List<String> tokens = new CopyOnWriteArrayList<>();
  private volatile boolean broken;
  volatile RequestOutcome outcome =
      new RequestOutcome.Refused(
          RequestOutcome.Reason.UNKNOWN, "This token is not known. Ask for a new one.");

  /** The agent that has this name until tests say otherwise. */
  static AgentRef ref(String name) {
    return new AgentRef(
        new AgentId(Digest.of(name).value().replaceFirst(".*:", "").substring(0, 32)),
        new AgentName(name));
  }

  /** The name is another agent's from now on, with the same people. */
  void replace(String name) {
    ids.put(new AgentName(name), new AgentId("f".repeat(32)));
  }

  private AgentRef now(AgentName name) {
    return new AgentRef(ids.getOrDefault(name, ref(name.value()).id()), name);
  }

  void pair(long user, String agent, Role role) {
    roles.computeIfAbsent(user, _ -> new ConcurrentHashMap<>()).put(new AgentName(agent), role);
  }

  /** From now on nobody's pairings can be looked up. */
  void breaks() {
    broken = true;
  }

  void revoke(long user) {
    roles.remove(user);
  }

  @Override
  public AccessDecision decide(ChatUser user, AgentName agent, ChatAction action) {
    Role role = roles.getOrDefault(user.id(), Map.of()).get(agent);
    if (role != null && role.includes(action.least())) {
      return new Allowed(new Pairing(now(agent).id(), user, role, Instant.EPOCH, "operator"));
    }
    refusals.add(user.id() + " " + agent + " " + action);
    return new Denied(role == null ? AccessDecision.Reason.NOT_PAIRED : AccessDecision.Reason.ROLE);
  }

  @Override
  public List<Paired> agents(ChatUser user) throws AccessException {
    if (broken) {
      throw new AccessException("/home/ann/.claw/claw.db: the disk can't be read");
    }
    List<Paired> paired = new ArrayList<>();
    new TreeMap<>(roles.getOrDefault(user.id(), Map.of()))
        .forEach((agent, role) -> paired.add(new Paired(now(agent), role)));
    return paired;
  }

  @Override
  public List<ChatUser> users(AgentRef agent, ChatAction action) {
    return new TreeMap<>(roles)
        .entrySet().stream()
            .filter(
                one ->
                    agent.equals(now(agent.name()))
                        && one.getValue().containsKey(agent.name())
                        && one.getValue().get(agent.name()).includes(action.least()))
            .map(one -> new ChatUser(one.getKey(), "User " + one.getKey(), ""))
            .toList();
  }

  @Override
  public void done(ChatUser user, String command) {
    commands.add(user.id() + " " + command);
  }

  @Override
  public void refused(ChatUser user, Optional<AgentRef> agent, String what, String reason) {
    refusals.add(
        user.id() + " " + agent.map(a -> a.name() + " ").orElse("") + what + ": " + reason);
  }

  @Override
  public RequestOutcome request(ChatUser user, String token) {
    tokens.add(user.id() + " " + token);
    return outcome;
  }
}
