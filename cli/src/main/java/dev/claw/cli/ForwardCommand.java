package dev.claw.cli;

import dev.claw.supervisor.AgentForward;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Makes a port of the agent reachable on this host until Ctrl-C, which ends it with status 0. It gives the agent no"
          + " way out, and works for every network profile.",
      "Every user of this host can connect to the port; the agent's gateway wants its token. Its URL is printed with the"
          + " token only where standard output is a terminal, so that the token does not end in a log; behind #, since a"
          + " browser sends that to no server."
    })
final class ForwardCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Option(
      names = "--address",
      paramLabel = "ADDRESS",
      description = "The host's IP address to listen on; 127.0.0.1 unless given.")
  private String address = "127.0.0.1";

  @Option(
      names = "--local",
      paramLabel = "PORT",
      description = "The host's port to listen on; the same as inside unless given, 0 for any.")
  private @Nullable Integer local;

  @Option(
      names = "--show-token",
      description = "Print the gateway's token also where standard output is no terminal.")
  private boolean showToken;

  @Mixin private AgentArgument agent = new AgentArgument();

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PORT",
      description =
          "The port that something inside serves on 127.0.0.1; the gateway's unless given.")
  private int port = AgentForward.GATEWAY_PORT;

  ForwardCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    InetAddress host = host();
    int listenPort = local == null ? port : local;
    check("PORT", port, 1);
    check("--local", listenPort, 0);
    if (!host.isLoopbackAddress()) {
      claw.err()
          .println(
              "claw: --address "
                  + host.getHostAddress()
                  + ": whoever reaches this host reaches the agent's port");
    }
    claw.agentForward()
        .run(
            agent.name(),
            new AgentForward.Ports(port, new InetSocketAddress(host, listenPort)),
            this::print);
    return ExitCode.DONE;
  }

  private InetAddress host() throws CliException {
    try {
      return InetAddress.ofLiteral(address);
    } catch (IllegalArgumentException e) {
      throw new CliException(
          ExitCode.USAGE,
          "--address: expected an IP address such as 127.0.0.1 or ::1, found '"
              + TerminalText.visible(address)
              + "'",
          e);
    }
  }

  private static void check(String name, int port, int least) throws CliException {
    if (port < least || port > 65535) {
      throw new CliException(
          ExitCode.USAGE, name + ": expected a port from " + least + " to 65535, found " + port);
    }
  }

  private void print(AgentForward.Opened opened) {
    String authority = PortText.authority(opened.listen());
    boolean shown = showToken || claw.surroundings().outIsTerminal();
    Optional<String> url =
        opened.token().map(token -> "http://" + authority + "/" + (shown ? "#token=" + token : ""));
    claw.out().println(url.orElse(authority));
    claw.out().flush();
    if (opened.token().isPresent() && !shown) {
      claw.err().println("claw: without the gateway's token, which --show-token prints");
    }
    claw.err().println("claw: forwards port " + port + " of the agent until Ctrl-C");
  }
}
