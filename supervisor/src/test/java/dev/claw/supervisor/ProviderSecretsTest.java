package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.model.AgentId;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.InvalidValueException;
import dev.claw.model.ModelPolicy;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProviderSecretsTest {
  private static final String KEY = "sk-TOP-secret-0123";
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PATH", "/usr/bin:/bin", "KEY", KEY, "BAD", "a\nb");

  @TempDir Path folder;
  private Fixture fixture;
  private Path stored = Path.of("");

  @BeforeEach
  void make() throws Exception {
    fixture = Fixture.initialised(folder);
    stored = fixture.host.home().secrets().resolve("provider");
  }

  private ProviderSecrets secrets() {
    return new ProviderSecrets(fixture.host, ENVIRONMENT);
  }

  private void set(String name, String value) throws Exception {
    secrets().set(name, new SecretSource.Value(value));
  }

  private void command(String... words) throws Exception {
    secrets().set("c", new SecretSource.Command(List.of(words)));
  }

  @Test
  void aValueIsKeptPrivatelyAndReplaced() throws Exception {
    assertThat(secrets().find("anthropic")).isEmpty();
    assertThat(secrets().has("anthropic")).isFalse();
    assertThat(secrets().list()).isEmpty();
    set("anthropic", "first");
    set("anthropic", KEY + " \"\\ü€\u2028x");
    assertThat(secrets().find("anthropic")).contains(KEY + " \"\\ü€\u2028x");
    assertThat(secrets().has("anthropic")).isTrue();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(stored)))
        .isEqualTo("rwx------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(stored.resolve("anthropic"))))
        .isEqualTo("rw-------");
    secrets().remove("anthropic");
    assertThat(secrets().find("anthropic")).isEmpty();
    assertRefused(Reason.NOT_FOUND, () -> secrets().remove("anthropic"));
    try (Stream<Path> files = Files.list(stored)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void onlyNamesAreOnRecordAndShown() throws Exception {
    set("anthropic", KEY);
    secrets().set("other", new SecretSource.Command(List.of("echo", KEY)));
    secrets().remove("anthropic");
    assertThat(fixture.events(fixture.host.home().audit()))
        .containsSubsequence(
            "secret.set intent", "secret.set DONE", "secret.remove intent", "secret.remove DONE");
    assertThat(Files.readString(fixture.host.home().audit()))
        .contains("\"secret\":\"anthropic\"")
        .doesNotContain(KEY);
    assertThat(secrets().list().toString()).contains("other", "command").doesNotContain(KEY);
    assertThat(new SecretSource.Value(KEY).toString()).doesNotContain(KEY);
  }

  @Test
  void listsWhichAgentsNameIt() throws Exception {
    CompiledPolicy made = fixture.policy(CODER, AgentId.random(fixture.random), "one");
    ModelPolicy models =
        new ModelPolicy(
            "a/m",
            List.of(
                new ModelPolicy.Provider(
                    "a",
                    "anthropic-messages",
                    "https://api.anthropic.com",
                    "anthropic",
                    List.of(new ModelPolicy.Model("m", 1000, 100)))));
    new AgentCreation(fixture.host)
        .create(
            new CompiledPolicy(
                made.template(),
                made.agent(),
                models,
                made.egress(),
                made.container(),
                made.versions(),
                made.templateYaml(),
                made.openclawJson(),
                made.containerSpecJson(),
                made.seccompJson()));
    set("anthropic", KEY);
    set("unused", KEY);
    List<ProviderSecrets.Listed> all = secrets().list();
    assertThat(all).extracting(ProviderSecrets.Listed::name).containsExactly("anthropic", "unused");
    assertThat(all.get(0).agents()).containsExactly(CODER);
    assertThat(all.get(0).set()).isPresent();
    assertThat(all.get(0).kind()).isEqualTo("value");
    assertThat(all.get(1).agents()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "../host.key",
        "a/b",
        ".hidden",
        "-x",
        "a b",
        "a\0",
        "a\n",
        "ü",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      })
  void refusesNames(String name) {
    assertRefused(Reason.REFUSED, () -> set(name, KEY)).hasMessageNotContaining(KEY);
    assertRefused(Reason.REFUSED, () -> secrets().find(name));
    assertRefused(Reason.REFUSED, () -> secrets().remove(name));
    assertThat(stored).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "a\nb", "a\rb", "a\0b", "a\u001b[2J", "\u0085", "a\ud800b"})
  void refusesValues(String value) {
    assertRefused(Reason.REFUSED, () -> set("anthropic", value));
    assertThat(stored).doesNotExist();
  }

  @Test
  void readsBytesAsPeopleSendThem() throws Exception {
    assertThat(SecretText.value(bytes("abc"))).isEqualTo("abc");
    assertThat(SecretText.value(bytes("abc\n"))).isEqualTo("abc");
    assertThat(SecretText.value(bytes("abc\r\n"))).isEqualTo("abc");
    assertThat(SecretText.value(bytes(" abc "))).isEqualTo(" abc ");
    assertThat(SecretText.value(bytes("x".repeat(64 * 1024) + "\n"))).hasSize(64 * 1024);
    for (String bad : List.of("", "\n", "\r\n", "abc\n\n", "a\nb\n", "x".repeat(64 * 1024 + 1))) {
      assertThatThrownBy(() -> SecretText.value(bytes(bad)))
          .isInstanceOf(InvalidValueException.class);
    }
    assertThatThrownBy(() -> SecretText.value(new byte[] {(byte) 0xff, 'K', 'E', 'Y'}))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageNotContaining("KEY");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void comesFromTheEnvironment() throws Exception {
    secrets().set("e", new SecretSource.Environment("KEY"));
    assertThat(secrets().find("e")).contains(KEY);
    assertThat(Files.readString(stored.resolve("e"))).doesNotContain(KEY);
    secrets().set("e", new SecretSource.Environment("MISSING"));
    assertRefused(Reason.FAILED, () -> secrets().find("e")).hasMessageContaining("MISSING");
    secrets().set("e", new SecretSource.Environment("BAD"));
    assertRefused(Reason.FAILED, () -> secrets().find("e")).hasMessageContaining("BAD");
    assertRefused(Reason.REFUSED, () -> secrets().set("e", new SecretSource.Environment("A=B")));
  }

  @Test
  void comesFromACommandWithoutAShellOrInput() throws Exception {
    command("printf", "%s\\n", "$KEY; `id`");
    assertThat(secrets().find("c")).contains("$KEY; `id`");
    command("sh", "-c", "cat; echo \"$KEY\"");
    assertThat(secrets().find("c")).contains(KEY);
    command("sh", "-c", "yes noise | head -c 300000 >&2; echo quiet");
    assertThat(secrets().find("c")).contains("quiet");
    command("pwd");
    assertThat(secrets().find("c")).contains(fixture.host.userHome().toString());
  }

  @Test
  void aCommandThatFailsSaysWhy() throws Exception {
    command("sh", "-c", "echo \"no $(printf '\\033')[2J entry\" >&2; echo " + KEY + "; exit 3");
    assertRefused(Reason.FAILED, () -> secrets().find("c"))
        .hasMessageContaining("status 3")
        .hasMessageContaining("entry")
        .hasMessageNotContaining("\u001b")
        .hasMessageNotContaining(KEY);
    command("/nonexistent/program");
    assertRefused(Reason.FAILED, () -> secrets().find("c")).hasMessageContaining("can't be run");
    command("true");
    assertRefused(Reason.FAILED, () -> secrets().find("c")).hasMessageContaining("found nothing");
    command("yes");
    assertRefused(Reason.FAILED, () -> secrets().find("c")).hasMessageContaining("64 KiB");
    command("printf", KEY + "\\nb\\n");
    assertRefused(Reason.FAILED, () -> secrets().find("c")).hasMessageNotContaining(KEY);
  }

  @Test
  void aCommandThatHangsIsEndedWithAllThatItStarted() throws Exception {
    Path pid = folder.resolve("pid");
    command("sh", "-c", "sleep 600 & echo $! >" + pid + "; wait");
    // A busy host may take longer than the limit to get as far as that.
    for (int limit = 2; !Files.exists(pid) || Files.size(pid) == 0; limit *= 2) {
      ProviderSecrets hurried =
          new ProviderSecrets(fixture.host, ENVIRONMENT, Duration.ofSeconds(limit));
      assertRefused(Reason.FAILED, () -> hurried.find("c"))
          .hasMessageContaining("within " + limit + " s");
    }
    long child = Long.parseLong(Files.readString(pid).strip());
    while (ProcessHandle.of(child).map(ProcessHandle::isAlive).orElse(false)) {
      Thread.onSpinWait();
    }
  }

  @Test
  void refusesCommandsThatAreNone() {
    for (List<String> words :
        List.of(List.<String>of(), List.of(""), List.of("a", "b\0c"), List.of("x".repeat(9000)))) {
      assertRefused(Reason.REFUSED, () -> secrets().set("c", new SecretSource.Command(words)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sk-TOP-secret-0123",
        "{}",
        "{\"set\":1}",
        "{\"set\":1,\"value\":7}",
        "{\"set\":1,\"value\":\"sk-TOP-secret-0123\\n\"}",
        "{\"set\":1,\"command\":[]}",
        "{\"set\":1,\"environment\":\"sk-TOP-secret-0123\"}",
        "{\"set\":-1,\"value\":\"sk-TOP-secret-0123\"}",
        "{\"set\":1,\"value\":\"sk-TOP-secret-0123\",\"more\":1}"
      })
  void aDamagedFileIsNamedWithoutItsContent(String content) throws Exception {
    set("anthropic", "x");
    Files.writeString(stored.resolve("anthropic"), content);
    assertRefused(Reason.STATE, () -> secrets().find("anthropic"))
        .hasMessageContaining("claw secret set anthropic")
        .hasMessageNotContaining("TOP");
    assertThat(secrets().list().getFirst().kind()).isEqualTo("broken");
    assertThat(secrets().list().getFirst().problem()).doesNotContain("TOP");
    set("anthropic", "y");
    assertThat(secrets().find("anthropic")).contains("y");
  }

  @Test
  void refusesFilesThatOthersCanReadLinksAndOpenFolders() throws Exception {
    set("anthropic", KEY);
    Path file = stored.resolve("anthropic");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertRefused(Reason.STATE, () -> secrets().find("anthropic")).hasMessageContaining("chmod");
    Files.delete(file);
    Files.createSymbolicLink(file, fixture.host.home().secrets().resolve("host.key"));
    assertRefused(Reason.STATE, () -> secrets().find("anthropic")).hasMessageContaining("link");
    Files.setPosixFilePermissions(stored, PosixFilePermissions.fromString("rwxrwx---"));
    assertRefused(Reason.STATE, () -> secrets().find("anthropic")).hasMessageContaining("0700");
    assertRefused(Reason.STATE, () -> set("anthropic", KEY)).hasMessageContaining("0700");
    assertRefused(Reason.STATE, () -> secrets().list()).hasMessageContaining("0700");
  }

  @Test
  void nothingIsKeptThatIsNotOnRecord() throws Exception {
    Files.delete(fixture.host.home().audit());
    assertRefused(Reason.AUDIT, () -> set("anthropic", KEY));
    assertThat(stored).doesNotExist();
  }
}
