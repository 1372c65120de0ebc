package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.audit.AuditLog;
import dev.claw.model.Actor;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.AuditEvent;
import dev.claw.model.AuditEvent.Phase;
import dev.claw.model.AuditEvent.Result;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressRule;
import dev.claw.model.InvalidValueException;
import dev.claw.model.ModelPolicy;
import dev.claw.model.NetworkProfile;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is to be seen of an agent's egress: trial, log, pending denials, routes to models. */
class EgressViewsTest {
  private static final Actor PROXY = new Actor("supervisor", "egress");
  private static final String ESCAPE = "\u001b[2J\u202e";

  @TempDir Path folder;
  private Fixture fixture;

  @BeforeEach
  void make() throws Exception {
    fixture = Fixture.initialised(folder);
    create(CODER, NetworkProfile.ALLOWLIST);
  }

  private static EgressRule rule(
      String host, int port, List<String> methods, List<String> paths, boolean inspect) {
    return new EgressRule(host, List.of(port), methods, paths, inspect, false, List.of());
  }

  private void create(AgentName name, NetworkProfile profile) throws Exception {
    CompiledPolicy made = fixture.policy(name, AgentId.random(fixture.random), "one");
    List<EgressRule> allow =
        List.of(
            rule("plain.example", 443, List.of(), List.of(), false),
            rule("half.example", 443, List.of("GET"), List.of("/a/**"), false),
            rule("seen.example", 443, List.of("GET"), List.of("/a/**"), true),
            rule("web.example", 80, List.of("GET"), List.of("/a/**"), false),
            rule("git.example", 22, List.of(), List.of(), false));
    List<EgressRule> deny = List.of(rule("**.evil.example", 443, List.of(), List.of(), false));
    ModelPolicy models =
        new ModelPolicy(
            "a/one",
            List.of(
                new ModelPolicy.Provider(
                    "a",
                    "anthropic-messages",
                    "https://api.anthropic.com",
                    "anthropic",
                    List.of(
                        new ModelPolicy.Model("one", 1000, 100),
                        new ModelPolicy.Model("two", 1000, 100))),
                new ModelPolicy.Provider(
                    "local",
                    "openai-completions",
                    "http://127.0.0.1:11434/v1",
                    "",
                    List.of(new ModelPolicy.Model("llama", 1000, 100)))));
    new AgentCreation(fixture.host)
        .create(
            new CompiledPolicy(
                made.template(),
                made.agent(),
                models,
                new EgressPolicy(profile, allow, deny, EgressPolicy.Budgets.UNBOUNDED),
                made.container(),
                made.versions(),
                made.templateYaml(),
                made.openclawJson(),
                made.containerSpecJson(),
                made.seccompJson()));
  }

  private void grant(String host, int port) throws Exception {
    new Grants(fixture.host, agent -> {}).give(CODER, host, List.of(port), Duration.ofMinutes(30));
  }

  private void append(String type, Phase phase, Result result, Map<String, Object> details)
      throws Exception {
    AuditLog log = fixture.host.journal().open(fixture.coder().audit());
    log.append(
        phase == Phase.INTENT
            ? AuditEvent.intent(type, CODER, PROXY, details)
            : new AuditEvent(type, CODER, PROXY, phase, result, details));
  }

  private void allowed(long connection, String host) throws Exception {
    append(
        "egress.connect",
        Phase.INTENT,
        Result.DONE,
        Map.of("connection", connection, "host", host, "port", 443, "rule", "allow " + host));
  }

  private void closed(long connection, long out, long in) throws Exception {
    append(
        "egress.close",
        Phase.OUTCOME,
        Result.DONE,
        Map.of(
            "connection", connection, "bytesOut", out, "bytesIn", in, "millis", 5, "why", "end"));
  }

  private void denied(String type, String host, int port, String reason, Object... more)
      throws Exception {
    Map<String, Object> details = new HashMap<>();
    details.put("connection", 1);
    details.put("host", host);
    if (port > 0) {
      details.put("port", port);
    }
    details.put("reason", reason);
    details.put("why", "no rule admits " + host);
    for (int i = 0; i < more.length; i += 2) {
      details.put((String) more[i], more[i + 1]);
    }
    append(type, Phase.OUTCOME, Result.REFUSED, details);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, https://plain.example/any, true, false, '', TLS stays closed",
    "POST, https://half.example/any, true, false, '', with inspection it would be denied",
    "GET, https://seen.example/a/b, true, true, '', TLS is inspected",
    "POST, https://seen.example/a/b, false, false, method, TLS is inspected",
    "GET, https://seen.example/b, false, false, path, TLS is inspected",
    "GET, http://web.example/a/b, true, false, '', not looked up",
    "GET, http://web.example/b, false, false, path, not looked up",
    "GET, https://none.example/, false, false, no-rule, not looked up",
    "GET, https://plain.example:8443/, false, false, no-rule, not looked up",
    "GET, https://x.evil.example/, false, false, deny-rule, not looked up"
  })
  void triesRequests(
      String method, String url, boolean allowed, boolean inspected, String reason, String note)
      throws Exception {
    EgressTrial.Answer answer = new EgressTrial(fixture.host).request(CODER, method, url);
    assertThat(answer.allowed()).as(answer.toString()).isEqualTo(allowed);
    assertThat(answer.inspected()).isEqualTo(inspected);
    assertThat(answer.reason().orElse("")).isEqualTo(reason);
    assertThat(String.join("\n", answer.notes())).contains(note);
    assertThat(answer.rule().isPresent()).isEqualTo(allowed);
    assertThat(answer.command().isPresent()).isEqualTo(!allowed && !reason.equals("deny-rule"));
  }

  @ParameterizedTest
  @CsvSource({
    "git.example:22, true, ''",
    "git.example:443, false, ''",
    "plain.example:443, true, ''",
    "seen.example:443, true, each request in it is judged",
    "web.example:80, true, protocols other than HTTP and TLS would be denied",
    "x.evil.example:443, false, ''",
    "[::1]:443, false, ''",
    "127.0.0.1:443, false, ''"
  })
  void triesConnections(String asked, boolean allowed, String note) throws Exception {
    EgressTrial.Answer answer = new EgressTrial(fixture.host).connection(CODER, asked);
    assertThat(answer.allowed()).as(answer.toString()).isEqualTo(allowed);
    assertThat(String.join("\n", answer.notes())).contains(note);
  }

  @Test
  void aGrantAdmitsAndTheCommandIsTheOneThatGivesIt() throws Exception {
    EgressTrial trial = new EgressTrial(fixture.host);
    assertThat(trial.connection(CODER, "new.example:8443").command())
        .contains("claw egress allow coder new.example --port 8443 --for 30m");
    assertThat(trial.request(CODER, "GET", "https://new.example/").command())
        .contains("claw egress allow coder new.example --for 30m");
    grant("new.example", 443);
    EgressTrial.Answer answer = trial.request(CODER, "GET", "https://new.example/");
    assertThat(answer.allowed()).isTrue();
    assertThat(answer.grant()).isPresent();
    assertThat(answer.rule().orElse("")).startsWith("grant g-");
  }

  @Test
  void aGrantThatWasAlteredIsNeverSilent() throws Exception {
    grant("new.example", 443);
    try (StateDatabase state = StateDatabase.open(fixture.host.home().database())) {
      state.inTransaction(
          connection -> {
            try (var update =
                connection.prepareStatement(
                    "UPDATE egress_grant SET payload = replace(payload, 'new.', 'odd.')")) {
              return update.executeUpdate();
            }
          });
    }
    EgressTrial.Answer answer = new EgressTrial(fixture.host).connection(CODER, "odd.example:443");
    assertThat(answer.allowed()).isFalse();
    assertThat(answer.notes().toString()).contains("admits nothing", "claw egress grants coder");
    assertThat(new PendingDenials(fixture.host).find(CODER).broken()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "example",
        "example:",
        "example:0",
        "example:065",
        "example:65536",
        "example:443:443",
        "exa mple:443",
        "ex\u001b[2J:443",
        "2130706433:443",
        "0x7f.1:80",
        "[::ffff:127.0.0.1]:443",
        "bücher.example:443",
        "https://example/"
      })
  void refusesWhatIsNoConnection(String asked) {
    assertThatThrownBy(() -> new EgressTrial(fixture.host).connection(CODER, asked))
        .isInstanceOf(InvalidValueException.class)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\u001b"));
  }

  @ParameterizedTest
  @CsvSource({
    "get, https://a.example/",
    "GE T, https://a.example/",
    "GET, ftp://a.example/",
    "GET, //a.example/",
    "GET, https:///x",
    "GET, https://a.example:99999/",
    "GET, https://a.example:0/",
    "GET, https://0177.0.0.1/",
    "GET, https://a b/"
  })
  void refusesWhatIsNoRequest(String method, String url) {
    assertThatThrownBy(() -> new EgressTrial(fixture.host).request(CODER, method, url))
        .isInstanceOf(InvalidValueException.class);
  }

  @Test
  void profilesWithoutRulesSaySo() throws Exception {
    AgentName offline = new AgentName("offline");
    create(offline, NetworkProfile.OFFLINE);
    EgressTrial.Answer none = new EgressTrial(fixture.host).connection(offline, "git.example:22");
    assertThat(none.allowed()).isFalse();
    assertThat(none.why().orElse("")).contains("no door");
    AgentName open = new AgentName("open");
    create(open, NetworkProfile.OPEN);
    EgressTrial.Answer any = new EgressTrial(fixture.host).connection(open, "none.example:22");
    assertThat(any.allowed()).isTrue();
    assertThat(any.notes().toString()).contains("NOT ENFORCED");
  }

  @Test
  void anAlteredLockAnswersNothing() throws Exception {
    Path lock = fixture.coder().lock();
    Files.writeString(lock, Files.readString(lock).replace("plain.example", "plein.example"));
    assertRefused(
        Reason.DRIFT, () -> new EgressTrial(fixture.host).connection(CODER, "git.example:22"));
    assertRefused(Reason.DRIFT, () -> new PendingDenials(fixture.host).find(CODER));
  }

  @Test
  void theLogJoinsBytesToTheDecisionTheyBelongTo() throws Exception {
    allowed(7, "one.example");
    allowed(8, "two.example");
    denied("egress.request", "three.example", 80, "path", "path", "/x" + ESCAPE, "method", "GET");
    closed(7, 10, 20);
    allowed(7, "again.example");
    closed(8, 30, 40);
    closed(99, 1, 1);
    List<EgressEntry> log = new EgressLog(fixture.host).last(CODER, 100);
    assertThat(log)
        .extracting(e -> e.host().orElse("") + " " + e.decision() + " " + e.bytesIn().orElse(-1L))
        .containsExactly(
            "one.example allowed 20",
            "two.example allowed 40",
            "three.example denied -1",
            "again.example allowed -1");
    assertThat(new EgressLog(fixture.host).last(CODER, 1)).hasSize(1);
    assertThat(new EgressLog(fixture.host).last(CODER, 0)).isEmpty();
  }

  @Test
  void theLogIsFollowedUntilInterrupted() throws Exception {
    allowed(7, "one.example");
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    CompletableFuture<String> end = new CompletableFuture<>();
    Thread follower =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    new EgressLog(fixture.host)
                        .follow(
                            CODER,
                            10,
                            entry -> seen.add(entry.decision() + " " + entry.host().orElse("")));
                    end.complete("enough");
                  } catch (InterruptedException e) {
                    end.complete("interrupted");
                  } catch (SupervisorException e) {
                    end.completeExceptionally(e);
                  }
                });
    assertThat(seen.poll(1, TimeUnit.MINUTES)).isEqualTo("allowed one.example");
    denied("egress.name", "two.example", 0, "no_rule");
    assertThat(seen.poll(1, TimeUnit.MINUTES)).isEqualTo("denied two.example");
    closed(7, 1, 2);
    assertThat(seen.poll(1, TimeUnit.MINUTES)).isEqualTo("closed one.example");
    follower.interrupt();
    assertThat(end.get(1, TimeUnit.MINUTES)).isEqualTo("interrupted");
    new EgressLog(fixture.host).follow(CODER, 10, entry -> false);
  }

  @Test
  void pendingFoldsAndLeavesOutWhatIsAdmittedByNow() throws Exception {
    denied("egress.connect", "old.example", 443, "no_rule");
    for (int i = 0; i < 100; i++) {
      denied("egress.connect", "new.example", 8443, "no_rule", "program", "/usr/bin/p" + i);
    }
    denied("egress.name", "name.example", 0, "no_rule", "count", 41);
    denied("egress.name", "name.example", 0, "no_rule");
    denied("egress.connect", "granted.example", 443, "no_rule");
    denied("egress.name", "granted.example", 0, "no_rule");
    denied("egress.request", "web.example", 80, "path", "method", "GET", "path", "/a/b");
    denied("egress.request", "web.example", 80, "path", "method", "GET", "path", "/b");
    denied("egress.connect", "down.example", 443, "connect");
    denied("model.call", "api.anthropic.com", 443, "model");
    denied("egress.connect", "x.evil.example", 443, "deny_rule");
    denied("egress.name", "x.evil.example", 0, "no_rule");
    // A rule that is gone by now: what is there today forbids 443.
    denied("egress.connect", "x.evil.example", 8443, "deny_rule");
    denied("egress.connect", "a" + ESCAPE + "; rm -rf ~", 443, "no_rule");
    grant("granted.example", 443);
    PendingDenials.Found found = new PendingDenials(fixture.host).find(CODER);
    assertThat(found.more()).isFalse();
    assertThat(found.denials())
        .extracting(d -> d.host() + " " + d.port().orElse(0L) + " " + d.reason() + " " + d.count())
        .containsExactly(
            "a" + ESCAPE + "; rm -rf ~ 443 no-rule 1",
            "x.evil.example 8443 deny-rule 1",
            "web.example 80 path 1",
            "name.example 0 no-rule 42",
            "new.example 8443 no-rule 100",
            "old.example 443 no-rule 1");
    assertThat(found.denials())
        .extracting(d -> d.command().orElse("-"))
        .containsExactly(
            "-",
            "-",
            "claw egress allow coder web.example --port 80 --for 30m",
            "claw egress allow coder name.example --for 30m",
            "claw egress allow coder new.example --port 8443 --for 30m",
            "claw egress allow coder old.example --for 30m");
    assertThat(found.denials().get(4).program()).contains("/usr/bin/p99");
    assertThat(found.denials().get(4).rule()).contains("{host: new.example, ports: [8443]}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"*.example", "**.com", "*"})
  void aNameThatIsAPatternIsOfferedInNoCommand(String name) throws Exception {
    denied("egress.name", name, 0, "no_rule");
    assertThat(new PendingDenials(fixture.host).find(CODER).denials())
        .singleElement()
        .satisfies(
            denial -> {
              assertThat(denial.command()).isEmpty();
              assertThat(denial.rule()).isEmpty();
            });
  }

  @Test
  void pendingIsBoundedWhateverTheAgentAsksFor() throws Exception {
    List<AuditEvent> events = new ArrayList<>();
    for (int i = 0; i < PendingDenials.MOST + 5; i++) {
      events.add(
          new AuditEvent(
              "egress.name",
              CODER,
              PROXY,
              Phase.OUTCOME,
              Result.REFUSED,
              Map.of("connection", 1, "host", "h" + i + ".example", "reason", "no_rule")));
    }
    fixture.host.journal().open(fixture.coder().audit()).append(events);
    PendingDenials.Found found = new PendingDenials(fixture.host).find(CODER);
    assertThat(found.denials()).hasSize(PendingDenials.MOST);
    assertThat(found.denials().getFirst().host()).isEqualTo("h1004.example");
    assertThat(found.more()).isTrue();
  }

  @Test
  void routesOfModelsSayWhichKeysAreThere() throws Exception {
    ModelRoutes routes = new ModelRoutes(fixture.host, Map.of());
    List<ModelRoutes.Route> all = routes.list(Optional.empty()).routes();
    assertThat(all).extracting(ModelRoutes.Route::provider).containsExactly("a", "local");
    assertThat(all.get(0).primary()).contains("one");
    assertThat(all.get(0).models()).containsExactly("one", "two");
    assertThat(all.get(0).agentUrl()).contains("http://127.0.0.1:3129/v1/providers/a");
    assertThat(all.get(0).secret()).contains("anthropic");
    assertThat(all.get(0).secretSet()).contains(false);
    assertThat(all.get(1).secret()).isEmpty();
    assertThat(all.get(1).secretSet()).isEmpty();
    new ProviderSecrets(fixture.host, Map.of()).set("anthropic", new SecretSource.Value("k"));
    assertThat(routes.list(Optional.of(CODER)).routes().getFirst().secretSet()).contains(true);
    Files.delete(fixture.coder().lock());
    assertThat(routes.list(Optional.empty()).problems()).hasSize(1);
    assertRefused(Reason.DRIFT, () -> routes.list(Optional.of(CODER)));
  }

  @Test
  void denialsThatAreOnRecordAsANumberCountAsMany() throws Exception {
    denied("egress.connect", "new.example", 443, "no_rule");
    denied("egress.connect", "new.example", 443, "no_rule", "count", 4997L);
    denied("egress.connect", "(others)", 0, "no_rule", "count", 900L);
    List<PendingDenials.Pending> pending = new PendingDenials(fixture.host).find(CODER).denials();
    assertThat(pending).extracting(PendingDenials.Pending::count).containsExactly(900L, 4998L);
    assertThat(pending.getFirst().rule()).isEmpty();
    assertThat(pending.getFirst().command()).isEmpty();
    assertThat(pending.getLast().command()).isPresent();
    assertThat(new EgressLog(fixture.host).last(CODER, 10))
        .extracting(EgressEntry::count)
        .containsExactly(1L, 4997L, 900L);
  }
}
