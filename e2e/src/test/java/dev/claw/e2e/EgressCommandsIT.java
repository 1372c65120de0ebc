package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Grants, trials and secrets of an agent that need not run. */
@RequiresPodman
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EgressCommandsIT {
  private static final String KEY = "sk-TOP-secret-0123";

  private static final String RULES =
      """
        allow:
          - {host: plain.example}
          - {host: seen.example, methods: [GET], paths: ["/a/**"], inspect: true}
        deny: [{host: "**.evil.example", ports: [443]}]
      """;

  private Claw claw = Claw.unmade();
  private String agent = "";

  @BeforeAll
  void make() throws IOException {
    assertThat(claw.run("init")).succeeds();
    claw = claw.tolerant();
    agent = create("allowlist");
  }

  @AfterAll
  void remove() {
    claw.close();
  }

  private String create(String profile) throws IOException {
    Path file = claw.folder().resolve("t" + Claw.hex() + ".yaml");
    Files.writeString(
        file,
        """
        apiVersion: claw/v1
        name: mine
        extends: base
        models:
          primary: a/one
          providers:
            a: {api: anthropic-messages, baseUrl: "https://api.anthropic.com", secret: anthropic, models: [{id: one}]}
        network:
          profile: %s
        """
                .formatted(profile)
            + (profile.equals("allowlist") ? RULES : ""));
    return claw.create(file.toString());
  }

  private CommandResult allow(String host, String... more) {
    List<String> words = new ArrayList<>(List.of("egress", "allow", agent, host, "--for", "30m"));
    words.addAll(List.of(more));
    return claw.run(words.toArray(String[]::new));
  }

  private List<JsonNode> grants() {
    CommandResult list = claw.run("egress", "grants", agent, "--json");
    assertThat(list).succeeds();
    List<JsonNode> grants = new ArrayList<>();
    list.json().path("grants").forEach(grants::add);
    return grants;
  }

  @Test
  void aGrantIsGivenTriedListedRevokedAndOnRecord() {
    assertThat(claw.run("egress", "test", agent, "api.github.com:443"))
        .exits(3)
        .prints("denied: no rule admits api.github.com on port 443")
        .prints("claw egress allow " + agent + " api.github.com --for 30m");
    CommandResult given = allow("api.github.com");
    assertThat(given).succeeds().says("may reach api.github.com on port 443 until ");
    String id = given.out().strip();
    assertThat(claw.run("egress", "test", agent, "GET", "https://api.github.com/x"))
        .succeeds()
        .prints("allowed: by grant " + id + " api.github.com:443", "TLS stays closed");
    assertThat(claw.run("egress", "grants")).succeeds().prints(id, agent, "api.github.com");
    assertThat(claw.run("egress", "revoke", agent, "api.github.com")).succeeds().printsOnly(id);
    assertThat(claw.run("egress", "revoke", agent, id)).exits(4).showsNoBug();
    assertThat(claw.run("egress", "test", agent, "api.github.com:443")).exits(3);
    assertThat(claw.run("audit", "show", agent, "--type", "egress", "--json"))
        .succeeds()
        .prints("egress.grant", "egress.revoke", id);
    assertThat(claw.run("audit", "verify", agent)).succeeds();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "*.*.example",
        "a\u001b]0;evil\u0007.example",
        "a\nb.example",
        "a b.example",
        "bücher.example",
        "раураl.com",
        "a\u202e.example",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "127.0.0.01",
        "::ffff:127.0.0.1",
        "[::1]",
        "::1%lo",
        "localhost",
        "LocalHost",
        "x.localhost",
        "**.localhost",
        "metadata.google.internal",
        "**.evil.example",
        "x.evil.example",
        "$(id)",
        "; rm -rf ~"
      })
  void refusesHosts(String host) {
    CommandResult result = allow(host);
    assertThat(result).exits(3).printsNothing().showsNoBug();
    Assertions.assertThat(result.err()).doesNotContain("\u001b", "\u0007", "\u202e");
    Assertions.assertThat(grants())
        .extracting(grant -> grant.path("host").asText())
        .doesNotContain(host);
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://a.example/", "a.example:443"})
  void takesAHostAlone(String text) {
    assertThat(allow(text)).exits(2).printsNothing().says("expected a host alone", "--port");
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, --port, 5432",
    "169.254.169.254, --port, 80",
    "10.1.2.3, --port, 443",
    "::1, --port, 8080",
    "x.evil.example, --port, 22"
  })
  void takesWhatIsNamedItself(String host, String option, String port) {
    CommandResult given = allow(host, option, port);
    assertThat(given).succeeds();
    String authority = (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    assertThat(claw.run("egress", "test", agent, authority)).succeeds();
    assertThat(claw.run("egress", "revoke", agent, given.out().strip())).succeeds();
    assertThat(claw.run("egress", "test", agent, authority)).exits(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1m", "0s", "29s", "400d", "31d", "1", "", "1h30m", "9999999999999s"})
  void refusesTimes(String time) {
    assertThat(claw.run("egress", "allow", agent, "a.example", "--for", time))
        .exits(2)
        .printsNothing()
        .showsNoBug();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "65536", "99999999999", "https", ""})
  void refusesPorts(String port) {
    CommandResult result = allow("a.example", "--port=" + port);
    Assertions.assertThat(result.exitCode()).isIn(2, 3);
    assertThat(result).printsNothing().showsNoBug();
  }

  @Test
  void agentsWithoutADoorGetNoGrant() throws IOException {
    String offline = create("offline");
    assertThat(claw.run("egress", "allow", offline, "a.example", "--for", "30m"))
        .exits(3)
        .says("it has no door");
    assertThat(claw.run("egress", "test", offline, "plain.example:443")).exits(3);
    String open = create("open");
    assertThat(claw.run("egress", "allow", open, "a.example", "--for", "30m")).exits(3);
    assertThat(claw.run("egress", "test", open, "a.example:443")).succeeds().prints("NOT ENFORCED");
  }

  @Test
  void trialsSayWhetherInspectionMakesThemHold() {
    assertThat(claw.run("egress", "test", agent, "GET", "https://seen.example/a/b"))
        .succeeds()
        .prints("TLS is inspected");
    CommandResult denied =
        claw.run("egress", "test", agent, "POST", "https://seen.example/a/b", "--json");
    assertThat(denied).exits(3);
    Assertions.assertThat(denied.json().path("reason").asText()).isEqualTo("method");
    assertThat(claw.run("egress", "test", agent, "GET", "https://x.evil.example/"))
        .exits(3)
        .prints("deny **.evil.example:443")
        .doesNotPrint("to allow it");
    for (String bad : List.of("x", "a:0", "0x7f.1:443", "a\u001b[2J:443", "bücher.example:443")) {
      assertThat(claw.run("egress", "test", agent, bad)).exits(2).printsNothing().showsNoBug();
    }
  }

  @Test
  void anAlteredRowAdmitsNothingAndIsReported() throws IOException {
    String other = create("allowlist");
    CommandResult given =
        claw.run("egress", "allow", other, "good.altered.example", "--for", "30m");
    assertThat(given).succeeds();
    Path database = claw.home().resolve("claw.db");
    byte[] before = Files.readAllBytes(database);
    String text = new String(before, StandardCharsets.ISO_8859_1);
    Assertions.assertThat(text).contains("good.altered.example");
    Files.write(
        database,
        text.replace("good.altered.example", "evil.altered.example")
            .getBytes(StandardCharsets.ISO_8859_1));
    assertThat(claw.run("egress", "test", other, "evil.altered.example:443")).exits(3);
    assertThat(claw.run("egress", "grants", other))
        .exits(5)
        .says("admits nothing", "claw egress revoke " + other)
        .doesNotPrint("altered.example");
    assertThat(claw.run("egress", "revoke", other, given.out().strip())).succeeds();
    assertThat(claw.run("egress", "grants", other)).succeeds();
  }

  @Test
  void anAlteredLockGetsNoGrant() throws IOException {
    String other = create("allowlist");
    Path lock = claw.agent(other).resolve("policy.lock.json");
    Files.writeString(lock, Files.readString(lock).replace("evil.example", "good.example"));
    assertThat(claw.run("egress", "allow", other, "a.example", "--for", "30m"))
        .exits(5)
        .printsNothing();
    assertThat(claw.run("egress", "test", other, "plain.example:443")).exits(5);
    assertThat(claw.run("model", "list", other)).exits(5);
  }

  @Test
  void aRotatedKeyKeepsGrants() throws IOException {
    String other = create("allowlist");
    CommandResult given = claw.run("egress", "allow", other, "kept.example", "--for", "1h");
    assertThat(given).succeeds();
    assertThat(claw.run("key", "rotate")).succeeds();
    assertThat(claw.run("egress", "test", other, "kept.example:443"))
        .succeeds()
        .prints("by grant " + given.out().strip());
  }

  @Test
  void secretsAreSetListedAndRemovedWithoutBeingShown() throws IOException {
    assertThat(claw.run("model", "list", agent)).succeeds().prints("anthropic (not set)");
    CommandResult set = claw.command("secret", "set", "anthropic").input(KEY + "\n").run();
    assertThat(set).succeeds().printsNothing();
    assertThat(claw.run("model", "list", agent)).succeeds().doesNotPrint("(not set)");
    assertThat(claw.run("secret", "list"))
        .succeeds()
        .prints("anthropic", "value", agent)
        .doesNotPrint(KEY);
    assertThat(claw.run("audit", "show", "--json"))
        .succeeds()
        .prints("secret.set")
        .doesNotPrint(KEY);
    for (String bad : List.of("", "\n", "a\nb\n", "a\u001b[2J")) {
      assertThat(claw.command("secret", "set", "bad").input(bad).run()).exits(2).showsNoBug();
    }
    assertThat(claw.command("secret", "set", "bad").input("x".repeat(70_000)).run())
        .exits(2)
        .says("64 KiB");
    for (String name : List.of("../host.key", ".x", "a/b", "", "a\u001b")) {
      assertThat(claw.command("secret", "set", name).input(KEY).run()).exits(2).showsNoBug();
    }
    assertThat(claw.run("secret", "rm", "anthropic")).succeeds();
    assertThat(claw.run("secret", "rm", "anthropic")).exits(4);
  }

  @Test
  void aTerminalDoesNotShowWhatIsTyped() {
    try (RunningCommand running = claw.onTerminal("secret", "set", "typed").start()) {
      running.await("the prompt", () -> running.out().contains("Value, not shown: "));
      running.write(KEY + "\n");
      CommandResult result = running.result();
      assertThat(result).succeeds().prints("secret typed is set").doesNotPrint(KEY);
    }
    assertThat(claw.run("secret", "list")).succeeds().prints("typed");
    assertThat(claw.run("secret", "rm", "typed")).succeeds();
  }

  @Test
  void aPromptThatIsInterruptedSetsNothing() {
    try (RunningCommand running = claw.onTerminal("secret", "set", "never").start()) {
      running.await("the prompt", () -> running.out().contains("Value, not shown: "));
      running.write("\u0003");
      assertThat(running.result()).exits(130);
    }
    assertThat(claw.run("secret", "list")).succeeds().doesNotPrint("never");
  }

  @Test
  void theLogIsFollowedUntilASignal() {
    Command follow =
        claw.command("egress", "log", "-f", agent)
            .under("sh", "-c", "echo $$; exec \"$@\"", "sh")
            .signalled();
    try (RunningCommand running = follow.start()) {
      running.await("the file watch", () -> watchesFiles(running.out().strip()));
      running.signal("INT");
      CommandResult result = running.result();
      assertThat(result).exits(130).printsOnly(result.out().strip()).showsNoBug();
      Assertions.assertThat(result.err()).isEmpty();
    }
    assertThat(claw.run("egress", "log", agent)).succeeds().printsNothing();
    assertThat(claw.run("egress", "pending", agent)).succeeds().printsNothing();
  }

  private static boolean watchesFiles(String pid) {
    if (pid.isEmpty()) {
      return false;
    }
    try (Stream<Path> descriptors = Files.list(Path.of("/proc", pid, "fd"))) {
      return descriptors.anyMatch(
          descriptor -> {
            try {
              return Files.readSymbolicLink(descriptor).toString().contains("inotify");
            } catch (IOException e) {
              return false; // closed by now
            }
          });
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void plainCommandsLoadNoNetty() throws IOException {
    String launcher = Files.readString(Claw.launcher());
    Path home = Claw.launcher().resolveSibling("..").toRealPath();
    for (List<String> command : List.of(List.of("list"), List.of("status", agent))) {
      Path log = claw.folder().resolve("classes-" + command.getFirst());
      Path logging = claw.folder().resolve("claw-" + command.getFirst());
      List<String> words = new ArrayList<>(List.of("sh", logging.toString()));
      words.addAll(command);
      Files.writeString(
          logging,
          launcher
              .replace("home=${self%/bin/claw}", "home='" + home + "'")
              .replace("dev.claw.cli.Main", "-Xlog:class+load:file=" + log + " dev.claw.cli.Main"));
      assertThat(new Command(words).with("CLAW_HOME", claw.home().toString()).run()).succeeds();
      Assertions.assertThat(Files.readString(log))
          .contains("dev.claw.cli.Main")
          .doesNotContain("io.netty.", "org.bouncycastle.");
    }
  }
}
