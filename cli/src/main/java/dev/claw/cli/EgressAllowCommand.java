package dev.claw.cli;

import dev.claw.model.Quoted;
import dev.claw.supervisor.Grants;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Lets an agent reach a host for a while, beside what its lock admits. The grant is signed and on record.",
      "A 'deny' of the lock wins over every grant. When the time is over, connections that only the grant admits are"
          + " closed."
    })
final class EgressAllowCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private AgentArgument agent = new AgentArgument();

  @Parameters(
      index = "1",
      paramLabel = "HOST",
      description =
          "A name, an address, *.NAME (one label more) or **.NAME (any number). Addresses of this machine or its"
              + " networks must be named themselves.")
  private String host = "";

  @Option(
      names = {"-p", "--port"},
      paramLabel = "PORT",
      description = "A TCP port; may be given more than once. Default: 443.")
  private List<Integer> ports = List.of();

  @Option(
      names = "--for",
      required = true,
      paramLabel = "TIME",
      description = "From 30s to 30d, such as 30m, 2h or 7d.")
  private String time = "";

  EgressAllowCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    if (host.contains("/") || host.matches("[^:]*:[0-9]+")) {
      throw new CliException(
          ExitCode.USAGE,
          "egress allow: expected a host alone, such as example.com, found "
              + Quoted.of(host)
              + "; a port goes into --port");
    }
    Grants.Listed given =
        claw.grants()
            .give(
                agent.name(),
                host,
                ports.isEmpty() ? List.of(Grants.HTTPS) : ports,
                GrantTime.parse(time));
    claw.err()
        .println(
            given.agent()
                + " may reach "
                + given.host()
                + " on "
                + PortText.of(given.ports())
                + " until "
                + given.until());
    claw.out().println(given.id());
    return ExitCode.DONE;
  }
}
