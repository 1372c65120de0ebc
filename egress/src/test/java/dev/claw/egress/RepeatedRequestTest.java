package dev.claw.egress;

import static dev.claw.egress.Rules.host;
import static dev.claw.egress.Rules.policy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.EgressEvent.Decided;
import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressPolicy.Budgets;
import dev.claw.model.NetworkProfile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A host that takes the second request of its first connection and closes without an answer. */
@Timeout(120)
class RepeatedRequestTest {
  private final List<String> taken = new CopyOnWriteArrayList<>();

  private TestHost closing() {
    return TestHost.speaking(
        (in, out) -> {
          boolean closes = taken.isEmpty();
          answer(in, out);
          if (!closes) {
            answer(in, out);
          } else {
            taken.add(line(TestHost.request(in)));
          }
        });
  }

  private void answer(InputStream in, OutputStream out) throws IOException {
    String request = TestHost.request(in);
    if (request != null) {
      taken.add(line(request));
      out.write(TestHost.ok("done").getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }
  }

  private static String line(@Nullable String request) {
    return String.valueOf(request).lines().findFirst().orElse("");
  }

  private static String request(String method) {
    return ProxiedHost.get("/latest").replaceFirst("GET", method);
  }

  @ParameterizedTest
  @ValueSource(strings = {"DELETE", "POST", "PUT", "PATCH", "BREW"})
  void whatMayHaveBeenDoneIsNotSentTwice(String method) {
    try (ProxiedHost good = ProxiedHost.of(closing())) {
      assertThat(good.inside.send(ProxiedHost.get("/")).answer()).endsWith("done");
      assertThat(good.inside.send(request(method)).answer()).startsWith("HTTP/1.1 502");
      assertThat(taken).containsExactly("GET / HTTP/1.1", method + " /latest HTTP/1.1");
      assertThat(good.harness.decided()).hasSize(2);
    }
  }

  @Test
  void whatIsSentTwiceIsOnRecordTwice() {
    try (ProxiedHost good = ProxiedHost.of(closing())) {
      assertThat(good.inside.send(ProxiedHost.get("/")).answer()).endsWith("done");
      assertThat(good.inside.send(request("GET")).answer()).endsWith("done");
      assertThat(taken).hasSize(3).endsWith("GET /latest HTTP/1.1", "GET /latest HTTP/1.1");
      assertThat(good.harness.decided())
          .extracting(Decided::path)
          .containsExactly("/", "/latest", "/latest");
      assertThat(good.inside.send(request("GET")).answer()).endsWith("done");
    }
  }

  @Test
  void whatTheBudgetDoesNotCoverIsNotSentTwice() {
    Budgets two = new Budgets(2, Long.MAX_VALUE, Long.MAX_VALUE);
    EgressPolicy policy =
        new EgressPolicy(NetworkProfile.ALLOWLIST, List.of(host("good.org", 80)), List.of(), two);
    try (ProxiedHost good = ProxiedHost.of(closing(), policy)) {
      assertThat(good.inside.send(ProxiedHost.get("/")).answer()).endsWith("done");
      assertThat(good.inside.send(request("GET")).answer()).startsWith("HTTP/1.1 429");
      assertThat(taken).hasSize(2);
      assertThat(good.inside.send(request("GET")).answer()).startsWith("HTTP/1.1 429");
    }
  }
}
