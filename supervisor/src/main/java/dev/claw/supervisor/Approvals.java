package dev.claw.supervisor;

import dev.claw.model.Actor;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.Quoted;
import dev.claw.supervisor.Approval.Egress;
import dev.claw.supervisor.Approval.State;
import dev.claw.supervisor.Approval.Verdict;
import dev.claw.supervisor.SupervisorException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Shows what agents ask for, and answers, once and on record. */
public final class Approvals {
  /** How long a host may be reached that was allowed once: no grant is shorter than is of use. */
  public static final Duration ONCE = Duration.ofSeconds(60);

  /** How long an answer holds that was given for half an hour. */
  public static final Duration HALF_HOUR = Duration.ofMinutes(30);

  private final Host host;
  private final ApprovalStore store;
  private final RunningApprovals running;

  /**
   * @param running told of every answer, after it is on disk
   */
  public Approvals(Host host, RunningApprovals running) {
    this.host = host;
    this.store = new ApprovalStore(host);
    this.running = running;
  }

  /**
   * What there is.
   *
   * @param approvals those that wait, the oldest first, then the others, the newest first
   * @param problems sentences about what can't be read
   */
  public record Listing(List<Approval> approvals, List<String> problems) {
    /** Copies the lists. */
    public Listing {
      approvals = List.copyOf(approvals);
      problems = List.copyOf(problems);
    }
  }

  /** What became of an answer. */
  public sealed interface Outcome {
    /** As it is now. */
    Approval approval();

    /**
     * The answer counts.
     *
     * @param grant id of the grant behind it; empty where it needs none
     */
    record Taken(Approval approval, Optional<String> grant) implements Outcome {}

    /** Somebody answered before, or the approval has ended in another way. */
    record Late(Approval approval) implements Outcome {}
  }

  /** Approvals of one agent, or of all. */
  public Listing list(Optional<AgentName> only) throws SupervisorException {
    host.home().verify();
    ApprovalRow.Found found =
        only.isPresent()
            ? store.find("agent_id = ?", host.agents().get(only.get()).id().value())
            : store.find("TRUE");
    Instant now = store.now();
    List<Approval> waiting = new ArrayList<>();
    List<Approval> ended = new ArrayList<>();
    for (ApprovalRow row : found.rows()) {
      Approval approval = asOf(now, row.approval());
      (approval.state() == State.WAITING ? waiting : ended).add(approval);
    }
    waiting.sort(Comparator.comparing(Approval::asked));
    ended.sort(Comparator.comparing(Approval::asked).reversed());
    waiting.addAll(ended);
    return new Listing(waiting, found.problems());
  }

  /** One by its id. */
  public Optional<Approval> find(String id) throws SupervisorException {
    host.home().verify();
    ApprovalRow.Found found = store.find("id = ?", id);
    if (!found.problems().isEmpty()) {
      throw new SupervisorException(Reason.STATE, found.problems().getFirst());
    }
    Instant now = store.now();
    return found.first().map(row -> asOf(now, row.approval()));
  }

  /** It may have run out a moment ago, and nobody has come by to say so. */
  private static Approval asOf(Instant now, Approval approval) {
    return approval.state() == State.WAITING && !now.isBefore(approval.expires())
        ? approval.ended(State.EXPIRED, "time", approval.expires())
        : approval;
  }

  /**
   * Answers. Of several answers the first one counts.
   *
   * @param actor who answers
   * @throws SupervisorException NOT_FOUND where there is no such approval, REFUSED or DRIFT where a
   *     host was allowed and no grant can be given, which spends the approval
   */
  public Outcome decide(String id, Verdict verdict, Actor actor)
      throws SupervisorException, BackendException {
    Approval asked =
        find(id)
            .orElseThrow(
                () ->
                    new SupervisorException(
                        Reason.NOT_FOUND,
                        Quoted.of(id)
                            + ": expected the id of an approval, found none of that name;"
                            + " 'claw approvals' shows what there is"));
    if (!host.agents().get(asked.agent()).id().equals(asked.agentId())) {
      throw new SupervisorException(
          Reason.CONFLICT,
          id + ": " + asked.agent() + " is another agent now than the one that asked");
    }
    Host acting = host.by(actor).only(asked.agentId());
    ApprovalStore.Answered answered =
        acting
            .journal()
            .onAgent(
                "approval.decided",
                asked.agent(),
                ApprovalRecord.answer(asked, verdict),
                () -> store.answer(asked, verdict, actor.toString()),
                done -> Map.of("counts", done instanceof ApprovalStore.Answered.Taken));
    return switch (answered) {
      case ApprovalStore.Answered.Late(Approval approval) -> new Outcome.Late(approval);
      case ApprovalStore.Answered.Expired(ApprovalRow row) -> {
        acting
            .journal()
            .noteOnAgent(
                "approval.expired",
                asked.agent(),
                asked.agentId(),
                ApprovalRecord.of(row.approval()));
        tell(row.approval());
        yield new Outcome.Late(row.approval());
      }
      case ApprovalStore.Answered.Taken(Approval approval) -> {
        try {
          yield new Outcome.Taken(approval, grant(acting, approval, verdict));
        } finally {
          tell(approval);
        }
      }
    };
  }

  /** What is on disk counts; the supervisor finds it as soon as it looks again. */
  private void tell(Approval approval) throws SupervisorException {
    try {
      running.look();
    } catch (SupervisorException e) {
      throw new SupervisorException(
          e.reason(),
          approval.id()
              + " is "
              + approval.state().word()
              + ", but the supervisor could not be told: "
              + e.getMessage(),
          e);
    }
  }

  private static Optional<String> grant(Host acting, Approval approval, Verdict verdict)
      throws SupervisorException, BackendException {
    if (verdict == Verdict.DENY || !(approval.subject() instanceof Egress egress)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Grants(acting, acting.egress())
              .give(
                  approval.agent(),
                  egress.host(),
                  List.of(egress.port()),
                  verdict == Verdict.ONCE ? ONCE : HALF_HOUR)
              .id());
    } catch (SupervisorException e) {
      throw new SupervisorException(
          e.reason(),
          approval.id() + " is allowed, but " + egress.text() + " is not open: " + e.getMessage(),
          e);
    }
  }
}
