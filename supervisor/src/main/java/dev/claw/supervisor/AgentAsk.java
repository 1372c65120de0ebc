package dev.claw.supervisor;

import dev.claw.lock.LockVerdict;
import dev.claw.lock.PolicyLock;
import dev.claw.model.AgentContainer;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.Digest;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Asks an agent something and waits for its answer: one turn of OpenClaw, through its gateway. */
public final class AgentAsk {
  private static final Duration SLACK = Duration.ofSeconds(10);
  private static final int LONGEST_MESSAGE = 1 << 20;
  private static final Pattern SESSION = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  private final Host host;

  public AgentAsk(Host host) {
    this.host = host;
  }

  /**
   * What is asked.
   *
   * @param session the conversation that it belongs to; empty for a new one
   * @param timeout for the whole turn, in whole seconds
   */
  public record Question(String message, Optional<String> session, Duration timeout) {
    /**
     * Checks what a person wrote.
     *
     * @throws InvalidValueException if the message is empty or too long, or the session no name
     */
    public static Question parse(String message, Optional<String> session, Duration timeout)
        throws InvalidValueException {
      if (message.isBlank()) {
        throw new InvalidValueException("expected a message, found nothing but space");
      }
      int length = message.getBytes(StandardCharsets.UTF_8).length;
      if (length > LONGEST_MESSAGE) {
        throw new InvalidValueException(
            "expected a message of at most " + LONGEST_MESSAGE + " bytes, found " + length);
      }
      if (session.isPresent() && !SESSION.matcher(session.get()).matches()) {
        throw new InvalidValueException(
            "expected as session up to 64 of a-z, 0-9, '.', '_' and '-', found "
                + Quoted.of(session.get()));
      }
      return new Question(message, session, timeout);
    }
  }

  /**
   * What came back.
   *
   * @param session by which the conversation can be gone on with
   * @param text untrusted, as all that an agent says
   * @param inputTokens as the providers counted them; -1 where they did not
   * @param outputTokens as the providers counted them; -1 where they did not
   * @param millis how long the turn took
   */
  public record Answer(
      AgentName agent,
      String session,
      String text,
      long inputTokens,
      long outputTokens,
      long millis) {}

  /**
   * Asks, and passes the answer on piece by piece as it comes. Interrupting the thread ends the
   * turn.
   *
   * @param deltas gets the pieces, which are untrusted; their sum is the answer's text
   * @throws SupervisorException CONFLICT where the agent does not run, DRIFT where its lock does
   *     not hold, REFUSED where it has no model or may not call it, FAILED where there was no
   *     answer
   */
  public Answer ask(AgentName name, Question question, Consumer<String> deltas)
      throws SupervisorException, BackendException {
    host.home().verify();
    AgentRecord agent = host.agents().get(name);
    PolicyLock lock = verified(agent);
    String session = question.session().orElseGet(this::newSession);
    AnswerStream stream = new AnswerStream(deltas);
    try {
      return recorded(agent, lock, session, question, stream);
    } catch (SupervisorException e) {
      if (stream.failure().isEmpty()) {
        throw e;
      }
      // Said to who asked, and not kept: a provider's words may repeat a key or what was said.
      throw new SupervisorException(
          e.reason(), e.getMessage() + "; OpenClaw says: " + Quoted.visible(stream.failure()), e);
    }
  }

  private Answer recorded(
      AgentRecord agent, PolicyLock lock, String session, Question question, AnswerStream stream)
      throws SupervisorException, BackendException {
    byte[] message = question.message().getBytes(StandardCharsets.UTF_8);
    return host.journal()
        .onAgent(
            "agent.ask",
            agent.name(),
            Map.of(
                "messageBytes",
                message.length,
                "messageDigest",
                Digest.of(message).value(),
                "session",
                session,
                "timeoutSeconds",
                question.timeout().toSeconds()),
            () -> asked(agent, lock, session, question, stream),
            answer ->
                Map.of(
                    "answerBytes",
                    answer.text().getBytes(StandardCharsets.UTF_8).length,
                    "inputTokens",
                    answer.inputTokens(),
                    "outputTokens",
                    answer.outputTokens(),
                    "millis",
                    answer.millis()));
  }

  private String newSession() {
    byte[] bytes = new byte[6];
    host.random().nextBytes(bytes);
    return "ask-" + HexFormat.of().formatHex(bytes);
  }

  private PolicyLock verified(AgentRecord agent) throws SupervisorException, BackendException {
    AgentName name = agent.name();
    Optional<AgentContainer> container = host.backend().find(agent.id());
    if (container.isEmpty() || container.get().state() != AgentContainer.State.RUNNING) {
      throw new SupervisorException(
          Reason.CONFLICT, name + ": it is not running; run 'claw start " + name + "'");
    }
    LockVerdict verdict = new LockCheck(host).files(agent).verdict();
    if (!(verdict instanceof LockVerdict.Verified(PolicyLock lock))) {
      throw new SupervisorException(
          Reason.DRIFT, name + ": " + verdict.sentence() + "\nIt was asked nothing.");
    }
    if (!container.get().lock().equals(lock.containerDigest())) {
      throw new SupervisorException(
          Reason.DRIFT, name + ": it runs under an earlier lock; run 'claw restart " + name + "'");
    }
    if (lock.models().primary().isEmpty()) {
      throw new SupervisorException(
          Reason.REFUSED,
          name + ": its policy names no model; name one with 'models' in its template");
    }
    // One that was lost since the start, with what serves it.
    Optional<String> closed = new AgentDoor(host).open(agent, lock);
    if (closed.isPresent()) {
      throw new SupervisorException(Reason.FAILED, name + ": it has " + closed.get());
    }
    return lock;
  }

  private Answer asked(
      AgentRecord agent, PolicyLock lock, String session, Question question, AnswerStream stream)
      throws SupervisorException, BackendException {
    String token = new GatewayToken(host.home(), host.random()).get(agent.id());
    GatewayCall call = new GatewayCall(token, session, question.message());
    Instant begun = host.clock().instant();
    long start = System.nanoTime();
    int exitCode;
    try {
      exitCode =
          host.backend()
              .converse(
                  agent.id(),
                  GatewayCall.command(question.timeout()),
                  call.input(),
                  question.timeout().plus(SLACK),
                  stream);
    } catch (BackendException e) {
      if (e.kind() == BackendException.Kind.INTERRUPTED) {
        throw new SupervisorException(
            Reason.INTERRUPTED, agent.name() + ": broken off; the turn was ended", e);
      }
      if (e.kind() != BackendException.Kind.TIMEOUT) {
        throw e;
      }
      exitCode = GatewayCall.TIMED_OUT;
    }
    stream.end();
    if (exitCode == 0 && stream.isComplete() && stream.failure().isEmpty()) {
      return new Answer(
          agent.name(),
          session,
          stream.text(),
          stream.inputTokens(),
          stream.outputTokens(),
          Duration.ofNanos(System.nanoTime() - start).toMillis());
    }
    throw failure(agent, lock, question, stream, exitCode, begun);
  }

  private SupervisorException failure(
      AgentRecord agent,
      PolicyLock lock,
      Question question,
      AnswerStream stream,
      int exitCode,
      Instant begun) {
    Optional<ModelTrouble> trouble =
        ModelTrouble.find(
            host.home().agent(agent.name()).audit(), lock.models(), begun.minusMillis(1));
    String why = why(agent.name(), question, stream, exitCode);
    return new SupervisorException(
        trouble.map(ModelTrouble::reason).orElse(Reason.FAILED),
        agent.name()
            + ": "
            + why
            + trouble.map(t -> "; " + Quoted.visible(t.sentence())).orElse(""));
  }

  private static String why(AgentName name, Question question, AnswerStream stream, int exitCode) {
    if (!stream.failure().isEmpty()) {
      return "no answer";
    }
    return switch (exitCode) {
      case GatewayCall.TIMED_OUT ->
          "no answer after "
              + question.timeout().toSeconds()
              + " s, so the turn was ended; --timeout gives it longer";
      case GatewayCall.NOT_CONNECTED ->
          "its gateway does not answer yet, or no longer; 'claw logs " + name + "' shows why";
      case 0 -> "its gateway broke off in mid-answer; 'claw logs " + name + "' may show why";
      default ->
          "its gateway could not be asked: "
              + Quoted.visible(stream.errors().replace('\n', ' '))
              + " (curl ended with "
              + exitCode
              + ")";
    };
  }
}
