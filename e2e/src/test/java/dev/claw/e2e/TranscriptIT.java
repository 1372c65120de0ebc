package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** One agent from its making to its end, in the order in which a user goes. */
@RequiresPodman
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TranscriptIT {
  private Claw claw = Claw.unmade();
  private String agent = "";

  @BeforeAll
  void name() {
    agent = claw.name();
  }

  @AfterAll
  void remove() {
    claw.close();
  }

  @Test
  @Order(1)
  void nothingWorksBeforeInitAndAllSaysSo() {
    for (List<String> words :
        List.of(List.of("list"), List.of("create", "coder", agent), List.of("audit", "verify"))) {
      assertThat(claw.run(words.toArray(String[]::new)))
          .exits(4)
          .says(claw.home().toString(), "run 'claw init'")
          .printsNothing();
    }
  }

  @Test
  @Order(2)
  void init() throws IOException {
    assertThat(claw.run("init")).succeeds().prints(claw.home().toString(), "key     sha256:");
    byte[] key = Files.readAllBytes(claw.home().resolve("keys/host.pub"));
    assertThat(claw.run("init")).succeeds();
    Assertions.assertThat(claw.home().resolve("keys/host.pub")).hasBinaryContent(key);
    mode(claw.home(), "rwx------");
    mode(claw.home().resolve("secrets/host.key"), "rw-------");
  }

  private static void mode(Path path, String mode) throws IOException {
    Assertions.assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .as(path.toString())
        .isEqualTo(mode);
  }

  @Test
  @Order(3)
  void doctor() {
    CommandResult result = claw.run("doctor", "--json");
    assertThat(result).succeeds();
    for (JsonNode check : result.json()) {
      Assertions.assertThat(check.path("outcome").asText())
          .as(check.toString())
          .isIn("ok", "warning");
      if (check.path("outcome").asText().equals("warning")) {
        Assertions.assertThat(check.path("fix").asText()).isNotEmpty();
      }
    }
    Assertions.assertThat(result.json().findValuesAsText("subject"))
        .contains("state folder", "host key", "podman", "cgroup controllers", "agent image");
    assertThat(claw.run("doctor")).succeeds().prints("agent image: localhost/claw-openclaw-agent");
    claw = claw.tolerant();
  }

  @Test
  @Order(4)
  void create() throws IOException {
    assertThat(claw.run("create", "coder", agent)).succeeds().printsOnly(agent);
    claw.remember(agent);
    for (String file :
        List.of(
            "agent.yaml",
            "template.yaml",
            "openclaw.json",
            "container-spec.json",
            "seccomp.json",
            "policy.lock.json")) {
      mode(claw.agent(agent).resolve(file), "rw-------");
    }
    for (String folder : List.of("workspace", "state", "logs")) {
      mode(claw.agent(agent).resolve(folder), "rwx------");
    }
    assertThat(claw.run("create", "coder", agent))
        .exits(7)
        .says("there is an agent of this name")
        .printsNothing();
    assertThat(claw.run("create", "codr", claw.name())).exits(4).says("coder");
  }

  @Test
  @Order(5)
  void policy() {
    CommandResult lock = claw.run("policy", "show", agent);
    assertThat(lock).succeeds();
    Assertions.assertThat(lock.json().path("signatures")).hasSize(1);
    Assertions.assertThat(lock.json().path("lock").path("serial").asInt()).isEqualTo(1);
    assertThat(claw.run("policy", "explain", agent))
        .succeeds()
        .prints("The agent may decide", "The agent can touch", "The agent can reach")
        .prints("advisory: ", "  kernel  ", "  openclaw  ", "  podman  ", agent);
    CommandResult valid = claw.run("policy", "validate", agent, "--json");
    assertThat(valid).succeeds();
    Assertions.assertThat(valid.json().path("state").asText()).isEqualTo("verified");
  }

  @Test
  @Order(6)
  void theLockVerifiesWithoutClaw() {
    Path script = Path.of(System.getProperty("claw.docs", "../docs"), "verify-lock.sh");
    String lock = claw.agent(agent).resolve("policy.lock.json").toString();
    CommandResult result =
        Command.of("sh", script.toString(), lock, claw.home().resolve("keys/host.pub").toString())
            .run();
    assertThat(result).succeeds().prints(agent);
  }

  @Test
  @Order(7)
  void startRefusesLimitsThatNobodyWouldEnforce() {
    Assumptions.assumeThat(claw.enforcesLimits()).as("this host enforces limits").isFalse();
    assertThat(claw.command("start", agent).without("CLAW_ALLOW_UNENFORCED").run())
        .exits(3)
        .says("would not enforce the limits", "--allow-unenforced")
        .printsNothing();
    Assertions.assertThat(
            Command.of("podman", "container", "exists", Claw.container(agent)).run().exitCode())
        .isEqualTo(1);
    assertThat(claw.command("start", "--allow-unenforced", "memroy", agent).run()).exits(2);
  }

  @Test
  @Order(8)
  void start() {
    assertThat(claw.run("start", agent))
        .succeeds()
        .says("compared with its lock", "ready after")
        .printsOnly(agent);
    assertThat(claw.run("start", agent)).succeeds().says("is running already");
  }

  @Test
  @Order(9)
  void statusListAndInspect() {
    for (String command : List.of("status", "list")) {
      CommandResult all = claw.run(command, "--json");
      assertThat(all).succeeds();
      Assertions.assertThat(all.json()).hasSize(1);
      JsonNode one = all.json().path(0);
      Assertions.assertThat(one.fieldNames())
          .toIterable()
          .contains(
              "name",
              "id",
              "template",
              "created",
              "serial",
              "state",
              "startedAt",
              "containerId",
              "lock",
              "drifts",
              "problems");
      Assertions.assertThat(one.path("state").asText()).isEqualTo("running");
    }
    CommandResult status = claw.run("status", agent, "--json");
    assertThat(status).succeeds();
    Assertions.assertThat(status.json().path("lock").asText()).isEqualTo("verified");
    Assertions.assertThat(status.json().path("network").asText()).isEqualTo("allowlist");
    assertThat(claw.run("status", agent)).succeeds().prints(agent, "running", "verified");
    assertThat(claw.run("list", "--quiet")).succeeds().printsOnly(agent);
    CommandResult inspection = claw.run("inspect", agent, "--json");
    assertThat(inspection).succeeds();
    Assertions.assertThat(inspection.json().fieldNames())
        .toIterable()
        .contains("status", "folder", "lockDigest", "specified", "effective", "differences");
    for (JsonNode difference : inspection.json().path("differences")) {
      Assertions.assertThat(difference.asText()).matches("limit \\w+ is not enforced: .*");
    }
    Assertions.assertThat(inspection.json().path("differences").isEmpty())
        .isEqualTo(claw.enforcesLimits());
  }

  @Test
  @Order(10)
  void exec() {
    assertThat(claw.run("exec", agent, "--", "pwd")).succeeds().printsOnly("/workspace");
    assertThat(claw.run("exec", agent, "--", "sh", "-c", "echo out; echo err >&2; exit 7"))
        .exits(7)
        .printsOnly("out")
        .says("err\n");
    assertThat(claw.command("exec", "-i", agent, "--", "tr", "a-z", "A-Z").input("in\n").run())
        .succeeds()
        .printsOnly("IN");
    assertThat(claw.command("exec", agent, "--", "cat").input("not passed on").run())
        .succeeds()
        .printsNothing();
    assertThat(claw.run("exec", agent, "--", "no-such-program")).exits(127);
    assertThat(claw.run("exec", "-t", agent, "--", "true")).exits(2).says("a terminal");
    assertThat(claw.run("exec", agent)).exits(2);
  }

  @Test
  @Order(11)
  void whatTheAgentMakesIsTheOperators() throws IOException {
    assertThat(claw.run("exec", agent, "--", "touch", "made")).succeeds();
    Path made = claw.agent(agent).resolve("workspace/made");
    Assertions.assertThat(Files.getOwner(made)).isEqualTo(Files.getOwner(claw.home()));
  }

  @Test
  @Order(12)
  void openclaw() {
    assertThat(claw.run("openclaw", agent, "--", "--version")).succeeds().prints("2026.9.6");
  }

  @Test
  @Order(13)
  void logs() {
    CommandResult last = claw.run("logs", "--tail", "1", agent);
    assertThat(last).succeeds();
    Assertions.assertThat(last.out().lines().count() + last.err().lines().count()).isEqualTo(1);
    CommandResult recent = claw.run("logs", "--since", "1h", agent);
    assertThat(recent).succeeds().prints("[gateway]");
    CommandResult none = claw.run("logs", "--since", "2099-01-01T00:00:00Z", agent);
    assertThat(none).succeeds().printsNothing();
    assertThat(claw.run("logs", "--since", "yesterday", agent)).exits(2).says("yesterday");
  }

  @Test
  @Order(14)
  void deleteLeavesARunningAgentAlone() {
    assertThat(claw.run("delete", agent)).exits(7).says("it is running");
    assertThat(claw.run("exec", agent, "--", "true")).succeeds();
  }

  @Test
  @Order(15)
  void anIdleAgentStopsByItselfAndWithoutAnError() {
    assertThat(claw.run("stop", agent)).succeeds().printsOnly(agent);
    JsonNode outcome = lastEvent("agent.stop");
    Assertions.assertThat(outcome.path("result").asText()).isEqualTo("done");
    Assertions.assertThat(outcome.path("details").path("exitCode").asInt(-1)).isZero();
    assertThat(claw.run("status", agent)).succeeds().prints("stopped");
    assertThat(claw.run("stop", agent)).succeeds();
    assertThat(claw.run("exec", agent, "--", "true")).exits(7).says("claw start");
  }

  private JsonNode lastEvent(String type) {
    CommandResult events =
        claw.run("audit", "show", agent, "--type", type, "--tail", "1", "--json");
    assertThat(events).succeeds();
    return events.json();
  }

  @Test
  @Order(16)
  void aRestartKeepsTheNetworkNamespace() {
    assertThat(claw.run("start", "--no-wait", agent)).succeeds();
    String before = claw.run("exec", agent, "--", "readlink", "/proc/self/ns/net").out();
    String container = claw.run("status", agent, "--json").json().path("startedAt").asText();
    assertThat(claw.run("restart", "--now", agent)).succeeds().printsOnly(agent);
    CommandResult after = claw.run("exec", agent, "--", "readlink", "/proc/self/ns/net");
    assertThat(after).succeeds().prints("net:[");
    Assertions.assertThat(after.out()).isEqualTo(before);
    Assertions.assertThat(claw.run("status", agent, "--json").json().path("startedAt").asText())
        .isNotEqualTo(container);
  }

  @Test
  @Order(17)
  void stopNowDoesNotWait() {
    assertThat(claw.run("stop", "--now", agent)).succeeds();
    Assertions.assertThat(
            claw.run("audit", "show", agent, "--type", "agent.stop", "--json").out().lines())
        .anyMatch(line -> line.contains("\"graceSeconds\":0"));
    Assertions.assertThat(claw.run("status", agent, "--json").json().path("state").asText())
        .isNotEqualTo("running");
  }

  @Test
  @Order(18)
  void trash() {
    CommandResult deleted = claw.run("delete", agent);
    assertThat(deleted).succeeds().prints(agent + ".");
    String key = deleted.out().strip();
    assertThat(claw.run("list", "--quiet")).succeeds().printsNothing();
    assertThat(claw.run("status", agent)).exits(4);
    nothingOfItIsInPodman();
    CommandResult items = claw.run("trash", "list", "--json");
    assertThat(items).succeeds();
    Assertions.assertThat(items.json().path(0).path("key").asText()).isEqualTo(key);
    Assertions.assertThat(items.json().path(0).path("name").asText()).isEqualTo(agent);
    assertThat(claw.run("trash", "restore", agent)).succeeds().printsOnly(agent);
    assertThat(claw.run("status", agent)).succeeds().prints("verified");
    Assertions.assertThat(claw.agent(agent).resolve("workspace/made")).exists();
    assertThat(claw.run("audit", "verify", agent)).succeeds().prints("intact");
    assertThat(claw.run("delete", agent)).succeeds();
    assertThat(claw.run("trash", "empty")).exits(2).says("--yes");
    Assertions.assertThat(claw.run("trash", "list", "--json").json()).hasSize(1);
    assertThat(claw.run("trash", "empty", "-y")).succeeds();
    Assertions.assertThat(claw.run("trash", "list", "--json").json()).isEmpty();
    assertThat(claw.run("trash", "restore", agent)).exits(4);
    Assertions.assertThat(claw.home().resolve("trash")).isEmptyDirectory();
  }

  private void nothingOfItIsInPodman() {
    for (List<String> words :
        List.of(
            List.of("podman", "container", "exists", Claw.container(agent)),
            List.of("podman", "pod", "exists", Claw.pod(agent)),
            List.of("podman", "secret", "inspect", claw.secret(agent)))) {
      CommandResult result = new Command(words).run();
      Assertions.assertThat(result.exitCode()).as(result.toString()).isNotZero();
    }
  }

  @Test
  @Order(19)
  void audit() {
    assertThat(claw.run("audit", "verify")).succeeds().prints("host: ", "intact");
    CommandResult all = claw.run("audit", "verify", "--json");
    Assertions.assertThat(all.json().path(0).path("intact").asBoolean()).isTrue();
    assertThat(claw.run("audit", "show", "--json"))
        .succeeds()
        .prints("\"agent.create\"", "\"agent.delete\"", "\"agent.restore\"", "\"trash.empty\"");
    assertThat(claw.run("audit", "show", "--type", "agent.create"))
        .succeeds()
        .prints("begins", "done", agent)
        .doesNotPrint("trash.empty");
    assertThat(claw.run("audit", "verify", agent)).exits(4);
  }

  @Test
  @Order(20)
  void usage() {
    assertThat(claw.run()).exits(2).says("claw");
    assertThat(claw.run("--help")).succeeds().prints("create", "start", "audit");
    assertThat(claw.run("--version")).succeeds().prints("claw 0.");
    assertThat(claw.run("strat", "x")).exits(2).says("did you mean 'start'?");
    assertThat(claw.run("start", "--frce", "x")).exits(2).says("--frce");
    assertThat(claw.run("policy")).exits(2);
    assertThat(claw.run("start", "nobody")).exits(4).says("nobody");
    assertThat(claw.run("start", "\u001b[31mx")).exits(2).says("\\u001b");
  }
}
