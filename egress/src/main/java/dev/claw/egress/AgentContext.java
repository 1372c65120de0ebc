package dev.claw.egress;

import dev.claw.model.AgentName;
import dev.claw.model.ModelPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What the connections of one agent share. */
final class AgentContext {
  /** Look-ups that hang hold a thread for up to half a minute each. */
  private static final int LOOK_UPS = 8;

  private static final int WAITING_LOOK_UPS = 256;
  private static final int PROGRAM_LOOK_UPS = 4;
  private static final int KEY_CALLS = 4;

  /** Each may go beyond the budget by what it costs itself, and holds what it waits for. */
  private static final int MODEL_CALLS = 32;

  /** Denials alike that are on record one by one, and kinds of them that are told apart. */
  private static final int DENIALS_EACH = 3;

  private static final int DENIALS = 64;

  private record Current(AgentRules source, EgressRules rules) {}

  private final AgentName name;
  private final Shared shared;
  private final FakeNames names;
  private final NameDenials nameDenials = new NameDenials();
  private final FoldedDenials denials = new FoldedDenials(DENIALS_EACH, DENIALS);
  private final Turns lookUps = new Turns(LOOK_UPS, WAITING_LOOK_UPS);
  private final Turns programLookUps;
  private final Turns keyCalls;
  private final Semaphore modelCalls = new Semaphore(MODEL_CALLS);
  private final HeldBytes.Share bodies;
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
      HeldBytes bodies,
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
    this.bodies = shared.bodies().share();
    this.budget = new Budget(rules.policy().budgets(), used);
    this.inspection = inspection;
    // One a connection, so that none is ever refused for its place in line.
    this.programLookUps = new Turns(PROGRAM_LOOK_UPS, shared.limits().connections());
    this.keyCalls = new Turns(KEY_CALLS, shared.limits().connections());
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

  FoldedDenials denials() {
    return denials;
  }

  Turns lookUps() {
    return lookUps;
  }

  Turns programLookUps() {
    return programLookUps;
  }

  /** A key may be what a program of the operator's prints. */
  Turns keyCalls() {
    return keyCalls;
  }

  /** Permits for calls of models that have gone beyond their bodies. */
  Semaphore modelCalls() {
    return modelCalls;
  }

  /** What the bodies of its model calls hold. */
  HeldBytes.Share bodies() {
    return bodies;
  }

  Budget budget() {
    return budget;
  }

  /** From now on nobody is served. */
  void close() {
    closed = true;
    clients.forEach(client -> client.end("the agent's egress was closed"));
  }

  /** A connection has ended, and that it has is on its way to the record. */
  void ended(Client client) {
    clients.remove(client);
    synchronized (clients) {
      clients.notifyAll();
    }
  }

  /** Waits until all connections have ended; whether they have. */
  boolean awaitEnds(Duration most) {
    long end = System.nanoTime() + most.toNanos();
    boolean interrupted = false;
    synchronized (clients) {
      for (long left = most.toMillis();
          !clients.isEmpty() && left > 0;
          left = (end - System.nanoTime()) / 1_000_000) {
        try {
          clients.wait(left);
        } catch (InterruptedException e) {
          interrupted = true;
          break;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return clients.isEmpty();
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
