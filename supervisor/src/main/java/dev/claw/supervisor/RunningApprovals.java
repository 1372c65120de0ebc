package dev.claw.supervisor;

/** The process that hands answers to agents, where it is to look again at what is on disk. */
@FunctionalInterface
public interface RunningApprovals {
  /** Approvals were answered; done also where no such process runs. */
  void look() throws SupervisorException;
}
