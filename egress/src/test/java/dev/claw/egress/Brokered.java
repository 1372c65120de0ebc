package dev.claw.egress;

import static dev.claw.egress.Rules.policy;

import dev.claw.egress.EgressEvent.ModelCalled;
import dev.claw.model.ModelPolicy;
import java.util.List;

/** A provider {@code p} with the model {@code m1} behind the broker, and calls of it. */
@SuppressWarnings("StringConcatToTextBlock") // CRLF
final class Brokered {
  private Brokered() {}

  static ModelPolicy models(TestHost host, String api, String secret) {
    String base = "http://127.0.0.1:" + host.address().getPort() + "/base";
    return new ModelPolicy(
        "p/m1",
        List.of(
            new ModelPolicy.Provider(
                "p", api, base, secret, List.of(new ModelPolicy.Model("m1", 1000, 100)))));
  }

  static Harness harness(TestHost host, String api, String secret) {
    Harness harness = new Harness(policy(), models(host, api, secret), Harness.LIMITS, null);
    harness.routes.put("127.0.0.1:" + host.address().getPort(), host.address());
    harness.keys.put("key", "sk-real");
    return harness;
  }

  static ModelCalled called(Harness harness) {
    Harness.await(() -> harness.events.stream().anyMatch(ModelCalled.class::isInstance));
    return (ModelCalled)
        harness.events.stream().filter(ModelCalled.class::isInstance).findFirst().orElseThrow();
  }

  static String call(String path, String body) {
    return "POST /v1/providers/p"
        + path
        + " HTTP/1.1\r\nHost: 127.0.0.1:3129\r\n"
        + "Authorization: Bearer fake\r\nX-Api-Key: fake\r\nCookie: a=b\r\n"
        + "Accept-Encoding: gzip\r\nContent-Type: application/json\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }
}
