package dev.claw.cli;

import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    description =
        "Prints the agent's policy.lock.json as it stands, signatures and all; docs/verify-lock.sh verifies it with jq and"
            + " openssl alone.")
final class PolicyShowCommand implements LooksOnly {
  private final Claw claw;

  @Mixin private AgentArgument agent = new AgentArgument();

  @SuppressWarnings("UnusedVariable") // picocli fills it; see call()
  @Mixin
  private JsonOption json = new JsonOption();

  PolicyShowCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    // The lock is JSON already, so --json changes nothing; it is there since every inspection has
    // it.
    claw.out().print(new String(claw.policies().lockBytes(agent.name()), StandardCharsets.UTF_8));
    return ExitCode.DONE;
  }
}
