package dev.claw.egress;

import static dev.claw.egress.Brokered.call;
import static dev.claw.egress.Brokered.harness;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.Decision.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which calls the broker takes. */
@Timeout(120)
@SuppressWarnings("StringConcatToTextBlock") // CRLF
class ModelCallTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"model\":\"m2\"}",
        "{}",
        "{\"model\":null}",
        "{\"model\":[\"m1\"]}",
        "{\"model\":\"m1\",\"model\":\"m2\"}",
        "{\"mod\\u0065l\":\"m2\",\"model\":\"m1\"}",
        "{\"x\":{\"model\":\"m1\"}}",
        "[{\"model\":\"m1\"}]",
        "{\"model\":\"m1\"}{\"model\":\"m2\"}",
        "{\"model\":\"m1\"",
        "model=m1",
        "",
      })
  void modelThatThePolicyDoesNotNameIsRefused(String body) {
    try (TestHost host = TestHost.http(request -> TestHost.ok("{}"));
        Harness harness = harness(host, "openai-completions", "key");
        Conversation inside = harness.connect("127.0.0.1", 3129)) {
      assertThat(inside.send(call("/chat/completions", body)).answer()).startsWith("HTTP/1.1 403");
      assertThat(host.connections()).isZero();
      assertThat(harness.denied())
          .extracting(Decision.Denied::reason)
          .containsExactly(Reason.MODEL);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/files",
        "/chat/completions/../files",
        "/chat/completions?key=x",
        "/chat/completions?%6bey=x",
        "/chat/completions?oauth_token=x",
        "/chat/completions?beta=true&bearer_token=x",
        "/chat/completions?beta=true;key=x",
        "/chat/completions?model=m2",
        "/chat/completions?$httpMethod=DELETE",
        "/v1/models",
        "/chat%2fcompletions",
      })
  void otherCallsThatTheKeyWouldOpenAreRefused(String path) {
    try (TestHost host = TestHost.http(request -> TestHost.ok("{}"));
        Harness harness = harness(host, "openai-completions", "key");
        Conversation inside = harness.connect("127.0.0.1", 3129)) {
      assertThat(inside.send(call(path, "{\"model\":\"m1\"}")).answer()).startsWith("HTTP/1.1 403");
      assertThat(host.connections()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "X-HTTP-Method-Override, DELETE",
    "X_HTTP_METHOD_OVERRIDE, DELETE",
    "x-original-url, /v1/files"
  })
  void callThatAServerMayTakeForAnotherIsRefused(String field, String value) {
    try (TestHost host = TestHost.http(request -> TestHost.ok("{}"));
        Harness harness = harness(host, "openai-completions", "key");
        Conversation inside = harness.connect("127.0.0.1", 3129)) {
      String call = call("/chat/completions", "{\"model\":\"m1\"}");
      String with = call.replaceFirst("\r\n", "\r\n" + field + ": " + value + "\r\n");
      assertThat(inside.send(with).answer())
          .startsWith("HTTP/1.1 403")
          .containsIgnoringCase(field.replace('_', '-'));
      assertThat(host.connections()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "google-generative-ai, /v1beta/models/m1:streamGenerateContent?alt=sse",
    "anthropic-messages, /v1/messages?beta=true",
    "azure-openai-responses, /responses?api-version=2025-04-01-preview",
  })
  void queriesOfUsualClientsPass(String api, String path) {
    try (TestHost host = TestHost.http(request -> TestHost.ok("{}"));
        Harness harness = harness(host, api, "key");
        Conversation inside = harness.connect("127.0.0.1", 3129)) {
      assertThat(inside.send(call(path, "{\"model\":\"m1\"}")).answer()).startsWith("HTTP/1.1 200");
      assertThat(host.requests.getFirst()).startsWith("POST /base" + path + " HTTP/1.1\r\n");
    }
  }

  @Test
  void credentialsInWhateverSpellingAreTheProviders() {
    try (TestHost host = TestHost.http(request -> TestHost.ok("{}"));
        Harness harness = harness(host, "anthropic-messages", "key");
        Conversation inside = harness.connect("127.0.0.1", 3129)) {
      String call = call("/v1/messages", "{\"model\":\"m1\"}");
      String with =
          call.replaceFirst("\r\n", "\r\nX_Api-Key: other\r\nX_Goog_User_Project: other\r\n");
      assertThat(inside.send(with).answer()).startsWith("HTTP/1.1 200");
      assertThat(host.requests.getFirst()).contains("sk-real").doesNotContain("other");
    }
  }

  @Test
  void modelInThePathIsTheOneInTheBody() {
    try (TestHost host = TestHost.http(request -> TestHost.ok("{}"));
        Harness harness = harness(host, "google-generative-ai", "key");
        Conversation inside = harness.connect("127.0.0.1", 3129)) {
      String path = "/v1beta/models/m1:countTokens";
      String same = "{\"generateContentRequest\":{\"model\":\"models/m1\"}}";
      assertThat(inside.send(call(path, same)).answer()).startsWith("HTTP/1.1 200");
      assertThat(inside.send(call(path, same.replace("m1", "m2"))).answer())
          .startsWith("HTTP/1.1 403");
    }
  }
}
