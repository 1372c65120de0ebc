package dev.claw.cli;

import dev.claw.supervisor.ModelTrial;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Calls a model of each of the agent's providers for one token, the way that the agent's own calls go, and says"
          + " what is wrong where that does not work. Ends with 1 where one of them does not, and with 3 where the agent"
          + " has no model.",
      "The agent need not run. The calls are on its record and count for its budgets."
    })
final class ModelTestCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private AgentArgument agent = new AgentArgument();

  @Option(names = "--provider", paramLabel = "ID", description = "Only this provider.")
  private @Nullable String provider;

  @Mixin private JsonOption json = new JsonOption();

  ModelTestCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    List<ModelTrial.Outcome> outcomes =
        claw.modelTrial().run(agent.name(), Optional.ofNullable(provider));
    if (json.wanted()) {
      RecordJson.print(claw.out(), outcomes);
    } else {
      outcomes.forEach(outcome -> claw.out().println(line(outcome)));
    }
    return outcomes.stream().allMatch(ModelTrial.Outcome::works) ? ExitCode.DONE : ExitCode.FAILED;
  }

  private static String line(ModelTrial.Outcome outcome) {
    return TerminalText.visible(
        outcome.provider()
            + "/"
            + outcome.model()
            + ": "
            + outcome.trouble().orElseGet(() -> "works, answered in " + outcome.millis() + " ms"));
  }
}
