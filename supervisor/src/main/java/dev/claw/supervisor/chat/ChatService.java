package dev.claw.supervisor.chat;

import dev.claw.access.AccessException;
import dev.claw.access.AgentRef;
import dev.claw.access.ChatAgents;
import dev.claw.access.ChatUser;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.InvalidValueException;
import dev.claw.model.LogQuery;
import dev.claw.model.Quoted;
import dev.claw.supervisor.AgentAsk;
import dev.claw.supervisor.AgentExec;
import dev.claw.supervisor.AgentStart;
import dev.claw.supervisor.AgentStatus;
import dev.claw.supervisor.AgentStop;
import dev.claw.supervisor.Approval;
import dev.claw.supervisor.Approvals;
import dev.claw.supervisor.AuditLogs;
import dev.claw.supervisor.Grants;
import dev.claw.supervisor.Host;
import dev.claw.supervisor.Overview;
import dev.claw.supervisor.PendingDenials;
import dev.claw.supervisor.SupervisorException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Has done with agents what a chat asks for, each act on record in the name of the person who
 * asked.
 */
public final class ChatService implements ChatAgents {
  /** Lines longer than this are cut; a chat shows less anyway. */
  private static final int LONGEST_LINE = 1000;

  private final Host host;
  private final Approvals approvals;
  private final Ways ways;

  /**
   * What the command line decides for all ways in.
   *
   * @param start how an agent is started
   * @param askTimeout how long a turn may take
   * @param policy the policy of an agent in short
   */
  public record Ways(StartOptions start, Duration askTimeout, PolicyText policy) {}

  /** How to start, read anew each time. */
  @FunctionalInterface
  public interface StartOptions {
    /**
     * @throws SupervisorException if the configuration can't be read
     */
    AgentStart.Options get() throws SupervisorException;
  }

  /** A policy in words. */
  @FunctionalInterface
  public interface PolicyText {
    /**
     * @throws SupervisorException DRIFT where the lock does not hold
     */
    String of(AgentName agent) throws SupervisorException;
  }

  /**
   * @param approvals what agents ask for
   */
  public ChatService(Host host, Approvals approvals, Ways ways) {
    this.host = host;
    this.approvals = approvals;
    this.ways = ways;
  }

  @Override
  public Line line(AgentRef agent) throws AccessException {
    AgentStatus status = looked(agent, own -> new Overview(own).status(agent.name()));
    return new Line(agent, status.state().word(), status.lock().word());
  }

  @Override
  public String status(AgentRef agent) throws AccessException {
    return ChatWords.status(looked(agent, own -> new Overview(own).status(agent.name())));
  }

  @Override
  public String start(ChatUser by, AgentRef agent) throws AccessException {
    return ChatWords.started(
        acted(by, agent, own -> new AgentStart(own).start(agent.name(), ways.start().get())));
  }

  @Override
  public String stop(ChatUser by, AgentRef agent) throws AccessException {
    return acted(
        by,
        agent,
        own -> {
          AgentStop stop = new AgentStop(own);
          stop.stop(agent.name(), stop.gracePeriod(agent.name(), false));
          return agent.name() + " is stopped";
        });
  }

  @Override
  public String restart(ChatUser by, AgentRef agent) throws AccessException {
    return acted(
        by,
        agent,
        own -> {
          AgentStart start = new AgentStart(own);
          AgentStart.Options options = ways.start().get();
          // One that could not start again goes on running.
          start.verify(agent.name(), options);
          AgentStop stop = new AgentStop(own);
          stop.stopKeepingPod(agent.name(), stop.gracePeriod(agent.name(), false));
          return ChatWords.started(start.start(agent.name(), options));
        });
  }

  @Override
  public List<String> logs(AgentRef agent, int lines) throws AccessException {
    List<String> last = new ArrayList<>();
    return looked(
        agent,
        own -> {
          new AgentExec(own)
              .logs(
                  agent.name(),
                  new LogQuery(false, null, lines),
                  (time, error, line) -> {
                    last.add(Quoted.shortened(line, LONGEST_LINE));
                    return last.size() < lines;
                  });
          return List.copyOf(last);
        });
  }

  @Override
  public void ask(ChatUser by, AgentRef agent, String message, Consumer<String> part)
      throws AccessException {
    var _ =
        acted(
            by,
            agent,
            own -> {
              try {
                return new AgentAsk(own)
                    .ask(
                        agent.name(),
                        // One conversation a person, so that a chat reads like one.
                        AgentAsk.Question.parse(
                            message, Optional.of("telegram-" + by.id()), ways.askTimeout()),
                        part);
              } catch (InvalidValueException e) {
                throw new SupervisorException(
                    SupervisorException.Reason.REFUSED, agent.name() + ": " + e.getMessage(), e);
              }
            });
  }

  @Override
  public String policy(AgentRef agent) throws AccessException {
    return looked(agent, _ -> ways.policy().of(agent.name()));
  }

  @Override
  public List<String> pending(AgentRef agent) throws AccessException {
    return looked(
        agent,
        own ->
            new PendingDenials(own)
                .find(agent.name()).denials().stream().map(ChatWords::denial).toList());
  }

  @Override
  public String allow(ChatUser by, AgentRef agent, String pattern, Duration time)
      throws AccessException {
    return ChatWords.given(
        acted(
            by,
            agent,
            own ->
                new Grants(own, own.egress())
                    .give(agent.name(), pattern, List.of(Grants.HTTPS), time)));
  }

  @Override
  public List<String> audit(AgentRef agent, int records) throws AccessException {
    List<String> lines = new ArrayList<>();
    return looked(
        agent,
        own -> {
          new AuditLogs(own)
              .chain(Optional.of(agent.name()))
              .show(null, "", records, record -> lines.add(ChatWords.record(record)));
          return List.copyOf(lines);
        });
  }

  @Override
  public Optional<Question> question(String id) throws AccessException {
    return done(
        () ->
            approvals
                .find(id)
                .filter(approval -> approval.state() == Approval.State.WAITING)
                .map(ApprovalWords::question));
  }

  @Override
  public String answer(ChatUser by, String id, Verdict verdict) throws AccessException {
    return done(
        () ->
            switch (approvals.decide(id, ApprovalWords.verdict(verdict), by.actor())) {
              case Approvals.Outcome.Taken(Approval approval, Optional<String> grant) ->
                  ApprovalWords.ending(approval)
                      + grant.map(given -> " It is grant " + given + ".").orElse("");
              case Approvals.Outcome.Late(Approval approval) ->
                  "Too late. " + ApprovalWords.ending(approval);
            });
  }

  /** What is read or done, with a host that knows no agent of the name but the one. */
  @FunctionalInterface
  private interface Work<T> {
    T on(Host own) throws SupervisorException, BackendException;
  }

  /** What was read is passed on only if it was this agent's until the end. */
  private <T> T looked(AgentRef agent, Work<T> look) throws AccessException {
    Host own = host.only(agent.id());
    return done(
        () -> {
          T found = look.on(own);
          refuseReplaced(own, agent);
          return found;
        });
  }

  /** On record as the person. */
  private <T> T acted(ChatUser by, AgentRef agent, Work<T> act) throws AccessException {
    Host own = host.by(by.actor()).only(agent.id());
    return done(
        () -> {
          refuseReplaced(own, agent);
          try {
            return act.on(own);
          } catch (SupervisorException e) {
            if (e.reason() == SupervisorException.Reason.AUDIT) {
              refuseReplaced(own, agent); // in words that the person understands
            }
            throw e;
          }
        });
  }

  private static void refuseReplaced(Host own, AgentRef agent) throws SupervisorException {
    own.agents().get(agent.name());
  }

  @FunctionalInterface
  private interface Act<T> {
    T run() throws SupervisorException, BackendException;
  }

  private static <T> T done(Act<T> act) throws AccessException {
    try {
      return act.run();
    } catch (SupervisorException | BackendException e) {
      throw new AccessException(String.valueOf(e.getMessage()), e);
    }
  }
}
