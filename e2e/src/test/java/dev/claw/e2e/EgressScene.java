package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import dev.claw.e2e.CapturedAgent.Heard;
import dev.claw.e2e.CapturedAgent.Said;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/**
 * Two agents with the same rules, a host that they may reach and one that they may not. Around each
 * test the first still reaches what it may, and nothing has reached the other.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EgressScene {
  static final String NO_PROXY = "--noproxy";

  final String host = HostServer.address();
  final HostServer allowed = HostServer.http();
  final HostServer denied = HostServer.http();
  Claw claw = Claw.unmade();
  CapturedAgent agent = new CapturedAgent(claw, "");
  CapturedAgent neighbour = agent;

  @BeforeAll
  void start() {
    assertThat(claw.run("init")).succeeds();
    claw = claw.tolerant();
    String rules =
        """
        - {host: %1$s, ports: [%2$d]}
        - {host: 127.0.0.1, ports: [%2$d]}
        - {host: %4$s, ports: [%3$d]}
        - {host: named.example, ports: [22, 80, 443]}
        - {host: "**.wild.example", ports: [443]}
        """
            .formatted(host, allowed.port(), denied.port(), hostName());
    agent = CapturedAgent.start(claw, rules);
    neighbour = CapturedAgent.start(claw, rules);
  }

  @AfterAll
  void remove() {
    claw.close();
    allowed.close();
    denied.close();
  }

  /** Otherwise nothing below would say anything. */
  @BeforeEach
  void whatIsAllowedPasses() {
    Assertions.assertThat(agent.status(url(host, allowed.port()), NO_PROXY, "*"))
        .as("an allowed host, captured")
        .isEqualTo("200");
    Assertions.assertThat(throughProxy(url("127.0.0.1", allowed.port())))
        .as("an allowed host, through the proxy")
        .isEqualTo("200");
  }

  @AfterEach
  void nothingArrived() {
    Assertions.assertThat(denied.connections()).as("connections to a denied port").isZero();
    assertThat(claw.run("audit", "verify", agent.name())).succeeds();
  }

  /** The name by which this host knows itself, which leads to an address of its own. */
  static String hostName() {
    return Command.of("hostname").run().out().strip();
  }

  static String url(String host, int port) {
    return "http://" + host + ":" + port + "/";
  }

  String throughProxy(String url) {
    return agent.status(url, NO_PROXY, "", "-x", "http://127.0.0.1:3128");
  }

  /** A connection that leads nowhere: refused, reset, or answered 403 by the proxy. */
  static void leadsNowhere(String what, Heard heard) {
    Assertions.assertThat(heard.end()).as(what).isNotEqualTo("silence");
    if (!heard.text().isEmpty()) {
      Assertions.assertThat(heard.text()).as(what).startsWith("HTTP/1.1 4");
    }
  }

  void leadNowhere(List<Said> asks) {
    List<Heard> heard = agent.speak(asks);
    for (int i = 0; i < asks.size(); i++) {
      leadsNowhere(asks.get(i).toString(), heard.get(i));
    }
  }

  static String get(String host, int port) {
    return "GET / HTTP/1.1\r\nHost: " + host + ":" + port + "\r\nConnection: close\r\n\r\n";
  }
}
