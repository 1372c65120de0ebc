package dev.claw.cli;

import dev.claw.supervisor.Approval;
import dev.claw.supervisor.Approval.Exec;
import dev.claw.supervisor.Approval.State;
import dev.claw.supervisor.Approvals;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Lists what agents wait for: commands that OpenClaw asks for where a template has 'agent.exec: ask' or 'auto', and"
          + " hosts that an agent was denied for want of a rule. What nobody answers in time is denied.",
      "What stands there comes from the agent, which may have reasons of its own to ask."
    })
final class ApprovalsListCommand implements LooksOnly {
  private final Claw claw;

  @Mixin private OptionalAgentArgument agent = new OptionalAgentArgument();

  @Option(
      names = {"-a", "--all"},
      description = "Those too that were answered or ran out.")
  private boolean all;

  @Mixin private JsonOption json = new JsonOption();

  ApprovalsListCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    Approvals.Listing found = claw.approvals().list(agent.name());
    List<Approval> shown =
        found.approvals().stream().filter(a -> all || a.state() == State.WAITING).toList();
    if (json.wanted()) {
      RecordJson.print(claw.out(), shown.stream().map(ApprovalText.Listed::of).toList());
    } else {
      Table table =
          all
              ? new Table("ID", "AGENT", "KIND", "ASKED", "STATE", "BY", "ASKS FOR")
              : new Table("ID", "AGENT", "KIND", "ASKED", "ENDS IN", "ASKS FOR");
      shown.forEach(approval -> row(table, approval));
      table.print(claw.out());
    }
    found.problems().forEach(problem -> claw.err().println("claw: " + problem));
    return found.problems().isEmpty() ? ExitCode.DONE : ExitCode.STATE;
  }

  private void row(Table table, Approval approval) {
    String asks = approval.subject().text();
    if (approval.subject() instanceof Exec exec && !exec.cwd().isEmpty()) {
      asks += "  (in " + exec.cwd() + ")";
    }
    String id = approval.id();
    String name = approval.agent().value();
    String kind = approval.subject().kind();
    String asked = claw.ago(approval.asked());
    if (all) {
      table.row(
          id, name, kind, asked, approval.state().word(), approval.decidedBy().orElse("-"), asks);
    } else {
      Duration left = Duration.between(claw.surroundings().clock().instant(), approval.expires());
      table.row(id, name, kind, asked, TimeLeft.text(left.toSeconds()), asks);
    }
  }
}
