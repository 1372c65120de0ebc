package dev.claw.supervisor.resident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.lock.JsonException;
import dev.claw.supervisor.ExecAsk;
import dev.claw.supervisor.resident.GatewayFrame.Incoming;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayFrameTest {
  private static final Instant NOW = Instant.ofEpochMilli(1_795_260_344_753L);

  private static Incoming read(String text) throws JsonException {
    return GatewayFrame.read(text.getBytes(StandardCharsets.UTF_8), NOW);
  }

  @Test
  void readsWhatOpenClawSends() throws Exception {
    // As OpenClaw 2026.9.6 sent it.
    String requested =
        """
        {"type":"event","event":"exec.approval.requested","payload":{"approvalKind":"exec","id":"35e11fe9-572e-4fbc-810a-4630b3890587","request":{"command":"touch made; ls; id -u","systemRunBinding":null,"systemRunPlan":null,"cwd":"/workspace","nodeId":null,"host":"gateway","security":"allowlist","ask":"on-miss","warningText":null,"scope":null,"commandAnalysis":{"commandCount":3,"nestedCommandCount":0,"riskKinds":[],"warningLines":[]},"allowedDecisions":["allow-once","allow-always","deny"],"agentId":"main","resolvedPath":"/usr/bin/touch","sessionKey":"agent:main:openai-user:ask-874fc8bf3269","sessionId":null,"runId":"chatcmpl_ff8f5e45-c80f-4a9a-a5e5-bf10ff8ba244","toolCallId":"call_3","turnSourceChannel":"webchat","turnSourceTo":null,"turnSourceAccountId":null,"turnSourceThreadId":null,"cronExecutionSource":null,"cronOperationBinding":null},"createdAtMs":1795260344753,"expiresAtMs":1795262144753},"seq":6}
        """;
    ExecAsk ask =
        new ExecAsk(
            "35e11fe9-572e-4fbc-810a-4630b3890587",
            "touch made; ls; id -u",
            "/workspace",
            List.of(),
            Duration.ofMinutes(30));
    assertThat(read(requested)).isEqualTo(new Incoming.Requested(ask));
    assertThat(
            read(
                """
                {"type":"event","event":"exec.approval.resolved","payload":{"id":"bd46dc81","decision":"deny","resolvedBy":"approval-scope-closed","ts":1}}
                """))
        .isEqualTo(new Incoming.Resolved("bd46dc81", "approval-scope-closed"));
    assertThat(read("{\"type\":\"event\",\"event\":\"tick\",\"payload\":{\"ts\":1.5}}"))
        .isEqualTo(new Incoming.Other());
    assertThat(
            read(
                "{\"type\":\"res\",\"id\":\"resolve:b\",\"ok\":false,\"error\":{\"code\":\"INVALID_REQUEST\",\"message\":\"approval already resolved\"}}"))
        .isEqualTo(
            new Incoming.Answered("b", Optional.of("INVALID_REQUEST: approval already resolved")));
    assertThat(read("{\"type\":\"res\",\"id\":\"list\",\"ok\":true,\"payload\":[]}"))
        .isEqualTo(new Incoming.Pending(List.of()));
  }

  @Test
  void saysWhoItIsAndNeverAllowsForGood() {
    assertThat(GatewayFrame.connect("t\"1", "0.1.0"))
        .contains("\"token\":\"t\\\"1\"", "operator.admin", "session-scoped-events");
    assertThat(GatewayFrame.resolve("x", true)).contains("\"allow-once\"");
    assertThat(GatewayFrame.resolve("x", false)).contains("\"deny\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "nonsense",
        "{\"type\":1}",
        "{\"type\":\"event\"}",
        "{\"type\":\"res\"}",
        "{\"type\":\"event\",\"type\":\"event\"}",
        "{\"type\":\"event\",\"event\":\"exec.approval.requested\"}",
        "{\"type\":\"event\",\"event\":\"exec.approval.requested\",\"payload\":{\"id\":\"a\",\"request\":{},\"expiresAtMs\":1}}",
        "{\"type\":\"event\",\"event\":\"exec.approval.requested\",\"payload\":{\"id\":\"a b\",\"request\":{\"command\":\"x\"},\"expiresAtMs\":1}}",
        "{\"type\":\"event\",\"event\":\"exec.approval.requested\",\"payload\":{\"id\":\"a\",\"request\":{\"command\":[\"x\"]},\"expiresAtMs\":1}}",
        "{\"type\":\"event\",\"event\":\"exec.approval.requested\",\"payload\":{\"id\":\"a\",\"request\":{\"command\":\"x\"},\"expiresAtMs\":1e30}}",
        "{\"type\":\"event\",\"event\":\"exec.approval.requested\",\"payload\":{\"id\":\"a\",\"request\":{\"command\":\"x\\ud800\"},\"expiresAtMs\":1}}",
        "{\"type\":\"event\",\"event\":\"exec.approval.resolved\",\"payload\":{\"id\":{}}}",
        "{\"type\":\"res\",\"id\":\"list\",\"ok\":true,\"payload\":{}}",
        "{\"type\":\"res\",\"id\":\"resolve:\\u001b\",\"ok\":true}",
      })
  void refusesWhatNoGatewaySends(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(JsonException.class);
  }

  @Test
  void refusesDepthAndLength() {
    assertThatThrownBy(() -> read("[".repeat(1000))).isInstanceOf(JsonException.class);
    String list =
        "{\"id\":\"a\",\"request\":{\"command\":\"x\"},\"expiresAtMs\":1},"
            .repeat(GatewayFrame.MOST_PENDING);
    assertThatThrownBy(
            () ->
                read("{\"type\":\"res\",\"id\":\"list\",\"ok\":true,\"payload\":[" + list + "{}]}"))
        .isInstanceOf(JsonException.class);
  }

  @Test
  void aTimeThatIsOverOrFarAwayIsBounded() throws Exception {
    String text =
        "{\"type\":\"event\",\"event\":\"exec.approval.requested\",\"payload\":{\"id\":\"a\",\"request\":{\"command\":\"x\"},\"expiresAtMs\":%s}}";
    assertThat(((Incoming.Requested) read(text.formatted("-5"))).ask().left()).isZero();
    assertThat(((Incoming.Requested) read(text.formatted("9007199254740993"))).ask().left())
        .isEqualTo(Duration.ofMinutes(30));
  }
}
