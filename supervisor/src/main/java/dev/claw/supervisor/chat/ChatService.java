package dev.claw.supervisor.chat;

import dev.claw.access.AccessException;
import dev.claw.access.ChatAgents;
import dev.claw.access.ChatUser;
import dev.claw.model.Actor;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.InvalidValueException;
import dev.claw.model.LogQuery;
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

  private static final List<Integer> HTTPS = List.of(443);

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
  public Line line(AgentName agent) throws AccessException {
    AgentStatus status = done(() -> new Overview(host).status(agent));
    return new Line(agent, status.state().word(), status.lock().word());
  }

  @Override
  public String status(AgentName agent) throws AccessException {
    return ChatText.status(done(() -> new Overview(host).status(agent)));
  }

  @Override
  public String start(ChatUser by, AgentName agent) throws AccessException {
    return ChatText.started(done(() -> new AgentStart(as(by)).start(agent, ways.start().get())));
  }

  @Override
  public String stop(ChatUser by, AgentName agent) throws AccessException {
    return done(
        () -> {
          AgentStop stop = new AgentStop(as(by));
          stop.stop(agent, stop.gracePeriod(agent, false));
          return agent + " is stopped";
        });
  }

  @Override
  public String restart(ChatUser by, AgentName agent) throws AccessException {
    return done(
        () -> {
          AgentStart start = new AgentStart(as(by));
          AgentStart.Options options = ways.start().get();
          // One that could not start again goes on running.
          start.verify(agent, options);
          AgentStop stop = new AgentStop(as(by));
          stop.stopKeepingPod(agent, stop.gracePeriod(agent, false));
          return ChatText.started(start.start(agent, options));
        });
  }

  @Override
  public List<String> logs(AgentName agent, int lines) throws AccessException {
    List<String> last = new ArrayList<>();
    return done(
        () -> {
          new AgentExec(host)
              .logs(
                  agent,
                  new LogQuery(false, null, lines),
                  (time, error, line) -> {
                    last.add(ChatText.cut(line, LONGEST_LINE));
                    return last.size() < lines;
                  });
          return List.copyOf(last);
        });
  }

  @Override
  public void ask(ChatUser by, AgentName agent, String message, Consumer<String> part)
      throws AccessException {
    var _ =
        done(
            () -> {
              try {
                return new AgentAsk(as(by))
                    .ask(
                        agent,
                        // One conversation a person, so that a chat reads like one.
                        AgentAsk.Question.parse(
                            message, Optional.of("telegram-" + by.id()), ways.askTimeout()),
                        part);
              } catch (InvalidValueException e) {
                throw new SupervisorException(
                    SupervisorException.Reason.REFUSED, agent + ": " + e.getMessage(), e);
              }
            });
  }

  @Override
  public String policy(AgentName agent) throws AccessException {
    return done(() -> ways.policy().of(agent));
  }

  @Override
  public List<String> pending(AgentName agent) throws AccessException {
    return done(
        () ->
            new PendingDenials(host).find(agent).denials().stream().map(ChatText::denial).toList());
  }

  @Override
  public String allow(ChatUser by, AgentName agent, String pattern, Duration time)
      throws AccessException {
    return ChatText.given(
        done(() -> new Grants(as(by), host.egress()).give(agent, pattern, HTTPS, time)));
  }

  @Override
  public List<String> audit(AgentName agent, int records) throws AccessException {
    List<String> lines = new ArrayList<>();
    return done(
        () -> {
          new AuditLogs(host)
              .chain(Optional.of(agent))
              .show(null, "", records, record -> lines.add(ChatText.record(record)));
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
            switch (approvals.decide(id, ApprovalWords.verdict(verdict), actor(by))) {
              case Approvals.Outcome.Taken(Approval approval, Optional<String> grant) ->
                  ApprovalWords.ending(approval)
                      + grant.map(given -> " It is grant " + given + ".").orElse("");
              case Approvals.Outcome.Late(Approval approval) ->
                  "Too late. " + ApprovalWords.ending(approval);
            });
  }

  /** The same host, on record as the person. */
  private Host as(ChatUser by) {
    return host.by(actor(by));
  }

  private static Actor actor(ChatUser user) {
    return user.actor();
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
