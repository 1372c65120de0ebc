package dev.claw.supervisor.resident;

import dev.claw.model.AgentName;
import dev.claw.supervisor.EgressAccess;
import dev.claw.supervisor.RunningApprovals;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.SupervisorException.Reason;
import dev.claw.supervisor.resident.ControlMessage.Answer;
import dev.claw.supervisor.resident.ControlMessage.Request;
import java.nio.file.Files;
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
    long end = System.nanoTime() + patience.toNanos();
    boolean started = false;
    while (true) {
      Optional<Answer> answer = ask(new Request.Serve(agent));
      if (answer.isPresent() && answer.get() instanceof Answer.ServedAt(Path socket)) {
        return socket;
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
   * Starts the process again where one was killed while agents needed it.
   *
   * @return whether it had to be started
   */
  public boolean revive() throws SupervisorException {
    boolean missed =
        Files.exists(folder.serving())
            || elsewhere().filter(other -> Files.exists(other.serving())).isPresent();
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
