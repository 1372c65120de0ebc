package dev.claw.cli;

import dev.claw.model.InvalidValueException;
import dev.claw.supervisor.EgressTrial;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Says whether a request or connection of an agent would pass, and by which rule or grant, without sending"
          + " anything. Ends with 3 where it would not.",
      "It asks the verified lock and the grants that hold now; budgets and rules for certain programs have no say."
    })
final class EgressTestCommand implements LooksOnly {
  private final Claw claw;

  @Mixin private AgentArgument agent = new AgentArgument();

  @Parameters(
      index = "1",
      paramLabel = "METHOD|HOST:PORT",
      description = "An HTTP method in front of a URL, or host and port of a connection.")
  private String first = "";

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "URL",
      description = "Behind a method: an http or https URL.")
  private String url = "";

  @Mixin private JsonOption json = new JsonOption();

  EgressTestCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    EgressTrial.Answer answer;
    try {
      answer =
          url.isEmpty()
              ? claw.egressTrial().connection(agent.name(), first)
              : claw.egressTrial().request(agent.name(), first, url);
    } catch (InvalidValueException e) {
      throw new CliException(ExitCode.USAGE, "egress test: " + e.getMessage(), e);
    }
    if (json.wanted()) {
      RecordJson.print(claw.out(), answer);
    } else {
      print(answer);
    }
    return answer.allowed() ? ExitCode.DONE : ExitCode.REFUSED;
  }

  private void print(EgressTrial.Answer answer) {
    StringBuilder text = new StringBuilder();
    if (answer.allowed()) {
      text.append("allowed").append(answer.rule().map(rule -> ": by " + rule).orElse(""));
    } else {
      text.append("denied: ").append(answer.why().orElse(""));
    }
    answer.notes().forEach(note -> text.append("\nnote: ").append(note));
    answer.command().ifPresent(command -> text.append("\nto allow it: ").append(command));
    claw.out().println(TerminalText.visible(text.toString()));
  }
}
