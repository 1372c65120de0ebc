package dev.claw.access;

import dev.claw.audit.AuditLog;
import dev.claw.audit.AuditQuery;
import dev.claw.audit.AuditRecord;
import dev.claw.lock.HostKeyStore;
import dev.claw.model.Actor;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.AuditEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A real database, real audit chains and two agents; only time is chosen. */
final class Scene extends TestDatabase implements AccessAgents, AccessRecord {
  static final AgentRef CODER = new AgentRef(new AgentId("c".repeat(32)), new AgentName("coder"));
  static final AgentRef OTHER = new AgentRef(new AgentId("0".repeat(32)), new AgentName("other"));
  static final Actor OPERATOR = new Actor("cli", "bob(1000)");
  static final ChatUser ANN = new ChatUser(4711, "Ann", "ann");
  static final ChatUser EVE = new ChatUser(666, "Eve", "");
  static final Duration MINUTE = Duration.ofMinutes(1);

  final Path folder;
  final List<AgentRef> agents = new CopyOnWriteArrayList<>(List.of(CODER, OTHER));
  final List<String> told = new CopyOnWriteArrayList<>();

  /** Chains to which nothing can be added. */
  final Set<Optional<AgentName>> unwritable = ConcurrentHashMap.newKeySet();

  final SecureRandom random = new SecureRandom();
  final StoredGate gate;
  final Invitations invitations;
  final Pairings pairings;

  private final HostKeyStore keys;

  Scene(Path folder) throws Exception {
    super(folder, AccessSchema.STATEMENTS);
    this.folder = folder;
    keys =
        new HostKeyStore(
            Files.createDirectories(folder.resolve("secrets")),
            Files.createDirectories(folder.resolve("keys")),
            () -> now);
    keys.create(random);
    PairingListener listener =
        new PairingListener() {
          @Override
          public void confirmed(ChatUser user, AgentName agent, Role role) {
            told.add(user.id() + " " + agent + " " + role.word());
          }

          @Override
          public void refused(ChatUser user, AgentName agent, Role role, String sentence) {
            told.add(user.id() + " " + agent + " " + role.word() + ": " + sentence);
          }
        };
    gate = new StoredGate(this, this, this, listener);
    invitations = new Invitations(this, this, this, listener);
    pairings = new Pairings(this, this);
  }

  @Override
  public Optional<AgentRef> find(AgentName name) {
    return agents.stream().filter(agent -> agent.name().equals(name)).findFirst();
  }

  @Override
  public List<AgentRef> all() {
    return List.copyOf(agents);
  }

  @Override
  public AuditLog chain(Optional<AgentRef> agent) throws AccessException {
    if (unwritable.contains(agent.map(AgentRef::name))) {
      throw new AccessException("the log can't be written");
    }
    if (agent.isPresent() && !agents.contains(agent.get())) {
      throw new AccessException(agent.get().name() + ": its folder is gone or another's");
    }
    return AuditLog.open(log(agent.map(AgentRef::name)), keys, () -> now);
  }

  Path log(Optional<AgentName> agent) {
    return folder.resolve(agent.map(AgentName::value).orElse("host") + ".jsonl");
  }

  List<AuditRecord> records(Optional<AgentName> agent) throws Exception {
    List<AuditRecord> records = new ArrayList<>();
    if (Files.exists(log(agent))) {
      AuditQuery.ALL.run(log(agent), records::add);
    }
    return records;
  }

  /** The chain as {@code TYPE ACTOR RESULT}, with the reason where there is one. */
  List<String> events(Optional<AgentName> agent) throws Exception {
    List<String> events = new ArrayList<>();
    for (AuditRecord record : records(agent)) {
      AuditEvent event = record.event();
      events.add(
          event.type()
              + " "
              + event.actor()
              + " "
              + (event.result() == null ? "intent" : event.result())
              + (event.details().containsKey("reason") ? " " + event.details().get("reason") : ""));
    }
    return events;
  }

  List<String> coderEvents() throws Exception {
    return events(Optional.of(CODER.name()));
  }

  List<String> hostEvents() throws Exception {
    return events(Optional.empty());
  }

  PairingToken invite(Role role) throws AccessException {
    return invitations.invite(OPERATOR, CODER, role, MINUTE, random).token();
  }

  AccessGate.RequestOutcome show(ChatUser user, PairingToken token) throws AccessException {
    return gate.request(user, token.value());
  }

  ConfirmOutcome confirm(PairingToken token, long user) throws AccessException {
    return invitations.confirm(OPERATOR, Optional.of(CODER.name()), token.hash(), user);
  }

  /** A token that Ann has shown. */
  PairingToken requested(Role role) throws AccessException {
    return requested(ANN, role);
  }

  private PairingToken requested(ChatUser user, Role role) throws AccessException {
    PairingToken token = invite(role);
    show(user, token);
    return token;
  }

  void pair(ChatUser user, Role role) throws AccessException {
    PairingToken token = requested(user, role);
    confirm(token, user.id());
  }

  boolean may(ChatUser user, ChatAction action) throws AccessException {
    return gate.decide(user, CODER.name(), action) instanceof AccessDecision.Allowed;
  }
}
