package dev.claw.supervisor;

import dev.claw.supervisor.Approval.Egress;
import dev.claw.supervisor.Approval.Exec;
import dev.claw.supervisor.Approval.Verdict;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Approvals as the audit log has them. A command stands there in words, unlike what is said to an
 * agent: the record is there to show what was allowed.
 */
final class ApprovalRecord {
  private ApprovalRecord() {}

  static Map<String, Object> of(Approval approval) {
    Map<String, Object> details = new TreeMap<>();
    details.put("approval", approval.id());
    details.put("kind", approval.subject().kind());
    switch (approval.subject()) {
      case Exec exec -> {
        details.put("command", exec.command());
        details.put("cwd", exec.cwd());
        if (!exec.environment().isEmpty()) {
          details.put("environment", exec.environment());
        }
      }
      case Egress egress -> {
        details.put("host", egress.host());
        details.put("port", egress.port());
      }
    }
    details.put("state", approval.state().word());
    approval.decidedBy().ifPresent(by -> details.put("by", by));
    return details;
  }

  static Map<String, Object> answer(Approval asked, Verdict verdict) {
    Map<String, Object> details = of(asked);
    details.remove("state");
    details.put("verdict", verdict.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    return details;
  }
}
