package dev.claw.cli;

import dev.claw.supervisor.AgentStart;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Verifies the agent's lock, makes its container where there is none, starts it, compares what really holds with the"
          + " lock, and waits until OpenClaw's gateway is ready.",
      "Nothing starts that the lock does not name."
    })
final class StartCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private AgentArgument agent = new AgentArgument();

  @Option(
      names = "--force",
      description =
          "Where the lock does not hold, show the difference, lock again from template.yaml, and start.")
  private boolean force;

  @Option(names = "--no-wait", description = "Do not wait until the gateway is ready.")
  private boolean noWait;

  @Mixin private UnenforcedOption unenforced = new UnenforcedOption();

  StartCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    AgentStart.Report report =
        claw.agentStart().start(agent.name(), claw.startOptions(unenforced, force, !noWait));
    print(claw, report);
    return ExitCode.DONE;
  }

  static void print(Claw claw, AgentStart.Report report) {
    List<String> unenforced = report.unenforced();
    if (!unenforced.isEmpty()) {
      claw.err()
          .println("claw: NOT ENFORCED on this host, as allowed: " + String.join(", ", unenforced));
    }
    report
        .closed()
        .ifPresent(lacks -> claw.err().println("claw: " + report.agent() + " has " + lacks));
    claw.err().println(report.summary());
    claw.out().println(report.agent());
  }
}
