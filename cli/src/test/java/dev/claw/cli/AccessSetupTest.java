package dev.claw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessSetupTest {
  private static final String TOKEN = "4242:AAH-test-token-of-nobody_0123456789";

  @TempDir Path home;
  private Process server;
  private String api = "";

  @BeforeEach
  void init() throws IOException {
    assertThat(Run.of(home, "init").status()).isZero();
    server =
        new ProcessBuilder(Path.of("../scripts/telegram-server").toAbsolutePath().toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    api = server.inputReader().readLine();
  }

  @AfterEach
  void end() throws Exception {
    server.getOutputStream().close();
    server.waitFor();
  }

  private Run setUp(String token, String at) {
    return Run.with(home, token + "\n", Map.of(), "access", "setup", "telegram", "--api", at);
  }

  private Path file() {
    return home.resolve("claw/secrets/telegram.toml");
  }

  @Test
  void keepsATokenThatIsABots() throws IOException {
    Run run = setUp(TOKEN, api);

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err()).contains("@claw_test_bot", "claw access pair telegram");
    assertThat(run.out() + run.err()).doesNotContain(TOKEN.substring(5));
    assertThat(file()).content().contains(TOKEN, api, "claw_test_bot");
    assertThat(Files.getPosixFilePermissions(file()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(home.resolve("claw/logs/audit.jsonl"))
        .content()
        .contains("access.setup")
        .doesNotContain(TOKEN.substring(5));
  }

  @Test
  void keepsNoOther() {
    String other = TOKEN.replace("AAH", "AAX");
    Run run = setUp(other, api);

    assertThat(run.status()).isNotZero();
    assertThat(run.err()).contains("BotFather").doesNotContain(other.substring(5));
    assertThat(setUp("4242", api).status()).isEqualTo(2);
    assertThat(setUp(TOKEN, "http://api.example.org").status()).isEqualTo(2);
    assertThat(file()).doesNotExist();
  }

  private Run remove(String... more) {
    List<String> words = new ArrayList<>(List.of("access", "setup", "telegram", "--remove"));
    words.addAll(List.of(more));
    return Run.of(home, words.toArray(String[]::new));
  }

  @Test
  void removesTheTokenAndSaysWhatStays() throws IOException {
    assertThat(setUp(TOKEN, api).status()).isZero();

    Run run = remove();

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains("@claw_test_bot is turned off", "pairings stay", "claw access revoke", "/revoke");
    assertThat(file()).doesNotExist();
    assertThat(home.resolve("claw/logs/audit.jsonl"))
        .content()
        .contains("\"access.setup.remove\"", "\"bot\":\"claw_test_bot\"");
  }

  @Test
  void removesWhatCanNotBeRead() throws IOException {
    assertThat(setUp(TOKEN, api).status()).isZero();
    Files.writeString(file(), "token = nonsense");
    assertThat(remove().status()).isZero();
    assertThat(file()).doesNotExist();
  }

  @Test
  void refusesToRemoveWhatIsNotThere() throws IOException {
    Run run = remove();
    assertThat(run.status()).isEqualTo(4);
    assertThat(run.err()).contains("no bot is set up, so there is nothing to remove");
    assertThat(home.resolve("claw/logs/audit.jsonl"))
        .content()
        .doesNotContain("access.setup.remove");
    assertThat(remove("--api", api).status()).isEqualTo(2);
  }

  @Test
  void statusSaysHowItStandsWithTheBot() throws IOException {
    assertThat(status()).contains("bot: not set up; 'claw access setup telegram'");
    assertThat(setUp(TOKEN, api).status()).isZero();
    assertThat(status()).contains("not running", "bot: @claw_test_bot is set up");
    assertThat(Run.of(home, "supervisor", "status", "--json").out())
        .contains("\"state\" : \"not-running\"", "\"user\" : \"claw_test_bot\"");
    Files.writeString(file(), "token = nonsense");
    assertThat(status()).contains("bot: telegram unknown because: ", "telegram.toml");
  }

  private String status() {
    Run run = Run.of(home, "supervisor", "status");
    assertThat(run.status()).as(run.err()).isZero();
    return run.out();
  }
}
