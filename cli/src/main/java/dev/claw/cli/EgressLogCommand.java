package dev.claw.cli;

import dev.claw.supervisor.EgressEntry;
import dev.claw.supervisor.EgressLog;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Prints what an agent's egress has decided: time, allowed or denied, host, port, method, path, the rule or grant,"
          + " program, and bytes of connections that have ended.",
      "What comes from the agent is shown with its control characters made visible."
    })
final class EgressLogCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private AgentArgument agent = new AgentArgument();

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with what falls, until interrupted.")
  private boolean follow;

  @Option(
      names = {"-n", "--tail"},
      paramLabel = "DECISIONS",
      description = "Only so many last decisions. Default: 100; at most 100000.")
  private int tail = 100;

  @Option(names = "--json", description = "Print JSON, a line for each decision (JSON Lines).")
  private boolean json;

  EgressLogCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    if (tail < 0 || tail > EgressLog.MOST) {
      throw new CliException(
          ExitCode.USAGE,
          "--tail: expected a number from 0 to " + EgressLog.MOST + ", found " + tail);
    }
    if (!follow) {
      for (EgressEntry entry : claw.egressLog().last(agent.name(), tail)) {
        print(entry);
      }
      return ExitCode.DONE;
    }
    try {
      claw.egressLog().follow(agent.name(), tail, this::print);
      return ExitCode.DONE;
    } catch (InterruptedException e) {
      return ExitCode.INTERRUPTED; // that is how it ends; there is nothing to say
    }
  }

  /** Whether anybody still reads. */
  private boolean print(EgressEntry entry) {
    if (json) {
      RecordJson.line(claw.out(), entry);
    } else {
      claw.out().println(EgressText.line(entry));
    }
    return !claw.out().checkError();
  }
}
