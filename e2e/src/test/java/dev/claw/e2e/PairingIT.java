package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code claw access} as far as it goes without anybody in the chat. */
@RequiresPodman
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PairingIT {
  private static final Pattern LINK =
      Pattern.compile("^https://t\\.me/e2e_bot\\?start=([A-Za-z0-9_-]{24})\n$");

  @AutoClose private final Claw claw = Claw.fresh().tolerant();
  private final String agent = claw.create("reviewer");

  @BeforeAll
  void setUpABot() throws IOException {
    Path file = claw.home().resolve("secrets/telegram.toml");
    Files.writeString(
        file,
        "token = \"4711:%s\"\nuser = \"e2e_bot\"\napi = \"http://127.0.0.1:9\"\n"
            .formatted("A".repeat(35)));
    Command.of("chmod", "600", file.toString()).run();
  }

  private RunningCommand pair(String... more) {
    String[] words = {"access", "pair", "telegram", agent, "--role", "viewer"};
    return claw.command(Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new))
        .signalled()
        .start();
  }

  private static String token(RunningCommand pair) {
    pair.await("the link", () -> pair.out().endsWith("\n"));
    Matcher matcher = LINK.matcher(pair.out());
    Assertions.assertThat(matcher.matches()).as(pair.out()).isTrue();
    return matcher.group(1);
  }

  private CommandResult confirm(String token) {
    try (RunningCommand confirm =
        claw.command("access", "confirm", "telegram", agent, "-", "--telegram-user-id", "4711")
            .start()) {
      confirm.write(token + "\n");
      confirm.closeInput();
      return confirm.result();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM"})
  void aSignalMakesTheLinkVoidAndTheTokenStandsNowhere(String signal) throws Exception {
    try (RunningCommand pair = pair("--expires", "3600")) {
      String token = token(pair);
      supervisor(pair, 0);
      assertThat(confirm(token)).exits(7).says("nobody has shown the token yet");
      try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
        for (Path process : processes.toList()) {
          Assertions.assertThat(text(process.resolve("cmdline"))).doesNotContain(token);
          Assertions.assertThat(text(process.resolve("environ"))).doesNotContain(token);
        }
      }
      pair.signal(signal);
      assertThat(pair.result()).exits(130).showsNoBug();
      assertThat(confirm(token)).exits(3).says("void");
      claw.texts()
          .forEach(
              (file, text) ->
                  Assertions.assertThat(text).as(file.toString()).doesNotContain(token));
    }
    assertThat(claw.run("audit", "show", agent, "--type", "access.refuse", "--tail", "1", "--json"))
        .succeeds()
        .prints("\"result\":\"done\"");
    assertThat(claw.run("audit", "verify", agent)).succeeds();
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // of another user, or gone
    }
  }

  @Test
  void theSupervisorIsKilledWhileSomebodyIsWaitedFor() {
    try (RunningCommand pair = pair("--expires", "3600")) {
      String token = token(pair);
      long first = supervisor(pair, 0);
      Command.of("kill", "-KILL", Long.toString(first)).run();
      supervisor(pair, first);
      pair.await("it goes on", () -> pair.err().contains("waiting for somebody"));
      Assertions.assertThat(pair.isAlive()).as(pair.err()).isTrue();
      assertThat(confirm(token)).exits(7).says("nobody has shown the token yet");
      pair.signal("INT");
      assertThat(pair.result()).exits(130).showsNoBug();
    }
  }

  /** The process that serves, once it is another than the one before. */
  private long supervisor(RunningCommand pair, long before) {
    long[] found = new long[1];
    pair.await(
        "a supervisor",
        () -> {
          CommandResult status = claw.run("supervisor", "status", "--json");
          found[0] = status.json().path("supervisor").path("pid").asLong();
          return found[0] > 0 && found[0] != before;
        });
    return found[0];
  }

  @Test
  void pairIsKilledAndTheLinkStaysGoodForItsTimeOnly() {
    String token;
    try (RunningCommand pair = pair("--expires", "8")) {
      token = token(pair);
      pair.signal("KILL");
      Assertions.assertThat(pair.result().exitCode()).isEqualTo(137);
    }
    while (confirm(token).exitCode() == 7) {
      // good as before, and nobody has shown it
    }
    assertThat(confirm(token)).exits(1).says("time is over");
    assertThat(claw.run("access", "list", "telegram", agent, "--json"))
        .succeeds()
        .prints("\"pairings\" : [ ]");
  }

  @Test
  void aLinkThatNobodyOpensEnds() {
    try (RunningCommand pair = pair("--expires", "1")) {
      assertThat(pair.result()).exits(1).says("time is over");
    }
  }

  @Test
  void whoIsNotPairedCanNotBeRevoked() {
    assertThat(claw.run("access", "revoke", "telegram", agent, "4711"))
        .exits(4)
        .says("4711 is not paired");
  }
}
