package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Completion as the shells run it. */
@RequiresPodman
class CompletionIT {
  private final Claw claw = Claw.fresh();

  @AfterEach
  void remove() {
    claw.close();
  }

  /** What bash offers behind these words. */
  private CommandResult complete(String words) {
    String driver =
        """
        PATH=$1:$PATH
        source <(claw completion bash) || exit 9
        read -ra COMP_WORDS <<<"$2"
        [[ $2 == *' ' ]] && COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _claw
        printf '%s\\n' "${COMPREPLY[@]}"
        """;
    return Command.of(
            "bash", "-c", driver, "bash", Claw.launcher().resolveSibling("").toString(), words)
        .with("CLAW_HOME", claw.home().toString())
        .run();
  }

  @Test
  void bashCompletesCommandsOptionsAgentsAndTemplates() {
    assertThat(complete("claw sta")).succeeds().prints("start\n", "status\n");
    assertThat(complete("claw trash ")).succeeds().prints("list\n", "restore\n", "empty\n");
    assertThat(complete("claw start --f")).succeeds().prints("--force\n");
    assertThat(complete("claw create cod")).succeeds().prints("coder\n");
    String agent = claw.create("reviewer");
    assertThat(complete("claw start " + agent.substring(0, 6))).succeeds().prints(agent + "\n");
    assertThat(complete("claw policy explain ")).succeeds().prints(agent + "\n");
  }

  @ParameterizedTest
  @CsvSource({"bash,bash", "zsh,zsh", "fish,fish"})
  void everyScriptParses(String kind, String shell) throws IOException {
    CommandResult script = claw.run("completion", kind);
    assertThat(script).succeeds().prints("claw");
    Path file = claw.folder().resolve("script");
    Files.writeString(file, script.out());
    assertThat(Command.of(shell, "-n", file.toString()).run()).succeeds();
    Assertions.assertThat(script.out()).doesNotContain("\r");
  }

  @Test
  void refusesOtherShells() {
    assertThat(claw.run("completion", "tcsh")).exits(2).says("bash");
  }
}
