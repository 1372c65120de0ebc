package dev.claw.egress;

import static dev.claw.egress.Brokered.call;
import static dev.claw.egress.Brokered.called;
import static dev.claw.egress.Brokered.harness;
import static dev.claw.egress.Brokered.models;
import static dev.claw.egress.Rules.policy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.claw.egress.Decision.Reason;
import dev.claw.egress.EgressEvent.ModelCalled;
import dev.claw.model.Actor;
import dev.claw.model.AuditEvent;
import dev.claw.model.ModelPolicy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
@SuppressWarnings("StringConcatToTextBlock") // CRLF
class BrokerTest {
  private static final Actor ACTOR = new Actor("supervisor", "egress");

  @ParameterizedTest
  @CsvSource({
    "openai-completions, /chat/completions, authorization: Bearer sk-real",
    "openai-responses, /responses, authorization: Bearer sk-real",
    "anthropic-messages, /v1/messages, x-api-key: sk-real",
  })
  void callGetsTheKeyAndLosesWhatTheAgentShowed(String api, String path, String shown) {
    try (TestHost host =
            TestHost.http(
                r -> TestHost.ok("{\"usage\":{\"input_tokens\":7,\"output_tokens\":9}}"));
        Harness harness = harness(host, api, "key");
        Conversation inside = harness.connect("127.0.0.1", 3129)) {
      assertThat(inside.send(call(path, "{\"model\":\"m1\",\"x\":\"prompt text\"}")).answer())
          .startsWith("HTTP/1.1 200");
      assertThat(host.requests.getFirst())
          .startsWith("POST /base" + path + " HTTP/1.1\r\n")
          .containsIgnoringCase(shown)
          .doesNotContain("fake")
          .doesNotContain("a=b")
          .doesNotContain("gzip");
      ModelCalled called = called(harness);
      assertThat(called.model()).isEqualTo("m1");
      assertThat(called.status()).isEqualTo(200);
      assertThat(called.inputTokens()).isEqualTo(7);
      assertThat(called.outputTokens()).isEqualTo(9);
      assertThat(harness.events.toString()).doesNotContain("prompt text").doesNotContain("sk-real");
      assertThat(harness.egress.usage().modelTokens()).isEqualTo(16);
    }
  }

  @Test
  void streamPassesAsItComesAndItsUsageIsCounted() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    try (TestHost host =
            TestHost.speaking(
                (in, out) -> {
                  TestHost.request(in);
                  String head =
                      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                          + "Connection: close\r\n\r\ndata: first\n\n";
                  out.write(head.getBytes(StandardCharsets.ISO_8859_1));
                  out.flush();
                  try {
                    seen.await();
                  } catch (InterruptedException e) {
                    return;
                  }
                  out.write(
                      "data: {\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\n"
                          .getBytes(StandardCharsets.ISO_8859_1));
                });
        Harness harness = harness(host, "openai-completions", "");
        Conversation inside = harness.connect("127.0.0.1", 3129)) {
      String head = inside.send(call("/chat/completions", "{\"model\":\"m1\"}")).answer();
      assertThat(head).containsIgnoringCase("transfer-encoding: chunked");
      assertThat(inside.read("d\r\ndata: first\n\n\r\n".length())).contains("data: first");
      seen.countDown();
      Harness.await(() -> harness.events.stream().anyMatch(ModelCalled.class::isInstance));
      assertThat(harness.events.toString()).contains("inputTokens=3, outputTokens=4");
    }
  }

  @Test
  void missingKeyIsSaid() {
    try (TestHost host = TestHost.http(request -> TestHost.ok("{}"));
        Harness harness = harness(host, "openai-completions", "other");
        Conversation inside = harness.connect("127.0.0.1", 3129)) {
      assertThat(inside.send(call("/chat/completions", "{\"model\":\"m1\"}")).answer())
          .startsWith("HTTP/1.1 403")
          .contains("claw has no key 'other'");
      assertThat(host.connections()).isZero();
      assertThat(harness.denied()).extracting(Decision.Denied::reason).contains(Reason.MODEL);
    }
  }

  @Test
  void callThatFindsNobodyThereClosesItsRecordWithTheReason() {
    TestHost gone = TestHost.http(request -> TestHost.ok("{}"));
    gone.close();
    try (Harness harness = harness(gone, "openai-completions", "key");
        Conversation inside = harness.connect("127.0.0.1", 3129)) {
      harness.routes.clear(); // the port may be another's by now
      assertThat(inside.send(call("/chat/completions", "{\"model\":\"m1\"}")).answer())
          .startsWith("HTTP/1.1 502");
      assertThat(harness.events)
          .extracting(event -> EgressRecord.of(event, ACTOR))
          .extracting(AuditEvent::type, AuditEvent::result)
          .containsExactly(
              tuple("model.call", null), tuple("model.call", AuditEvent.Result.REFUSED));
      assertThat(EgressRecord.of(harness.events.getLast(), ACTOR).details())
          .containsEntry("reason", "connect")
          .hasEntrySatisfying(
              "why", why -> assertThat(why).asString().contains("did not accept a connection"));
    }
  }

  @Test
  void callThatIsTooLongIsRefused() {
    try (TestHost host = TestHost.http(request -> TestHost.ok("{}"));
        Harness harness = harness(host, "openai-completions", "key");
        Conversation inside = harness.connect("127.0.0.1", 3129)) {
      String body = "{\"model\":\"m1\",\"x\":\"" + "a".repeat(2_000_000) + "\"}";
      assertThat(inside.send(call("/chat/completions", body)).answer()).startsWith("HTTP/1.1 503");
      assertThat(host.connections()).isZero();
    }
  }

  @Test
  void malformedHeadIsAnsweredAsTheProxyDoes() {
    try (TestHost host = TestHost.http(request -> TestHost.ok("{}"));
        Harness harness = harness(host, "openai-completions", "key");
        Conversation broker = harness.connect("127.0.0.1", 3129);
        Conversation proxy = harness.proxied()) {
      String head = "GET /" + "a".repeat(9000) + " HTTP/1.1\r\n\r\n";
      for (Conversation inside : List.of(broker, proxy)) {
        assertThat(inside.send(head).rest())
            .startsWith("HTTP/1.1 414")
            .containsIgnoringCase("\r\nconnection: close\r\n");
      }
      assertThat(host.connections()).isZero();
    }
  }

  @Test
  void whatIsSaidIsOnRecordOnlyWhereItIsAskedFor() {
    try (TestHost host = TestHost.http(request -> TestHost.ok("{\"text\":\"the answer\"}"));
        Harness harness = harness(host, "openai-completions", "key");
        Conversation inside = harness.connect("127.0.0.1", 3129)) {
      String asked = "{\"model\":\"m1\",\"x\":\"the question\"}";
      inside.send(call("/chat/completions", asked)).answer();
      assertThat(called(harness).content()).isNull();
      assertThat(EgressRecord.of(called(harness), ACTOR).details().toString())
          .doesNotContain("the question")
          .doesNotContain("the answer");
      harness.events.clear();
      harness.egress.update(
          new AgentRules(
              policy(), recording(models(host, "openai-completions", "key")), List.of()));
      inside.send(call("/chat/completions", asked)).answer();
      assertThat(EgressRecord.of(called(harness), ACTOR).details())
          .containsEntry("request", asked)
          .containsEntry("requestCut", false)
          .containsEntry("response", "{\"text\":\"the answer\"}")
          .containsEntry("responseCut", false);
      assertThat(harness.events.toString()).doesNotContain("sk-real");
    }
  }

  @Test
  void whatIsSaidAtLengthIsCutAndSaysSo() {
    String much = "a".repeat(100_000);
    try (TestHost host = TestHost.http(request -> TestHost.ok("b" + much));
        Harness harness = harness(host, "openai-completions", "key");
        Conversation inside = harness.connect("127.0.0.1", 3129)) {
      harness.egress.update(
          new AgentRules(
              policy(), recording(models(host, "openai-completions", "key")), List.of()));
      String asked = "{\"model\":\"m1\",\"x\":\"" + much + "\"}";
      assertThat(inside.send(call("/chat/completions", asked)).answer()).endsWith(much);
      assertThat(EgressRecord.of(called(harness), ACTOR).details())
          .containsEntry("request", asked.substring(0, 65_536))
          .containsEntry("requestCut", true)
          .containsEntry("response", "b" + much.substring(0, 65_535))
          .containsEntry("responseCut", true);
      assertThat(host.requests.getFirst()).endsWith(asked);
    }
  }

  @Test
  void streamThatTheProviderResetsDoesNotPassForAWholeOneAndIsOnRecord() {
    try (TestHost host =
            TestHost.http(
                request ->
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                        + "Connection: close\r\n\r\ndata: first\n\n");
        Harness harness = harness(host, "openai-completions", "");
        Conversation inside = harness.connect("127.0.0.1", 3129)) {
      inside.send(call("/chat/completions", "{\"model\":\"m1\"}"));
      assertThat(inside.readUntil("first\n\n")).startsWith("HTTP/1.1 200");
      host.reset();
      assertThat(inside.rest()).isEqualTo("\r\n");
      assertThat(called(harness).status()).isEqualTo(200);
    }
  }

  private static ModelPolicy recording(ModelPolicy models) {
    return new ModelPolicy(models.primary(), models.providers(), true);
  }
}
