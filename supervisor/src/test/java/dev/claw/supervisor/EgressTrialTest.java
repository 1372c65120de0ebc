package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.model.AgentName;
import dev.claw.model.InvalidValueException;
import dev.claw.model.NetworkProfile;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether a request or a connection would pass, without sending it. */
class EgressTrialTest {
  @TempDir Path folder;
  private EgressScene scene;
  private Fixture fixture;

  @BeforeEach
  void make() throws Exception {
    scene = new EgressScene(folder);
    fixture = scene.fixture;
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
    scene.grant("new.example", 443);
    EgressTrial.Answer answer = trial.request(CODER, "GET", "https://new.example/");
    assertThat(answer.allowed()).isTrue();
    assertThat(answer.grant()).isPresent();
    assertThat(answer.rule().orElse("")).startsWith("grant g-");
  }

  @Test
  void aGrantThatWasAlteredIsNeverSilent() throws Exception {
    scene.grant("new.example", 443);
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
    scene.create(offline, NetworkProfile.OFFLINE);
    EgressTrial.Answer none = new EgressTrial(fixture.host).connection(offline, "git.example:22");
    assertThat(none.allowed()).isFalse();
    assertThat(none.why().orElse("")).contains("no door");
    AgentName open = new AgentName("open");
    scene.create(open, NetworkProfile.OPEN);
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
}
