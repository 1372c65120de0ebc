package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.audit.AuditException;
import dev.claw.model.Actor;
import dev.claw.model.AgentName;
import dev.claw.model.AuditEvent;
import dev.claw.model.InvalidValueException;
import dev.claw.model.ModelPolicy;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentAskTest {
  private static final String WORDS = "what \"is\" \\ here?\nsk-secret \u00e9";

  @TempDir Path folder;
  private Fixture fixture;
  private AgentAsk ask;
  private final List<String> deltas = new ArrayList<>();

  @BeforeEach
  void make() throws Exception {
    fixture = Fixture.withCoder(folder);
    ask = new AgentAsk(fixture.host);
  }

  private AgentAsk.Question question() throws Exception {
    return AgentAsk.Question.parse(WORDS, Optional.of("s1"), Duration.ofSeconds(90));
  }

  private AgentAsk.Answer asked() throws Exception {
    return ask.ask(CODER, question(), deltas::add);
  }

  private void prints(String... lines) {
    for (String line : lines) {
      fixture.backend.printed.add((line + "\n\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  private String record() throws Exception {
    return Files.readString(fixture.coder().audit());
  }

  @Test
  void theAnswerStreamsAndIsOnRecordByLengthOnly() throws Exception {
    fixture.start();
    prints(
        "data: {\"choices\":[{\"delta\":{\"content\":\"it holds \"}}]}",
        "data: {\"choices\":[{\"delta\":{\"content\":\"nothing\"}}]}",
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}",
        "data: [DONE]");
    AgentAsk.Answer answer = asked();
    assertThat(deltas).containsExactly("it holds ", "nothing");
    assertThat(answer.text()).isEqualTo("it holds nothing");
    assertThat(answer.session()).isEqualTo("s1");
    assertThat(answer.inputTokens()).isEqualTo(7);
    assertThat(fixture.events(fixture.coder().audit()))
        .endsWith("agent.ask intent", "agent.ask DONE");
    assertThat(record())
        .contains("\"messageDigest\":\"sha256:", "\"answerBytes\":16")
        .doesNotContain("sk-secret", "it holds");
  }

  @Test
  void messageAndTokenStandOnNoCommandLine() throws Exception {
    fixture.start();
    prints("data: [DONE]");
    asked();
    ScriptedBackend.Conversation conversation = fixture.backend.conversations.getFirst();
    String token =
        new GatewayToken(fixture.host.home(), fixture.random).get(fixture.record(CODER).id());
    assertThat(String.join(" ", conversation.command()))
        .contains("--max-time 90")
        .doesNotContain("secret", token);
    assertThat(conversation.input())
        .contains("header = \"Authorization: Bearer " + token + "\"\n")
        .contains("what \\\\\\\"is\\\\\\\" \\\\\\\\ here?\\\\nsk-secret \u00e9");
    assertThat(conversation.input().lines()).hasSize(4);
  }

  @Test
  void whatAProviderSaysIsToldButNotKept() throws Exception {
    fixture.start();
    prints("data: {\"error\":{\"message\":\"bad key sk-12\\u001b[2J\"}}", "data: [DONE]");
    assertThatThrownBy(this::asked)
        .hasMessageContaining("no answer; OpenClaw says: bad key sk-12\\u001b[2J");
    assertThat(record()).contains("no answer").doesNotContain("sk-12");
  }

  @Test
  void anAnswerThatBreaksOffIsAFailure() throws Exception {
    fixture.start();
    prints("data: {\"choices\":[{\"delta\":{\"content\":\"half\"}}]}");
    assertRefused(Reason.FAILED, this::asked).hasMessageContaining("broke off in mid-answer");
    assertThat(deltas).containsExactly("half");
  }

  @Test
  void aTurnThatTakesTooLongSaysHowLong() throws Exception {
    fixture.start();
    fixture.backend.hangs = true;
    assertRefused(Reason.FAILED, this::asked).hasMessageContaining("no answer after 90 s");
  }

  @Test
  void aGatewayThatIsNotThereIsSaid() throws Exception {
    fixture.start();
    fixture.backend.converseExit = GatewayCall.NOT_CONNECTED;
    assertRefused(Reason.FAILED, this::asked)
        .hasMessageContaining("does not answer")
        .hasMessageContaining("claw logs coder");
  }

  @Test
  void nothingIsAskedOfAnAgentThatDoesNotRun() {
    assertRefused(Reason.CONFLICT, this::asked).hasMessageContaining("claw start coder");
    assertThat(fixture.backend.conversations).isEmpty();
  }

  @Test
  void nothingIsAskedUnderALockThatDoesNotHold() throws Exception {
    fixture.start();
    Files.writeString(fixture.coder().openclaw(), "{}");
    assertRefused(Reason.DRIFT, this::asked);
    assertThat(fixture.backend.conversations).isEmpty();
  }

  @Test
  void anAgentWithoutAModelIsToldFromOneThatFails() throws Exception {
    AgentName mute = new AgentName("mute");
    fixture.models = new ModelPolicy("", List.of());
    fixture.create(mute);
    new AgentStart(fixture.host).start(mute, fixture.options());
    assertRefused(Reason.REFUSED, () -> ask.ask(mute, question(), deltas::add))
        .hasMessageContaining("names no model");
    assertThat(fixture.backend.conversations).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          401 | FAILED | does not accept the key 'local-key' (status 401)
          404 | FAILED | has no model 'small'
          429 | FAILED | status 429
          500 | FAILED | status 500
          0   | FAILED | broke off without an answer
          """)
  void whatTheBrokerPutOnRecordSaysWhy(int status, Reason reason, String sentence)
      throws Exception {
    fixture.start();
    prints("data: {\"error\":{\"message\":\"upstream provider error\"}}");
    fixture.backend.whileConversing =
        () ->
            broker(
                AuditEvent.Result.DONE,
                Map.of("provider", "local", "model", "small", "status", status));
    assertRefused(reason, this::asked).hasMessageContaining(sentence);
  }

  @Test
  void whatThePolicyRefusedIsRefused() throws Exception {
    fixture.start();
    prints("data: {\"error\":{\"message\":\"403\"}}");
    fixture.backend.whileConversing =
        () ->
            broker(
                AuditEvent.Result.REFUSED,
                Map.of("reason", "model", "why", "the policy names no model 'large'"));
    assertRefused(Reason.REFUSED, this::asked).hasMessageContaining("names no model 'large'");
  }

  private void broker(AuditEvent.Result result, Map<String, Object> details) {
    try {
      fixture
          .host
          .journal()
          .open(fixture.coder().audit())
          .append(
              new AuditEvent(
                  "model.call",
                  CODER,
                  new Actor("agent", "coder"),
                  AuditEvent.Phase.OUTCOME,
                  result,
                  details));
    } catch (AuditException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aMessageIsSomethingAndHasAnEnd() {
    for (String message : List.of("", " \n\t", "a".repeat((1 << 20) + 1))) {
      assertThatThrownBy(
              () -> AgentAsk.Question.parse(message, Optional.empty(), Duration.ofSeconds(1)))
          .isInstanceOf(InvalidValueException.class);
    }
    for (String session : List.of("", "A", "a b", "../x", "a".repeat(65), "a\nb", "-a")) {
      assertThatThrownBy(
              () -> AgentAsk.Question.parse("x", Optional.of(session), Duration.ofSeconds(1)))
          .isInstanceOf(InvalidValueException.class);
    }
  }
}
