package dev.claw.cli;

import dev.claw.model.Quoted;
import dev.claw.supervisor.Approval;
import dev.claw.supervisor.Approval.Exec;
import dev.claw.supervisor.Approval.State;
import dev.claw.supervisor.SupervisorException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Says, while a turn lasts, which commands of an agent wait for somebody to allow them, each once:
 * whoever waits for the answer would else wait for nothing that they can see.
 */
final class ApprovalNotice implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(300);

  private final Source source;
  private final Consumer<String> out;
  private final Set<String> known = new HashSet<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread thread;

  /** What there is. */
  @FunctionalInterface
  interface Source {
    List<Approval> get() throws SupervisorException;
  }

  private ApprovalNotice(Source source, Consumer<String> out) {
    this.source = source;
    this.out = out;
    this.thread = Thread.ofPlatform().daemon().name("approval-notice").unstarted(this::run);
  }

  /** What waits already has another cause than the turn that begins now. */
  static ApprovalNotice start(Source source, Consumer<String> out) {
    ApprovalNotice notice = new ApprovalNotice(source, out);
    try {
      notice.waiting().forEach(approval -> notice.known.add(approval.id()));
      notice.thread.start();
    } catch (SupervisorException e) {
      // The turn meets the same trouble, and says so.
    }
    return notice;
  }

  private void run() {
    try {
      while (!over.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
        for (Approval approval : waiting()) {
          if (known.add(approval.id())) {
            out.accept(line(approval));
          }
        }
      }
    } catch (SupervisorException e) {
      // As above.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<Approval> waiting() throws SupervisorException {
    return source.get().stream()
        .filter(approval -> approval.state() == State.WAITING && approval.subject() instanceof Exec)
        .toList();
  }

  private static String line(Approval approval) {
    return "claw: "
        + approval.agent()
        + " waits to run "
        + Quoted.of(approval.subject().text())
        + "; to let it: claw approvals allow "
        + approval.id()
        + " (or deny)";
  }

  @Override
  public void close() {
    over.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
