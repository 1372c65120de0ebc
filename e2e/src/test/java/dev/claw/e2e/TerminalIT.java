package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** What only shows where standard input and output are a terminal. */
@RequiresPodman
@SharedAgent.Wanted
class TerminalIT {
  private static final String ESCAPE = "\u001b";

  /** The launcher on a pseudo-terminal that {@code script} makes. */
  private static Command onTerminal(SharedAgent agent, String... arguments) {
    String line =
        agent.claw().command(arguments).words().stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" "));
    return new Command(List.of("script", "-qec", line, "/dev/null"))
        .with("CLAW_HOME", agent.claw().home().toString())
        .with("TERM", "xterm-256color")
        .with("SHELL", "/bin/sh");
  }

  @Test
  void execGivesTheProgramATerminal(SharedAgent agent) {
    assertThat(
            onTerminal(agent, "exec", "-t", agent.name(), "--", "sh", "-c", "test -t 0 && tty")
                .run())
        .succeeds()
        .prints("/dev/pts/");
    assertThat(onTerminal(agent, "exec", "-t", agent.name(), "--", "sh", "-c", "exit 9").run())
        .exits(9);
    assertThat(
            onTerminal(agent, "exec", agent.name(), "--", "sh", "-c", "test -t 0 || echo pipe")
                .run())
        .succeeds()
        .prints("pipe");
  }

  @Test
  void controlCharactersOfAProgramDoNotReachTheTerminal(SharedAgent agent) {
    String evil = "\\033]0;evil\\007\\033[2J\\rX\\233x\\302\\2332J";
    CommandResult result =
        onTerminal(agent, "exec", agent.name(), "--", "printf", evil + "\\n").run();
    assertThat(result)
        .succeeds()
        .prints("\\u001b]0;evil\\u0007")
        .doesNotPrint(ESCAPE, "\u0007", "\u009b");
    CommandResult error =
        onTerminal(agent, "exec", agent.name(), "--", "sh", "-c", "printf '" + evil + "' >&2")
            .run();
    assertThat(error).prints("\\u001b]0;evil").doesNotPrint(ESCAPE, "\u0007", "\u009b");
  }

  @Test
  void controlCharactersInLogsDoNotReachTheTerminal(SharedAgent agent) {
    assertThat(agent.shell("printf '\\033]0;evil-log\\007\\n' >/proc/1/fd/1")).succeeds();
    CommandResult piped = agent.claw().run("logs", agent.name());
    assertThat(piped).succeeds();
    Assertions.assertThat(piped.out() + piped.err())
        .contains("\\u001b]0;evil-log\\u0007")
        .doesNotContain(ESCAPE, "\u0007");
    CommandResult shown = onTerminal(agent, "logs", agent.name()).run();
    assertThat(shown).succeeds().prints("\\u001b]0;evil-log").doesNotPrint(ESCAPE, "\u0007");
  }

  @Test
  void filesOfAnAgentDoNotReachTheTerminalRaw(SharedAgent agent) {
    assertThat(onTerminal(agent, "audit", "show", agent.name()).run())
        .succeeds()
        .doesNotPrint(ESCAPE);
    assertThat(onTerminal(agent, "status").run()).succeeds().prints(agent.name());
  }

  @Test
  void tuiShowsOpenClawsInterface(SharedAgent agent) {
    try (RunningCommand tui = onTerminal(agent, "tui", agent.name()).start()) {
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
