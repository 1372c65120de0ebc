package dev.claw.supervisor.resident;

import dev.claw.model.AgentName;
import dev.claw.supervisor.EgressAccess;
import dev.claw.supervisor.RunningApprovals;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.SupervisorException.Reason;
import dev.claw.supervisor.resident.ControlMessage.Answer;
import dev.claw.supervisor.resident.ControlMessage.Request;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What other processes ask over the control socket, for what acts within this one. It must not ask
 * by the socket: a client looks whether the lock is taken, and a process that opens its own lock
 * file loses the lock as soon as it closes it (fcntl(2)).
 */
final class OwnControl implements EgressAccess, RunningApprovals {
  private volatile @Nullable ControlDesk desk;

  /** From now on this desk answers. */
  ControlDesk connect(ControlDesk answering) {
    desk = answering;
    return answering;
  }

  @Override
  public Path serve(AgentName agent) throws SupervisorException {
    if (ask(new Request.Serve(agent)) instanceof Answer.ServedAt(Path socket)) {
      return socket;
    }
    throw ending();
  }

  @Override
  public void refresh(AgentName agent) throws SupervisorException {
    var _ = ask(new Request.Refresh(agent));
  }

  @Override
  public void look() throws SupervisorException {
    var _ = ask(new Request.Approvals());
  }

  private Answer ask(Request request) throws SupervisorException {
    ControlDesk answering = desk;
    Optional<Answer> answer = answering == null ? Optional.empty() : answering.answer(request);
    if (answer.isPresent() && answer.get() instanceof Answer.Failed(Reason reason, String why)) {
      throw new SupervisorException(reason, why);
    }
    return answer.orElseThrow(OwnControl::ending);
  }

  private static SupervisorException ending() {
    return new SupervisorException(
        Reason.FAILED, "the supervisor is starting or ending; try again in a moment");
  }
}
