package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A name that leads where it may when it is looked at, and to this host's loopback when it is
 * looked up again.
 */
@RequiresPodman
class EgressMovingNameIT {
  private static final String NAME = "moving.example";
  private static final String ADDRESS = HostServer.address();
  private static final List<String> OUTSIDE = List.of(ADDRESS + " " + NAME + ".");
  private static final List<String> INSIDE = List.of("127.0.0.1 " + NAME + ".");

  private static Claw claw;
  private static HostServer server;
  private static ScriptedNames names;
  private static SwitchedSupervisor supervisor;
  private static CapturedAgent agent;

  @BeforeAll
  static void start() {
    server =
        HostServer.of(
            (in, out, connection) -> {
              while (!HostServer.head(in).isEmpty()) {
                String body = "reached " + connection.getLocalAddress().getHostAddress();
                out.write(
                    ("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.US_ASCII));
                out.flush();
              }
            });
    claw = Claw.fresh().tolerant();
    names = new ScriptedNames(claw.folder());
    supervisor = new SwitchedSupervisor(claw, names.switches());
    // Only an address that a rule spells out may be one of this host's.
    agent =
        CapturedAgent.start(
            claw,
            """
            - {host: %1$s, ports: [%3$d]}
            - {host: %2$s, ports: [%3$d]}
            """
                .formatted(ADDRESS, NAME, server.port()));
  }

  @AfterAll
  static void stop() {
    supervisor.close();
    claw.close();
    names.close();
    server.close();
  }

  @AfterEach
  void theRecordIsWhole() {
    assertThat(claw.run("audit", "verify", agent.name())).succeeds();
  }

  private static CommandResult ask(String... options) {
    List<String> words = new ArrayList<>(List.of("curl", "-sS", "-m", "60"));
    words.addAll(List.of(options));
    return agent.exec(words.toArray(String[]::new));
  }

  private static String url() {
    return "http://" + NAME + ":" + server.port() + "/";
  }

  @ParameterizedTest
  @ValueSource(strings = {"--noproxy *", "-x http://127.0.0.1:3128", "-p -x http://127.0.0.1:3128"})
  void whatWasVettedIsWhatIsConnectedTo(String way) {
    names.answer(List.of(OUTSIDE, INSIDE));
    String[] words = (way + " " + url()).split(" ");
    assertThat(ask(words)).succeeds().printsExactly("reached " + ADDRESS);
    Assertions.assertThat(names.lookUps()).as("look-ups of one connection").isEqualTo(1);
    // Another connection looks again, and vets what it finds.
    int before = server.connections();
    Assertions.assertThat(ask(words).out()).doesNotContain("reached");
    Assertions.assertThat(names.lookUps()).isEqualTo(2);
    Assertions.assertThat(server.connections()).as("connections to loopback").isEqualTo(before);
    assertThat(claw.run("egress", "log", agent.name()))
        .prints("127.0.0.1, a loopback address that no rule names itself");
  }

  @Test
  void aConnectionThatIsKeptIsNotLookedUpAgain() {
    names.answer(List.of(OUTSIDE, INSIDE));
    assertThat(ask("--noproxy", "*", url(), url()))
        .succeeds()
        .printsExactly(("reached " + ADDRESS).repeat(2));
    Assertions.assertThat(names.lookUps()).isEqualTo(1);
  }

  @Test
  void ofSeveralAddressesOnlyThoseThatAreVettedAreTried() {
    names.answer(List.of(List.of(INSIDE.getFirst(), OUTSIDE.getFirst())));
    for (int i = 0; i < 5; i++) {
      assertThat(ask("--noproxy", "*", url())).succeeds().printsExactly("reached " + ADDRESS);
    }
  }
}
