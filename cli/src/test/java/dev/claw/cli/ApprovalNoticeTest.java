package dev.claw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.supervisor.Approval;
import dev.claw.supervisor.Approval.Egress;
import dev.claw.supervisor.Approval.Exec;
import dev.claw.supervisor.Approval.State;
import dev.claw.supervisor.Approval.Subject;
import dev.claw.supervisor.SupervisorException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ApprovalNoticeTest {
  private final List<Approval> approvals = new CopyOnWriteArrayList<>();
  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

  private static Approval approval(String id, Subject subject, State state) {
    return new Approval(
        id,
        new AgentId("0123456789abcdef0123456789abcdef"),
        new AgentName("coder"),
        subject,
        Instant.EPOCH,
        Instant.EPOCH,
        state,
        Optional.empty(),
        Optional.empty());
  }

  private static Exec exec(String command) {
    return new Exec(command, "", List.of());
  }

  private List<Approval> look() {
    return List.copyOf(approvals);
  }

  private String next() throws InterruptedException {
    String line = said.poll(1, TimeUnit.MINUTES);
    assertThat(line).isNotNull();
    return line == null ? "" : line;
  }

  @Test
  void saysOnceWhatWaitsAndWhichCommandAnswers() throws Exception {
    approvals.add(approval("a-old", exec("of another turn"), State.WAITING));
    try (ApprovalNotice _ = ApprovalNotice.start(this::look, said::add)) {
      approvals.add(approval("a-host", new Egress("api.example.org", 443), State.WAITING));
      approvals.add(approval("a-done", exec("make test"), State.ALLOWED_ONCE));
      approvals.add(approval("a-1", exec("rm -r\n\u001b[2J" + "x".repeat(500)), State.WAITING));
      assertThat(next())
          .contains("coder waits to run 'rm -r\\u000a\\u001b[2J", "claw approvals allow a-1")
          .hasSizeLessThan(250);
      approvals.add(approval("a-2", exec("make"), State.WAITING));
      assertThat(next()).contains("'make'", "claw approvals allow a-2");
    }
    assertThat(said).isEmpty();
  }

  @Test
  void leavesItToTheTurnToSayWhatIsWrong() {
    ApprovalNotice.start(
            () -> {
              throw new SupervisorException(
                  SupervisorException.Reason.NOT_FOUND, "coder: there is no such agent");
            },
            said::add)
        .close();
    assertThat(said).isEmpty();
  }
}
