package dev.claw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.supervisor.EgressEntry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EgressCommandsTest {
  private static final String KEY = "sk-TOP-secret-0123";
  private static final String EVIL = "\u001b]0;x\u0007\u009b2J\u202e\u2028\r\n";

  @TempDir Path home;

  @BeforeEach
  void init() {
    assertThat(Run.of(home, "init").status()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"30s, 30", "1m, 60", "30m, 1800", "2h, 7200", "30d, 2592000", "720h, 2592000"})
  void readsTimesOfGrants(String text, long seconds) throws CliException {
    assertThat(GrantTime.parse(text)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0s",
        "29s",
        "-1m",
        "+1m",
        "1",
        "m",
        "1M",
        "1.5h",
        " 30m",
        "30m ",
        "030m",
        "1h30m",
        "31d",
        "400d",
        "721h",
        "999999999d",
        "9999999999s",
        "PT30M",
        "30m\n",
        "٣٠m"
      })
  void refusesTimesThatAreNone(String text) {
    Run run = Run.of(home, "egress", "allow", "coder", "a.example", "--for=" + text);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("--for");
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://a.example/", "a.example:443", "a.example/path", "10.0.0.1:22"})
  void allowWantsAHostAlone(String text) {
    Run run = Run.of(home, "egress", "allow", "coder", text, "--for", "1h");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("expected a host alone", "'" + text + "'", "--port");
  }

  @Test
  void allowWantsATimeAndPortsThatAreNumbers() {
    assertThat(Run.of(home, "egress", "allow", "coder", "a.example").status()).isEqualTo(2);
    assertThat(Run.of(home, "egress", "allow", "coder", "a.example", "--for", "-1m").status())
        .isEqualTo(2);
    assertThat(
            Run.of(home, "egress", "allow", "coder", "a", "--port", "https", "--for", "1h")
                .status())
        .isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "egress allow nobody a.example --for 1h",
        "egress grants nobody",
        "egress revoke nobody g-1",
        "egress test nobody a.example:443",
        "egress log nobody",
        "egress log -f nobody",
        "egress pending nobody",
        "model list nobody",
        "model test nobody"
      })
  void anAgentThatIsNotThere(String line) {
    Run run = Run.of(home, line.split(" "));
    assertThat(run.status()).as(run.err()).isEqualTo(4);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void listingsWithoutAnythingHaveAShape() {
    assertThat(Run.of(home, "egress", "grants", "--json").out())
        .contains("\"grants\" : [ ]")
        .contains("\"problems\" : [ ]");
    assertThat(Run.of(home, "secret", "list", "--json").out()).isEqualTo("[ ]\n");
    assertThat(Run.of(home, "model", "list", "--json").out()).contains("\"routes\" : [ ]");
  }

  @Test
  void aSecretComesFromStandardInputAndIsNeverShown() throws Exception {
    Run set = Run.with(home, KEY + "\n", Map.of(), "secret", "set", "anthropic");
    assertThat(set.status()).as(set.err()).isZero();
    assertThat(set.out()).isEmpty();
    Run list = Run.of(home, "secret", "list");
    assertThat(list.out()).contains("anthropic", "value");
    assertThat(list.out() + set.err() + Run.of(home, "secret", "list", "--json").out())
        .doesNotContain(KEY);
    assertThat(Files.readString(home.resolve("claw/secrets/provider/anthropic"))).contains(KEY);
    assertThat(Run.of(home, "audit", "show").out()).contains("secret.set").doesNotContain(KEY);
    assertThat(Run.of(home, "secret", "rm", "anthropic").out()).isEqualTo("anthropic\n");
    assertThat(Run.of(home, "secret", "rm", "anthropic").status()).isEqualTo(4);
    assertThat(Run.of(home, "secret", "list").out()).doesNotContain("anthropic");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "a\nb", "a\u001b[2J", "a\n\n"})
  void refusesValuesThatAreNoKeys(String input) {
    Run run = Run.with(home, input, Map.of(), "secret", "set", "anthropic");
    assertThat(run.status()).isEqualTo(2);
    assertThat(Run.of(home, "secret", "list", "--json").out()).isEqualTo("[ ]\n");
  }

  @Test
  void refusesAValueBeyondTheBound() {
    assertThat(
            Run.with(home, "x".repeat(64 * 1024) + "\n", Map.of(), "secret", "set", "big").status())
        .isZero();
    Run run = Run.with(home, "x".repeat(64 * 1024 + 1), Map.of(), "secret", "set", "bigger");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("64 KiB");
  }

  @Test
  void aValueIsNoArgument() {
    Run run = Run.of(home, "secret", "set", "anthropic", KEY);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("never an argument").doesNotContain(KEY);
    assertThat(Run.of(home, "secret", "set", "anthropic", "--command").status()).isEqualTo(2);
    assertThat(Run.of(home, "secret", "set", "../x").status()).isEqualTo(2);
  }

  @Test
  void aSecretMayComeFromElsewhere() {
    assertThat(Run.of(home, "secret", "set", "e", "--from-environment", "SOME_KEY").status())
        .isZero();
    assertThat(
            Run.of(home, "secret", "set", "c", "--command", "--", "pass", "show", "--x").status())
        .isZero();
    assertThat(Run.of(home, "secret", "list").out()).contains("environment", "command");
    assertThat(Run.of(home, "secret", "set", "e", "--from-environment", "A=B").status())
        .isEqualTo(2);
  }

  @Test
  void aDamagedSecretIsNamedAndEndsWithItsOwnStatus() throws Exception {
    assertThat(Run.with(home, KEY, Map.of(), "secret", "set", "anthropic").status()).isZero();
    Files.write(
        home.resolve("claw/secrets/provider/anthropic"), KEY.getBytes(StandardCharsets.UTF_8));
    Run run = Run.of(home, "secret", "list");
    assertThat(run.status()).isEqualTo(8);
    assertThat(run.out()).contains("broken");
    assertThat(run.err()).contains("claw secret set anthropic").doesNotContain(KEY);
  }

  @Test
  void tailOfTheLogIsBounded() {
    assertThat(Run.of(home, "egress", "log", "-n", "-1", "nobody").status()).isEqualTo(2);
    assertThat(Run.of(home, "egress", "log", "-n", "100001", "nobody").status()).isEqualTo(2);
  }

  private static EgressEntry entry(Optional<String> text) {
    return new EgressEntry(
        1,
        Instant.parse("2026-11-21T10:00:00Z"),
        "denied",
        "request",
        7,
        text,
        Optional.of(443L),
        text,
        text,
        text,
        text,
        text,
        text,
        text,
        text,
        text,
        3,
        Optional.of(1024L),
        Optional.of(1L));
  }

  @Test
  void aLineOfTheLogIsOneLineWhateverTheAgentWrites() {
    String line = EgressText.line(entry(Optional.of(EVIL)));
    assertThat(line)
        .startsWith("2026-11-21T10:00:00Z  denied ")
        .contains("times=3", "out=1KiB", "in=1B")
        .doesNotContain("\u001b", "\u0007", "\u009b", "\u202e", "\u2028", "\r", "\n");
    assertThat(EgressText.line(entry(Optional.of("a  allowed  b")))).contains("\"a  allowed  b\"");
    assertThat(EgressText.line(entry(Optional.empty()))).contains("-:443");
  }

  @Test
  void aLineOfJsonIsOneLineOfAscii() {
    var bytes = new java.io.ByteArrayOutputStream();
    try (var out = new java.io.PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      RecordJson.line(out, entry(Optional.of(EVIL + "\ud83d\ude00\"")));
    }
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertThat(text.strip()).matches("[\\x20-\\x7e]+").startsWith("{").endsWith("}");
    assertThat(text).contains("\"bytesOut\":1024").contains("\\u009B");
  }
}
