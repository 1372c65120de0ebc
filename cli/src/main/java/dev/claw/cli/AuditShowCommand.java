package dev.claw.cli;

import dev.claw.audit.AuditRecord;
import dev.claw.supervisor.AuditLogs;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(description = "Prints the record of one agent, or of the host where no agent is named.")
final class AuditShowCommand implements LooksOnly {
  private final Claw claw;

  @Mixin private OptionalAgentArgument agent = new OptionalAgentArgument();

  @Option(
      names = "--since",
      paramLabel = "WHEN",
      description = "Only what is not older: a duration such as 10m, or an RFC 3339 time.")
  private @Nullable String since;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "Only events of this type, such as agent or agent.start.")
  private String type = "";

  @Option(
      names = {"-n", "--tail"},
      paramLabel = "EVENTS",
      description = "Only so many last events.")
  private int tail = -1;

  @Option(
      names = "--json",
      description = "Print the records as they are, a line each (JSON Lines).")
  private boolean json;

  AuditShowCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    @Nullable Instant from = since == null ? null : When.parse(since, claw.surroundings().clock());
    AuditLogs.Chain chain = claw.auditLogs().chain(agent.name());
    chain.show(from, type, tail, this::print);
    return ExitCode.DONE;
  }

  private void print(AuditRecord record) {
    claw.out().println(json ? record.line() : AuditText.line(record));
  }
}
