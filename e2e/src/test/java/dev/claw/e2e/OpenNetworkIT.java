package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An agent whose network is open: no rule holds, and its model is still the broker's. */
@RequiresPodman
class OpenNetworkIT {
  private static final String KEY = "sk-open-0123456789abcdef";
  private static final String TEMPLATE =
      """
      apiVersion: claw/v1
      name: anywhere
      extends: coder
      models:
        primary: local/small
        providers:
          local:
            api: openai-completions
            baseUrl: "{url}"
            secret: local-key
            models:
              - {id: small, contextWindow: 131072, maxTokens: 8192}
      network:
        profile: open
      """;
  private static final String REPLIES =
      """
      {"key": "{key}", "models": ["small"],
       "replies": [
         {"on": "folder", "text": "It holds: {result}",
          "calls": [{"tool": "exec", "arguments": {"command": "touch made-by-a-turn; ls; id -u"}}]}]}
      """;
  private static final String CALL =
      "curl -sS -d '{\"model\":\"%s\",\"messages\":[]}'"
          + " http://127.0.0.1:3129/v1/providers/local/chat/completions";

  private static Claw claw;
  private static ModelServer model;
  private static String agent;

  @BeforeAll
  static void start() throws IOException {
    claw = Claw.fresh().tolerant();
    model = new ModelServer(claw.folder(), REPLIES.replace("{key}", KEY));
    Path template = claw.home().resolve("templates/anywhere.yaml");
    Files.writeString(template, TEMPLATE.replace("{url}", model.baseUrl()));
    assertThat(claw.command("secret", "set", "local-key").input(KEY + "\n").run()).succeeds();
    agent = claw.create("anywhere");
    assertThat(claw.run("start", agent)).succeeds();
  }

  @AfterAll
  static void stop() {
    model.close();
    claw.close();
  }

  private static CommandResult inside(String script) {
    return claw.run("exec", agent, "--", "sh", "-c", script);
  }

  @Test
  void itDoesATurnWithTheBrokersModel() throws IOException {
    assertThat(claw.run("ask", agent, "what is in this folder?"))
        .succeeds()
        .prints("It holds:", "made-by-a-turn", "TOOLS.md");
    Assertions.assertThat(model.requests())
        .isNotEmpty()
        .allSatisfy(
            request ->
                Assertions.assertThat(request.at("/headers/authorization").asText())
                    .isEqualTo("Bearer " + KEY));
    Assertions.assertThat(Files.readString(claw.agent(agent).resolve("audit.jsonl")))
        .contains("\"type\":\"model.call\"", "\"inputTokens\":")
        .doesNotContain(KEY);
    assertThat(claw.run("model", "test", agent)).succeeds().prints("local/small: works");
  }

  @Test
  void theBrokerHoldsToTheLock() {
    assertThat(inside(CALL.formatted("large"))).succeeds().prints("names no model 'large'");
    assertThat(inside("env; cat /proc/[0-9]*/environ; cat /etc/claw/openclaw.json"))
        .doesNotPrint(KEY, "http_proxy", "HTTPS_PROXY", "3128");
  }

  @Test
  void theRestOfItsNetworkIsItsOwn() {
    try (HostServer server = HostServer.http()) {
      String url = "http://" + HostServer.address() + ":" + server.port() + "/";
      assertThat(inside("curl -sS -m 60 " + url)).succeeds().prints("served by " + server.port());
      assertThat(claw.run("egress", "log", agent)).doesNotPrint(Integer.toString(server.port()));
    }
    assertThat(inside("curl -sS -m 60 http://127.0.0.1:3128/")).exits(7);
    assertThat(claw.run("policy", "explain", agent))
        .succeeds()
        .prints("NOT ENFORCED", "through claw's model broker", "past the broker");
  }

  @Test
  void aSupervisorThatWasKilledBringsTheModelBack() {
    long pid = claw.run("supervisor", "status", "--json").json().at("/supervisor/pid").asLong();
    ProcessHandle killed = ProcessHandle.of(pid).orElseThrow();
    Assertions.assertThat(killed.destroyForcibly()).isTrue();
    killed.onExit().join();
    assertThat(claw.run("list")).says("was started again");
    assertThat(
            inside("until curl -sSf" + CALL.substring(8).formatted("small") + "; do sleep 1; done"))
        .succeeds()
        .prints("\"choices\"");
  }
}
