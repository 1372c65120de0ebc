package dev.claw.supervisor.resident;

import dev.claw.access.ConfirmOutcome;
import dev.claw.access.InvitationState;
import dev.claw.access.TokenHash;
import dev.claw.model.AgentName;
import dev.claw.supervisor.EgressAccess;
import dev.claw.supervisor.RunningApprovals;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.SupervisorException.Reason;
import dev.claw.supervisor.resident.ControlMessage.Answer;
import dev.claw.supervisor.resident.ControlMessage.Request;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Asks the resident process, and starts it where an answer is needed and none runs. */
public final class SupervisorClient implements EgressAccess, RunningApprovals {
  private static final Duration END = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final ResidentFolder folder;
  private final Path lock;
  private final ResidentStart start;
  private final Duration patience;

  /**
   * @param folder where the process stands that would be started from here
   * @param lock the state folder's, which names the one that runs, wherever it stands
   */
  public SupervisorClient(ResidentFolder folder, Path lock, ResidentStart start) {
    this(folder, lock, start, END);
  }

  SupervisorClient(ResidentFolder folder, Path lock, ResidentStart start, Duration patience) {
    this.folder = folder;
    this.lock = lock;
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
    long end = System.nanoTime() + patience.toNanos();
    boolean started = false;
    while (true) {
      // It may be killed while it is asked; all that can be asked is the same when done twice.
      Optional<Answer> answer = ask(request);
      if (answer.isPresent() && wanted.isInstance(answer.get())) {
        return wanted.cast(answer.get());
      }
      boolean late = System.nanoTime() - end > 0;
      if (ProcessLock.isTaken(lock)) {
        if (late) {
          throw silent();
        }
        pause(); // it is starting, or ending
      } else if (started && late) {
        throw new SupervisorException(
            Reason.FAILED,
            "the supervisor ended as soon as it was asked; see 'claw supervisor logs'");
      } else {
        start.start(folder, () -> ask(new Request.Status()).isPresent());
        started = true;
      }
    }
  }

  @Override
  public void refresh(AgentName agent) throws SupervisorException {
    long end = System.nanoTime() + patience.toNanos();
    while (ask(new Request.Refresh(agent)).isEmpty() && ProcessLock.isTaken(lock)) {
      // One runs and does not answer: it may be starting, or ending.
      if (System.nanoTime() - end > 0) {
        throw silent();
      }
      pause();
    }
  }

  private SupervisorException silent() {
    return new SupervisorException(
        Reason.FAILED,
        "a supervisor"
            + ProcessLock.holder(lock).map(known -> " (pid " + known.pid() + ")").orElse("")
            + " runs and does not answer; see 'claw supervisor logs', and end it");
  }

  private static void pause() throws SupervisorException {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SupervisorException(Reason.INTERRUPTED, "broken off", e);
    }
  }

  @Override
  public void look() throws SupervisorException {
    var _ = ask(new Request.Approvals()); // one that is starting looks by itself
  }

  /** Has the chat's bot run by its settings, in a process that is started where none runs. */
  public void lookAtChat() throws SupervisorException {
    var _ = answered(new Request.Chat(), Answer.Done.class);
  }

  /** The same where a process runs; else there is no bot to do so. */
  public void lookAtChatIfRunning() throws SupervisorException {
    var _ = ask(new Request.Chat());
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
  public boolean stop() throws SupervisorException {
    if (ask(new Request.Stop()).isEmpty()) {
      return false;
    }
    long end = System.nanoTime() + patience.toNanos();
    while (ProcessLock.isTaken(lock)) {
      if (System.nanoTime() - end > 0) {
        throw new SupervisorException(
            Reason.FAILED,
            "the supervisor was told to end and still runs; see 'claw supervisor logs'");
      }
      pause();
    }
    return true;
  }

  /**
   * Starts the process again where one was killed while agents or a chat needed it.
   *
   * @return whether it had to be started
   */
  public boolean revive() throws SupervisorException {
    boolean missed = folder.isMissed() || elsewhere().filter(ResidentFolder::isMissed).isPresent();
    if (!missed || ProcessLock.isTaken(lock)) {
      return false;
    }
    start.start(folder, () -> ask(new Request.Status()).isPresent());
    return true;
  }

  /** Where the last process stands or stood, if another runtime folder was its. */
  private Optional<ResidentFolder> elsewhere() {
    return ProcessLock.holder(lock)
        .flatMap(holder -> ResidentFolder.around(holder.control()))
        .filter(other -> !other.equals(folder));
  }

  /**
   * The answer; empty where nobody is there to give one.
   *
   * @throws SupervisorException as it was answered
   */
  private Optional<Answer> ask(Request request) throws SupervisorException {
    Optional<Answer> answer = ControlCall.ask(folder.control(), request);
    // What the file says counts only while somebody has it: a copied state folder has a copy of it.
    Optional<ResidentFolder> other =
        answer.isEmpty() && ProcessLock.isTaken(lock) ? elsewhere() : Optional.empty();
    return other.isPresent() ? ControlCall.ask(other.get().control(), request) : answer;
  }
}
