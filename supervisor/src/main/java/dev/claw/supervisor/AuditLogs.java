package dev.claw.supervisor;

import dev.claw.audit.AuditException;
import dev.claw.audit.AuditQuery;
import dev.claw.audit.AuditRecord;
import dev.claw.audit.AuditVerdict;
import dev.claw.audit.AuditVerifier;
import dev.claw.lock.KeyException;
import dev.claw.model.AgentName;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The host's chain and those of the agents, for whoever wants to look. */
public final class AuditLogs {
  private final Host host;

  public AuditLogs(Host host) {
    this.host = host;
  }

  /**
   * What came of verifying one chain.
   *
   * @param verdict in one word
   */
  public record Verification(String subject, boolean intact, String verdict, String sentence) {}

  /**
   * The chain of one agent, or of the host.
   *
   * @throws SupervisorException NOT_FOUND where there is no such agent
   */
  public Chain chain(Optional<AgentName> agent) throws SupervisorException {
    host.home().verify();
    if (agent.isEmpty()) {
      return new Chain("host", host.home().audit());
    }
    // The record of an agent is to be read even where agent.yaml is not.
    AgentFolder folder = host.home().agent(agent.get());
    if (!Files.exists(folder.path(), LinkOption.NOFOLLOW_LINKS)) {
      host.agents().get(agent.get());
    }
    return new Chain(agent.get().value(), folder.audit());
  }

  /** Verifies the host's chain and that of every agent. */
  public List<Verification> verifyAll() throws SupervisorException {
    List<Verification> all = new ArrayList<>();
    all.add(verified(chain(Optional.empty())));
    for (AgentStore.Entry entry : host.agents().list()) {
      all.add(verified(chain(Optional.of(entry.name()))));
    }
    return all;
  }

  /** One chain that can't be read must not hide what is wrong with the others. */
  private static Verification verified(Chain chain) {
    try {
      return chain.verify();
    } catch (SupervisorException e) {
      return new Verification(chain.subject, false, "unreadable", String.valueOf(e.getMessage()));
    }
  }

  /** One chain. */
  public final class Chain {
    private final String subject;
    private final Path log;

    private Chain(String subject, Path log) {
      this.subject = subject;
      this.log = log;
    }

    /** Its file. */
    Path path() {
      return log;
    }

    /**
     * Passes on the records that fit, in their order.
     *
     * @param since only records not before; null for all
     * @param type only this type or those below it; empty for all
     * @param tail only so many last ones; negative for all
     * @return how many lines were no record
     */
    public long show(@Nullable Instant since, String type, int tail, Consumer<AuditRecord> sink)
        throws SupervisorException {
      try {
        return new AuditQuery(since, null, type, tail).run(log, sink);
      } catch (AuditException e) {
        throw failed(e);
      }
    }

    /** Verifies it from its first line to its head. */
    public Verification verify() throws SupervisorException {
      try {
        AuditVerdict verdict = new AuditVerifier(host.keys().load().known()).verify(log);
        String word = verdict.getClass().getSimpleName().toLowerCase(Locale.ROOT);
        boolean intact =
            verdict instanceof AuditVerdict.Intact || verdict instanceof AuditVerdict.Torn;
        return new Verification(subject, intact, word, verdict.sentence());
      } catch (AuditException e) {
        throw failed(e);
      } catch (KeyException e) {
        throw new SupervisorException(Reason.STATE, String.valueOf(e.getMessage()), e);
      }
    }

    /**
     * Goes on after a loss, which stays on record; gives the sequence of the record that says so.
     */
    public long repair() throws SupervisorException {
      try {
        return host.journal().open(log).acknowledgeLoss(host.journal().actor()).sequence();
      } catch (AuditException e) {
        throw failed(e);
      }
    }

    private static SupervisorException failed(AuditException e) {
      return new SupervisorException(Reason.STATE, String.valueOf(e.getMessage()), e);
    }
  }
}
