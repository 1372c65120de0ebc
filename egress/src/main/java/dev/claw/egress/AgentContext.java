package dev.claw.egress;

import dev.claw.model.AgentName;
import dev.claw.model.ModelPolicy;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What the connections of one agent share. */
final class AgentContext {
  private record Current(AgentRules source, EgressRules rules) {}

  private final AgentName name;
  private final Shared shared;
  private final FakeNames names;
  private final NameDenials nameDenials = new NameDenials();
  private final Budget budget;
  private final @Nullable InspectionTls inspection;
  private final Set<Client> clients = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;
  private volatile Current current;

  /** What the agents of one proxy share. */
  record Shared(
      EgressEnvironment environment,
      EgressLimits limits,
      SteadyClock clock,
      UpstreamTls tls,
      AtomicLong connections) {}

  AgentContext(
      AgentName name,
      Shared shared,
      AgentRules rules,
      EgressUsage used,
      @Nullable InspectionTls inspection) {
    this.name = name;
    this.shared = shared;
    this.names = new FakeNames(shared.limits().names());
    this.budget = new Budget(rules.policy().budgets(), used);
    this.inspection = inspection;
    this.current = new Current(rules, EgressRules.of(rules.policy(), rules.grants()));
  }

  AgentName name() {
    return name;
  }

  EgressEnvironment environment() {
    return shared.environment();
  }

  EgressLimits limits() {
    return shared.limits();
  }

  UpstreamTls tls() {
    return shared.tls();
  }

  @Nullable InspectionTls inspection() {
    return inspection;
  }

  FakeNames names() {
    return names;
  }

  NameDenials nameDenials() {
    return nameDenials;
  }

  Budget budget() {
    return budget;
  }

  /** From now on nobody is served. */
  void close() {
    closed = true;
    clients.forEach(client -> client.end("the agent's egress was closed"));
  }

  /** Whether a connection that has just been added came after the end. */
  boolean isClosed() {
    return closed;
  }

  Set<Client> clients() {
    return clients;
  }

  Instant now() {
    return shared.clock().instant();
  }

  long nextConnection() {
    return shared.connections().incrementAndGet();
  }

  EgressRules rules() {
    return current.rules();
  }

  ModelPolicy models() {
    return current.source().models();
  }

  AgentRules source() {
    return current.source();
  }

  /** From now on these rules decide; connections that they no longer admit are closed. */
  void update(AgentRules rules) {
    current = new Current(rules, EgressRules.of(rules.policy(), rules.grants()));
    budget.set(rules.policy().budgets());
    recheck();
  }

  void recheck() {
    clients.forEach(Client::recheck);
  }
}
