package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the caller may have done to the launcher's streams, locale and environment. */
class StreamsIT {
  private Claw claw = Claw.unmade();

  @BeforeEach
  void init() {
    assertThat(claw.run("init")).succeeds();
  }

  @AfterEach
  void remove() {
    claw.close();
  }

  /** Runs shell text in which {@code "$0"} is the launcher. */
  private Command shell(String text) {
    return claw.command().under("sh", "-c", text);
  }

  @Test
  void whatCouldNotBePrintedIsAFailure() {
    for (String words : new String[] {"templates show coder", "list", "key show", "--version"}) {
      assertThat(shell("\"$0\" " + words + " >/dev/full").run())
          .exits(1)
          .says("standard output")
          .showsNoBug();
    }
  }

  @Test
  void aReaderThatHasEnoughIsNoFailure() {
    CommandResult result = shell("\"$0\" templates show coder | true; \"$0\" list >&-").run();
    assertThat(result).succeeds();
    Assertions.assertThat(result.err()).isEmpty();
  }

  @Test
  void noStreamIsNeeded() {
    assertThat(shell("\"$0\" list <&- >&- 2>&-").run()).succeeds();
    assertThat(shell("\"$0\" create nope x <&- >&- 2>&-").run()).exits(4);
    assertThat(claw.run("audit", "verify")).succeeds();
  }

  @Test
  void argumentsPassUnchangedInEveryLocale() {
    for (String locale : new String[] {"C", "POSIX", "xx_YY.UTF-8"}) {
      assertThat(
              shell("exec \"$0\" templates show \"$(printf 'n\\303\\266pe')\"")
                  .with("LC_ALL", locale)
                  .run())
          .exits(4)
          .says("'n\u00f6pe'");
    }
  }

  @Test
  void withoutHomeTheUserDatabaseKnows() {
    CommandResult result =
        shell("getent passwd \"$(id -u)\" | cut -d: -f6; exec \"$0\" list")
            .without("HOME")
            .without("CLAW_HOME")
            .run();
    String home = result.out().lines().findFirst().orElseThrow();
    if (!result.err().isEmpty()) {
      Assertions.assertThat(result.err()).startsWith("claw: " + home + "/.claw");
    }
  }
}
