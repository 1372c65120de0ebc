package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** What only shows where standard input and output are a terminal. */
@RequiresPodman
@SharedAgent.Wanted
class TerminalIT {
  private static final String ESCAPE = "\u001b";

  @Test
  void execGivesTheProgramATerminal(SharedAgent agent) {
    assertThat(
            agent
                .claw()
                .onTerminal("exec", "-t", agent.name(), "--", "sh", "-c", "test -t 0 && tty")
                .run())
        .succeeds()
        .prints("/dev/pts/");
    assertThat(
            agent.claw().onTerminal("exec", "-t", agent.name(), "--", "sh", "-c", "exit 9").run())
        .exits(9);
    assertThat(
            agent
                .claw()
                .onTerminal("exec", agent.name(), "--", "sh", "-c", "test -t 0 || echo pipe")
                .run())
        .succeeds()
        .prints("pipe");
  }

  @Test
  void controlCharactersOfAProgramDoNotReachTheTerminal(SharedAgent agent) {
    String evil = "\\033]0;evil\\007\\033[2J\\rX\\233x\\302\\2332J";
    CommandResult result =
        agent.claw().onTerminal("exec", agent.name(), "--", "printf", evil + "\\n").run();
    assertThat(result)
        .succeeds()
        .prints("\\u001b]0;evil\\u0007")
        .doesNotPrint(ESCAPE, "\u0007", "\u009b");
    CommandResult error =
        agent
            .claw()
            .onTerminal("exec", agent.name(), "--", "sh", "-c", "printf '" + evil + "' >&2")
            .run();
    assertThat(error).prints("\\u001b]0;evil").doesNotPrint(ESCAPE, "\u0007", "\u009b");
  }

  @Test
  void controlCharactersInLogsDoNotReachTheTerminal(SharedAgent agent) {
    assertThat(agent.shell("printf '\\033]0;evil-log\\007\\n' >/proc/1/fd/1")).succeeds();
    CommandResult piped = awaitLogged(agent, "evil-log");
    Assertions.assertThat(piped.out() + piped.err())
        .contains("\\u001b]0;evil-log\\u0007")
        .doesNotContain(ESCAPE, "\u0007");
    CommandResult shown = agent.claw().onTerminal("logs", agent.name()).run();
    assertThat(shown).succeeds().prints("\\u001b]0;evil-log").doesNotPrint(ESCAPE, "\u0007");
  }

  /** From its standard output it goes through Podman's monitor. */
  private static CommandResult awaitLogged(SharedAgent agent, String text) {
    CommandResult result;
    do {
      result = agent.claw().run("logs", agent.name());
      assertThat(result).succeeds();
    } while (!(result.out() + result.err()).contains(text));
    return result;
  }

  @Test
  void filesOfAnAgentDoNotReachTheTerminalRaw(SharedAgent agent) {
    assertThat(agent.claw().onTerminal("audit", "show", agent.name()).run())
        .succeeds()
        .doesNotPrint(ESCAPE);
    assertThat(agent.claw().onTerminal("status").run()).succeeds().prints(agent.name());
  }

  @Test
  void tuiShowsOpenClawsInterface(SharedAgent agent) {
    try (RunningCommand tui = agent.claw().onTerminal("tui", agent.name()).start()) {
      tui.await("OpenClaw's interface", () -> tui.out().contains("openclaw tui"));
      // As a user leaves it: once to clear the line, once more to go.
      tui.write("\u0003");
      tui.write("\u0003");
      tui.write("\u0004");
      Assertions.assertThat(tui.comesTrue(() -> !tui.isAlive())).isTrue();
    }
    assertThat(agent.exec("true")).succeeds();
  }
}
