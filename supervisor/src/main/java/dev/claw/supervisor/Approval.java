package dev.claw.supervisor;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Something that an agent may not do before somebody said so. Its texts come from the agent; they
 * are bounded, and hold no control or direction characters.
 *
 * @param id by which it is answered, short and not to be guessed
 * @param subject what is asked for
 * @param asked when
 * @param expires when it is denied by itself
 * @param decidedBy who answered, as the audit log names them; empty while nobody did
 * @param decided when it ended, in whichever way
 */
public record Approval(
    String id,
    AgentId agentId,
    AgentName agent,
    Subject subject,
    Instant asked,
    Instant expires,
    State state,
    Optional<String> decidedBy,
    Optional<Instant> decided) {

  /** What is asked for. */
  public sealed interface Subject {
    /** The kind in one word, as it stands in listings and records. */
    String kind();

    /** In one line. */
    String text();
  }

  /**
   * A command that OpenClaw asks for before it runs it.
   *
   * @param command as OpenClaw would run it; complete
   * @param cwd the folder inside the container; empty where OpenClaw named none
   * @param environment names of the variables that the agent sets for it
   */
  public record Exec(String command, String cwd, List<String> environment) implements Subject {
    /** Copies the list. */
    public Exec {
      environment = List.copyOf(environment);
    }

    @Override
    public String kind() {
      return "exec";
    }

    @Override
    public String text() {
      return command;
    }
  }

  /** A host that the agent was denied for want of a rule. */
  public record Egress(String host, int port) implements Subject {
    @Override
    public String kind() {
      return "egress";
    }

    @Override
    public String text() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /** How far it is. */
  public enum State {
    /** Somebody has to answer. */
    WAITING,
    ALLOWED_ONCE,
    ALLOWED_30M,
    DENIED,
    /** Nobody answered in time, which is a denial. */
    EXPIRED,
    /** The agent withdrew it: its turn ended, or it stopped. */
    GONE;

    /** The word for it in listings and in the database. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** An answer. */
  public enum Verdict {
    /** This one time; a host for {@link Approvals#ONCE}. */
    ONCE(State.ALLOWED_ONCE),
    /** The same for {@link Approvals#HALF_HOUR}. */
    HALF_HOUR(State.ALLOWED_30M),
    DENY(State.DENIED);

    private final State state;

    Verdict(State state) {
      this.state = state;
    }

    State state() {
      return state;
    }
  }

  /** The same in another state. */
  Approval ended(State end, String by, Instant when) {
    return new Approval(
        id, agentId, agent, subject, asked, expires, end, Optional.of(by), Optional.of(when));
  }
}
