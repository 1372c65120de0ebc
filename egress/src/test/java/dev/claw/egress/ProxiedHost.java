package dev.claw.egress;

import static dev.claw.egress.Rules.host;
import static dev.claw.egress.Rules.policy;

import dev.claw.model.EgressPolicy;

/** The host good.org, and a program inside that has connected to the explicit proxy before it. */
final class ProxiedHost implements AutoCloseable {
  static final String ADDRESS = "93.184.216.34";

  final TestHost host;
  final Harness harness;
  final Conversation inside;

  private ProxiedHost(TestHost host, EgressPolicy policy) {
    this.host = host;
    this.harness = new Harness(policy);
    harness.host("good.org", ADDRESS, 80, host);
    this.inside = harness.proxied();
  }

  /** All of it is admitted. */
  static ProxiedHost of(TestHost host) {
    return of(host, policy(host("good.org", 80)));
  }

  static ProxiedHost of(TestHost host, EgressPolicy policy) {
    return new ProxiedHost(host, policy);
  }

  /** All of it is admitted, and each request gets the same answer. */
  static ProxiedHost answering(String body) {
    return of(TestHost.http(request -> TestHost.ok(body)));
  }

  /** A request for a path of it. */
  static String get(String path) {
    return "GET http://good.org" + path + " HTTP/1.1\r\nHost: good.org\r\n\r\n";
  }

  @Override
  public void close() {
    inside.close();
    harness.close();
    host.close();
  }
}
