package dev.claw.cli;

import dev.claw.supervisor.BotStatus;
import dev.claw.supervisor.resident.SupervisorStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    description =
        "Shows whether the supervisor runs, which agents' egress it serves and how the chat's bot fares. That none runs is an answer, not an error.")
final class SupervisorStatusCommand implements LooksOnly {
  private final Claw claw;

  @Mixin private JsonOption json = new JsonOption();

  SupervisorStatusCommand(Claw claw) {
    this.claw = claw;
  }

  /** What {@code --json} prints. */
  record Report(boolean running, Optional<Supervisor> supervisor, Bot bot) {
    record Supervisor(
        long pid, String version, Instant since, List<SupervisorStatus.Served> agents) {
      static Supervisor of(SupervisorStatus status) {
        return new Supervisor(status.pid(), status.version(), status.since(), status.agents());
      }
    }

    record Bot(
        BotStatus.State state,
        Optional<String> user,
        Optional<Instant> since,
        Optional<String> reason) {
      static Bot of(BotStatus status) {
        return new Bot(
            status.state(),
            status.user(),
            status.since(),
            Optional.of(status.sentence()).filter(sentence -> !sentence.isEmpty()));
      }
    }
  }

  @Override
  public ExitCode call() throws Exception {
    Optional<SupervisorStatus> found = claw.supervisor().status();
    BotStatus bot = found.flatMap(SupervisorStatus::bot).orElseGet(claw::botNotRunning);
    if (json.wanted()) {
      RecordJson.print(
          claw.out(),
          new Report(found.isPresent(), found.map(Report.Supervisor::of), Report.Bot.of(bot)));
      return ExitCode.DONE;
    }
    if (found.isEmpty()) {
      claw.out().println("not running; 'claw start' or 'claw ask' starts it");
      claw.out().println(line(bot));
      return ExitCode.DONE;
    }
    SupervisorStatus status = found.get();
    claw.out()
        .println(
            "running, pid "
                + status.pid()
                + ", claw "
                + status.version()
                + ", for "
                + claw.ago(status.since()).replace(" ago", ""));
    claw.out().println(line(bot));
    if (!status.version().equals(ClawVersion.text())) {
      claw.err()
          .println(
              "claw: it is of another version than this one; 'claw supervisor stop' ends it and the next command starts the new one");
    }
    Table table = new Table("AGENT", "CONNECTIONS", "BYTES TODAY", "MODEL TOKENS TODAY");
    for (SupervisorStatus.Served agent : status.agents()) {
      table.row(
          agent.agent().value(),
          Integer.toString(agent.connections()),
          Long.toString(agent.bytes()),
          Long.toString(agent.modelTokens()));
    }
    table.print(claw.out());
    return ExitCode.DONE;
  }

  private String line(BotStatus bot) {
    String name = bot.user().map(user -> "@" + user).orElse("telegram");
    String ago = bot.since().map(then -> " " + claw.ago(then)).orElse("");
    String since = ago.isEmpty() ? "" : ", since" + ago;
    String why =
        bot.sentence().isEmpty() ? "" : " because: " + TerminalText.visible(bot.sentence());
    return "bot: "
        + switch (bot.state()) {
          case NOT_SET_UP -> "not set up; 'claw access setup telegram' does it";
          case NOT_RUNNING -> name + " is set up; it runs while a supervisor does";
          case STARTING -> "starting as " + name + since;
          case POLLING -> "polling as " + name + since;
          case WAITING -> "waiting as " + name + since + why;
          case STOPPED -> name + " stopped" + ago + why;
          case UNKNOWN -> name + " unknown" + why;
        };
  }
}
