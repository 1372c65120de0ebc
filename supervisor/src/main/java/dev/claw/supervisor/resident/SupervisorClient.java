package dev.claw.supervisor.resident;

import dev.claw.access.ConfirmOutcome;
import dev.claw.access.InvitationState;
import dev.claw.access.TokenHash;
import dev.claw.lock.JsonException;
import dev.claw.model.AgentName;
import dev.claw.supervisor.EgressAccess;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.SupervisorException.Reason;
import dev.claw.supervisor.resident.ControlMessage.Answer;
import dev.claw.supervisor.resident.ControlMessage.Request;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;

/** Asks the resident process, and starts it where an answer is needed and none runs. */
public final class SupervisorClient implements EgressAccess {
  private static final Duration ANSWER = Duration.ofSeconds(60);
  private static final int STARTS = 3;
  private static final Duration END = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final ResidentFolder folder;
  private final ResidentStart start;
  private final Duration patience;

  public SupervisorClient(ResidentFolder folder, ResidentStart start) {
    this(folder, start, END);
  }

  SupervisorClient(ResidentFolder folder, ResidentStart start, Duration patience) {
    this.folder = folder;
    this.start = start;
    this.patience = patience;
  }

  @Override
  public Path serve(AgentName agent) throws SupervisorException {
    return answered(new Request.Serve(agent), Answer.ServedAt.class).socket();
  }

  /**
   * How it stands with a token: as soon as it is otherwise than the caller knows, and else after a
   * while, so to be asked again.
   *
   * @param known the state that the caller knows of; empty for none
   */
  public InvitationState awaitPairing(TokenHash token, Optional<InvitationState> known)
      throws SupervisorException {
    String word = known.map(PairingJson::word).orElse("");
    return answered(new Request.AwaitPairing(token, word), Answer.Stands.class).state();
  }

  /** Pairs who has shown the token, if it is this person; who waits in the chat is told. */
  public ConfirmOutcome confirmPairing(TokenHash token, Optional<AgentName> agent, long user)
      throws SupervisorException {
    return answered(new Request.ConfirmPairing(token, agent, user), Answer.Settled.class).outcome();
  }

  /** Takes a token back; who waits in the chat is told. */
  public ConfirmOutcome refusePairing(TokenHash token, String why) throws SupervisorException {
    return answered(new Request.RefusePairing(token, why), Answer.Settled.class).outcome();
  }

  /** The answer of a process that is started where none runs. */
  private <T extends Answer> T answered(Request request, Class<T> wanted)
      throws SupervisorException {
    Optional<Answer> answer = ask(request);
    // It may be killed while it is asked; all that can be asked is the same when done twice.
    for (int started = 0; answer.isEmpty() && started < STARTS; started++) {
      start.start(folder, () -> ask(new Request.Status()).isPresent());
      answer = ask(request);
    }
    return answer
        .filter(wanted::isInstance)
        .map(wanted::cast)
        .orElseThrow(
            () ->
                new SupervisorException(
                    Reason.FAILED,
                    "the supervisor ended as soon as it was asked; see 'claw supervisor logs'"));
  }

  @Override
  public void refresh(AgentName agent) throws SupervisorException {
    long end = System.nanoTime() + patience.toNanos();
    while (ask(new Request.Refresh(agent)).isEmpty() && ProcessLock.isTaken(folder.lock())) {
      // One runs and does not answer: it may be starting, or ending.
      if (System.nanoTime() - end > 0) {
        throw new SupervisorException(
            Reason.FAILED,
            "a supervisor runs and does not answer; see 'claw supervisor logs', and end it");
      }
      try {
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new SupervisorException(Reason.INTERRUPTED, "broken off", e);
      }
    }
  }

  /** How the process is; empty where none runs. */
  public Optional<SupervisorStatus> status() throws SupervisorException {
    return ask(new Request.Status())
        .flatMap(
            answer ->
                answer instanceof Answer.Is(SupervisorStatus status)
                    ? Optional.of(status)
                    : Optional.empty());
  }

  /**
   * Ends the process and waits until it has ended.
   *
   * @return whether one ran
   */
  public boolean stop() throws SupervisorException, InterruptedException {
    if (ask(new Request.Stop()).isEmpty()) {
      return false;
    }
    long end = System.nanoTime() + patience.toNanos();
    while (ProcessLock.isTaken(folder.lock())) {
      if (System.nanoTime() - end > 0) {
        throw new SupervisorException(
            Reason.FAILED,
            "the supervisor was told to end and still runs; see 'claw supervisor logs'");
      }
      Thread.sleep(PAUSE);
    }
    return true;
  }

  /**
   * Starts the process again where one was killed while agents needed it.
   *
   * @return whether it had to be started
   */
  public boolean revive() throws SupervisorException {
    if (!Files.exists(folder.serving()) || ProcessLock.isTaken(folder.lock())) {
      return false;
    }
    start.start(folder, () -> ask(new Request.Status()).isPresent());
    return true;
  }

  /**
   * The answer; empty where nobody is there to give one.
   *
   * @throws SupervisorException as it was answered
   */
  private Optional<Answer> ask(Request request) throws SupervisorException {
    Answer answer;
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      try {
        channel.connect(UnixDomainSocketAddress.of(folder.control()));
      } catch (IOException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw new SupervisorException(Reason.INTERRUPTED, "broken off", e);
        }
        return Optional.empty(); // nobody listens
      }
      Timer patience = new Timer("supervisor-answer", true);
      try {
        patience.schedule(closing(channel), ANSWER.toMillis());
        channel.write(ByteBuffer.wrap(ControlMessage.write(request)));
        channel.write(ByteBuffer.wrap(new byte[] {'\n'}));
        byte[] line = ControlServer.line(channel);
        if (line.length == 0) {
          return Optional.empty(); // it ended while it was asked
        }
        answer = ControlMessage.readAnswer(line);
      } finally {
        patience.cancel();
      }
    } catch (AsynchronousCloseException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new SupervisorException(Reason.INTERRUPTED, "broken off", e);
      }
      throw new SupervisorException(
          Reason.FAILED,
          "the supervisor did not answer within "
              + ANSWER.toSeconds()
              + " s; see 'claw supervisor logs'",
          e);
    } catch (IOException e) {
      return Optional.empty(); // it ended while it was asked
    } catch (JsonException e) {
      throw new SupervisorException(
          Reason.FAILED,
          "the supervisor's answer is not understood ("
              + e.getMessage()
              + "); it may be of another version: run 'claw supervisor stop'",
          e);
    }
    if (answer instanceof Answer.Failed(Reason reason, String message)) {
      throw new SupervisorException(reason, message);
    }
    return Optional.of(answer);
  }

  private static TimerTask closing(SocketChannel channel) {
    return new TimerTask() {
      @Override
      public void run() {
        try {
          channel.close();
        } catch (IOException e) {
          // whoever reads notices
        }
      }
    };
  }
}
