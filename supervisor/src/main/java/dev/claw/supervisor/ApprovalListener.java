package dev.claw.supervisor;

/** Hears of approvals, in the resident process. Called by one thread, which it should not hold. */
public interface ApprovalListener {
  /** Somebody is to answer. */
  void asked(Approval approval);

  /** It was answered, was given up or ran out of time; its state says which. */
  void ended(Approval approval);
}
