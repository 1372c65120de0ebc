package dev.claw.supervisor;

import dev.claw.audit.AuditException;
import dev.claw.audit.AuditLog;
import dev.claw.audit.RecordedAction;
import dev.claw.lock.KeySource;
import dev.claw.model.Actor;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.AuditEvent;
import dev.claw.model.AuditEvent.Result;
import dev.claw.model.BackendException;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Puts what this room does on record: the intent before, the outcome after; where the intent can't
 * be recorded the act does not happen. What concerns one agent's runs stands in that agent's chain,
 * what makes and removes agents in the host's; an agent's begins with its making.
 */
public final class Journal {
  private final ClawHome home;
  private final KeySource keys;
  private final InstantSource clock;
  private final Actor actor;
  private final @Nullable AgentId only;

  /**
   * @param actor who acts through this process
   */
  public Journal(ClawHome home, KeySource keys, InstantSource clock, Actor actor) {
    this(home, keys, clock, actor, null);
  }

  private Journal(
      ClawHome home, KeySource keys, InstantSource clock, Actor actor, @Nullable AgentId only) {
    this.home = home;
    this.keys = keys;
    this.clock = clock;
    this.actor = actor;
    this.only = only;
  }

  /** Something that changes something. */
  @FunctionalInterface
  interface Act<T> {
    T run() throws SupervisorException, BackendException;
  }

  <T> T onAgent(
      String type,
      AgentName agent,
      Map<String, Object> intent,
      Act<T> act,
      Function<T, Map<String, Object>> outcome)
      throws SupervisorException, BackendException {
    return recorded(
        only == null ? open(home.agent(agent).audit()) : chain(agent, only),
        type,
        agent,
        intent,
        act,
        outcome);
  }

  <T> T onHost(String type, @Nullable AgentName agent, Map<String, Object> intent, Act<T> act)
      throws SupervisorException, BackendException {
    return recorded(open(home.audit()), type, agent, intent, act, result -> Map.of());
  }

  <T> T onHost(
      String type,
      @Nullable AgentName agent,
      Map<String, Object> intent,
      Act<T> act,
      Function<T, Map<String, Object>> outcome)
      throws SupervisorException, BackendException {
    return recorded(open(home.audit()), type, agent, intent, act, outcome);
  }

  /**
   * Records something that has happened already and was not to be asked for, such as the making of
   * this folder.
   */
  void noteOnHost(String type, Map<String, Object> details) throws SupervisorException {
    note(open(home.audit()), type, null, details);
  }

  /** The same as the first record of a chain, without which nothing else can stand in it. */
  void begin(Path chain, String type, @Nullable AgentName agent, Map<String, Object> details)
      throws SupervisorException {
    note(AuditLog.open(chain, keys, clock), type, agent, details);
  }

  private void note(
      AuditLog log, String type, @Nullable AgentName agent, Map<String, Object> details)
      throws SupervisorException {
    try {
      log.append(
          new AuditEvent(type, agent, actor, AuditEvent.Phase.OUTCOME, Result.DONE, details));
    } catch (AuditException e) {
      throw unrecorded(e);
    }
  }

  /** The same on an agent's chain. */
  void noteOnAgent(String type, AgentName agent, AgentId id, Map<String, Object> details)
      throws SupervisorException {
    note(chain(agent, id), type, agent, details);
  }

  /** The same record, written in somebody else's name. */
  Journal by(Actor other) {
    return new Journal(home, keys, clock, other, only);
  }

  /** The same, which records what is done with agents in the chain of this one alone. */
  Journal only(AgentId id) {
    return new Journal(home, keys, clock, actor, id);
  }

  Actor actor() {
    return actor;
  }

  /**
   * The chain of one agent, which began with its making. Once the folder of this name is another
   * agent's, or gone, nothing can be appended any more.
   */
  public AuditLog chain(AgentName name, AgentId id) {
    AgentFolder folder = home.agent(name);
    KeySource own = new AgentKeys(keys, new AgentStore(home), folder.record(), name, id);
    return AuditLog.openBegun(folder.audit(), own, clock);
  }

  /** A chain that has begun. */
  AuditLog open(Path chain) {
    return AuditLog.openBegun(chain, keys, clock);
  }

  private <T> T recorded(
      AuditLog chain,
      String type,
      @Nullable AgentName agent,
      Map<String, Object> intent,
      Act<T> act,
      Function<T, Map<String, Object>> details)
      throws SupervisorException, BackendException {
    if (Thread.currentThread().isInterrupted()) {
      throw new SupervisorException(
          Reason.INTERRUPTED, type + ": broken off before it began; nothing was done");
    }
    try {
      return new RecordedAction(chain)
          .<T, Unfinished>run(
              AuditEvent.intent(type, agent, actor, intent),
              outcome -> {
                try {
                  T value = act.run();
                  details.apply(value).forEach(outcome::put);
                  return value;
                } catch (SupervisorException e) {
                  if (e.reason() == Reason.REFUSED || e.reason() == Reason.DRIFT) {
                    outcome.refused(word(e.reason()));
                  } else {
                    outcome.put("reason", word(e.reason()));
                  }
                  throw new Unfinished(e);
                } catch (BackendException e) {
                  outcome.put("reason", word(e.kind()));
                  throw new Unfinished(e);
                }
              });
    } catch (AuditException e) {
      throw unrecorded(e);
    } catch (Unfinished e) {
      throw e.rethrow();
    }
  }

  private static String word(Enum<?> reason) {
    return reason.name().toLowerCase(Locale.ROOT);
  }

  private static SupervisorException unrecorded(AuditException e) {
    if (e.getCause() instanceof ClosedByInterruptException) {
      return new SupervisorException(
          Reason.INTERRUPTED, "broken off before it began; nothing was done", e);
    }
    return new SupervisorException(Reason.AUDIT, String.valueOf(e.getMessage()), e);
  }

  /**
   * Carries one of two exceptions through a place that is made for one; keeps its message for the
   * record.
   */
  private static final class Unfinished extends Exception {
    private static final long serialVersionUID = 1L;

    Unfinished(Exception why) {
      super(why.getMessage(), why, false, false);
    }

    BackendException rethrow() throws SupervisorException, BackendException {
      switch (getCause()) {
        case SupervisorException e -> throw e;
        case BackendException e -> throw e;
        case null, default -> throw new AssertionError(this);
      }
    }
  }
}
