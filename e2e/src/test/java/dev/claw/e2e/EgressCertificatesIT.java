package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Hosts whose certificates are not good, where claw looks inside TLS and where it calls a model.
 */
@RequiresPodman
class EgressCertificatesIT {
  private static final String KEY = "sk-certificates-0123456789";

  private static final Map<String, HostServer> SERVERS = new TreeMap<>();
  private static Claw claw;
  private static ScriptedNames names;
  private static SwitchedSupervisor supervisor;
  private static CapturedAgent agent;

  @BeforeAll
  static void start() throws IOException {
    claw = Claw.fresh().tolerant();
    TestAuthority authority = new TestAuthority(claw.folder());
    SERVERS.put("good", HostServer.https(authority.server("good.example", "-1d", 30)));
    SERVERS.put("expired", HostServer.https(authority.server("expired.example", "-30d", 10)));
    SERVERS.put("other", HostServer.https(authority.server("another.example", "-1d", 30)));
    names = new ScriptedNames(claw.folder());
    names.answer(
        List.of(
            SERVERS.keySet().stream()
                .map(name -> HostServer.address() + " " + name + ".example.")
                .toList()));
    List<String> switches = new ArrayList<>(List.of(names.switches()));
    switches.addAll(List.of(authority.switches()));
    supervisor = new SwitchedSupervisor(claw, switches.toArray(String[]::new));
    assertThat(claw.command("secret", "set", "cert-key").input(KEY + "\n").run()).succeeds();
    agent = new CapturedAgent(claw, claw.create(template()));
    agent.start();
  }

  private static String template() throws IOException {
    StringBuilder text =
        new StringBuilder(
            """
            apiVersion: claw/v1
            name: certificates
            extends: base
            models:
              primary: good/one
              providers:
            """);
    SERVERS.forEach(
        (name, server) ->
            text.append(
                "    %s: {api: openai-completions, baseUrl: \"https://%s/v1\", secret: cert-key, models: [{id: one}]}\n"
                    .formatted(name, at(name))));
    text.append("network:\n  profile: allowlist\n  allow:\n");
    SERVERS.forEach(
        (name, server) ->
            text.append(
                """
                    - {host: %1$s, ports: [%3$d]}
                    - {host: %2$s.example, ports: [%3$d], inspect: true}
                """
                    .formatted(HostServer.address(), name, server.port())));
    Path file = claw.folder().resolve("certificates.yaml");
    Files.writeString(file, text);
    return file.toString();
  }

  private static String at(String name) {
    return name + ".example:" + server(name).port();
  }

  private static HostServer server(String name) {
    return Objects.requireNonNull(SERVERS.get(name));
  }

  @AfterAll
  static void stop() {
    supervisor.close();
    claw.close();
    names.close();
    SERVERS.values().forEach(HostServer::close);
  }

  @Test
  void aGoodOneIsLookedInto() {
    for (String way : List.of("", "http://127.0.0.1:3128")) {
      assertThat(agent.exec("curl", "-sS", "-m", "60", "-x", way, "https://" + at("good") + "/"))
          .succeeds()
          .prints("served by " + server("good").port());
    }
    claw.run("model", "test", "--provider", "good", agent.name());
    Assertions.assertThat(server("good").heard()).contains("Bearer " + KEY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"expired", "other"})
  void aBadOneEndsTheRequest(String name) {
    for (String way : List.of("", "http://127.0.0.1:3128")) {
      CommandResult result =
          agent.exec("curl", "-sS", "-m", "60", "-x", way, "https://" + at(name) + "/");
      Assertions.assertThat(result.out()).as(result.toString()).doesNotContain("served by");
    }
    Assertions.assertThat(server(name).connections()).isGreaterThanOrEqualTo(2);
    Assertions.assertThat(server(name).heard()).as("what " + name + " was told").isEmpty();
    assertThat(claw.run("egress", "log", agent.name()))
        .prints("the certificate of " + at(name) + " was refused");
  }

  @ParameterizedTest
  @ValueSource(strings = {"expired", "other"})
  void aProviderWithABadOneNeverGetsTheKey(String name) {
    assertThat(claw.run("model", "test", "--provider", name, agent.name()))
        .exits(1)
        .prints("the certificate of " + at(name) + " was refused");
    assertThat(
            agent.exec(
                "curl",
                "-sS",
                "-w",
                "%{http_code}",
                "-d",
                "{\"model\":\"one\",\"messages\":[]}",
                "http://127.0.0.1:3129/v1/providers/" + name + "/chat/completions"))
        .succeeds()
        .prints("502", "certificate");
    Assertions.assertThat(server(name).heard()).isEmpty();
  }
}
