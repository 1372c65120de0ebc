package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.claw.e2e.CapturedAgent.Said;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What happens to an agent's egress when something outside breaks: it closes, and comes back. */
@RequiresPodman
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class EgressOutsideIT {
  private final String host = HostServer.address();
  private final HostServer allowed = HostServer.http();
  private final HostServer resetting =
      HostServer.of(
          (in, out, connection) -> {
            HostServer.head(in);
            reset(connection);
          });
  private final HostServer breaking =
      HostServer.of(
          (in, out, connection) -> {
            HostServer.head(in);
            begin(out);
            reset(connection);
          });
  private final CountDownLatch held = new CountDownLatch(1);
  private final HostServer holding =
      HostServer.of(
          (in, out, connection) -> {
            HostServer.head(in);
            begin(out);
            await(held);
          });
  private Claw claw = Claw.unmade();
  private CapturedAgent agent = new CapturedAgent(claw, "");

  private static void begin(OutputStream out) throws IOException {
    out.write(
        "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nbegun"
            .getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  private static void reset(Socket connection) throws IOException {
    connection.setSoLinger(true, 0);
    connection.close();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  @BeforeAll
  void start() {
    assertThat(claw.run("init")).succeeds();
    claw = claw.tolerant();
    agent =
        CapturedAgent.start(
            claw,
            "- {host: %s, ports: [%d, %d, %d, %d]}"
                .formatted(
                    host, allowed.port(), resetting.port(), breaking.port(), holding.port()));
  }

  @AfterAll
  void remove() {
    held.countDown();
    claw.close();
    Stream.of(allowed, resetting, breaking, holding).forEach(HostServer::close);
  }

  @BeforeEach
  void whatIsAllowedPasses() {
    Assertions.assertThat(status(allowed)).as("an allowed host").isEqualTo("200");
  }

  private String url(HostServer server) {
    return "http://" + host + ":" + server.port() + "/";
  }

  /** Captured: no proxy's own answer stands in between. */
  private String status(HostServer server) {
    return agent.status(url(server), "--noproxy", "*");
  }

  private String container() {
    CommandResult inspect =
        Command.of(
                "podman",
                "inspect",
                "--format",
                "{{.Id}} {{.State.Pid}} {{.State.StartedAt}}",
                Claw.container(agent.name()))
            .run();
    assertThat(inspect).succeeds();
    return inspect.out();
  }

  private JsonNode supervisor() {
    return claw.run("supervisor", "status", "--json").json();
  }

  private String pid() {
    String pid = supervisor().at("/supervisor/pid").asText();
    Assertions.assertThat(pid).as("a supervisor runs").matches("[1-9]\\d*");
    return pid;
  }

  /** Kills it and waits until it is gone. */
  private static void kill(String pid) {
    ProcessHandle process = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    assertThat(Command.of("kill", "-KILL", pid).run()).succeeds();
    process.onExit().join();
  }

  private String relay() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all.filter(path -> path.getFileName().toString().matches("\\d+"))
          .filter(path -> words(path).startsWith("haproxy"))
          .filter(path -> words(path).contains("door-" + claw.id(agent.name()) + ".cfg"))
          .map(path -> path.getFileName().toString())
          .findFirst()
          .orElseThrow(() -> new AssertionError("expected a relay, found none"));
    }
  }

  private static String words(Path process) {
    try {
      return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // it has ended
    }
  }

  /** Neither an answer of the host nor one of the proxy. */
  private void nothingPasses() {
    int before = allowed.connections();
    Assertions.assertThat(status(allowed)).as("no answer").isEqualTo("000");
    Assertions.assertThat(agent.status(url(allowed), "-x", "http://127.0.0.1:3128"))
        .as("no answer through the proxy")
        .isEqualTo("000");
    Assertions.assertThat(agent.exec("getent", "ahosts", "localhost.example").exitCode())
        .as("no names")
        .isNotZero();
    Assertions.assertThat(allowed.connections()).isEqualTo(before);
  }

  /** Without a command of claw's own, each of which would bring the supervisor back. */
  private String inside(HostServer server) {
    return Command.of(
            "podman",
            "exec",
            Claw.container(agent.name()),
            "curl",
            "-sS",
            "-m",
            "60",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
            "--noproxy",
            "*",
            url(server))
        .run()
        .out();
  }

  @Test
  void aSupervisorKilledInMidTransferComesBackWithTheNextCommand() {
    String before = container();
    int reached = allowed.connections();
    // Not by claw exec: it is no command of claw that is held open here.
    Command transfer =
        Command.of(
            "podman",
            "exec",
            Claw.container(agent.name()),
            "curl",
            "-sSN",
            "--noproxy",
            "*",
            url(holding));
    try (RunningCommand running = transfer.start()) {
      running.await("the first bytes", () -> running.out().contains("begun"));
      String killed = pid();
      kill(killed);
      CommandResult broken = running.result();
      Assertions.assertThat(broken.exitCode()).as(broken.toString()).isIn(18, 52, 56);
      Assertions.assertThat(inside(allowed)).as("no way out meanwhile").isEqualTo("000");
      Assertions.assertThat(allowed.connections()).isEqualTo(reached);
      assertThat(claw.run("list"))
          .succeeds()
          .says("the supervisor had ended while it is needed, and was started again");
      Assertions.assertThat(pid()).isNotEqualTo(killed);
    }
    awaitServed();
    Assertions.assertThat(status(allowed)).isEqualTo("200");
    Assertions.assertThat(container()).as("the container was not touched").isEqualTo(before);
    assertThat(claw.run("audit", "verify", agent.name())).succeeds();
  }

  /** It looks at what runs when it has begun. */
  private void awaitServed() {
    Command probe =
        Command.of(
            "podman",
            "exec",
            Claw.container(agent.name()),
            "sh",
            "-c",
            "until curl -sS -m 10 -o /dev/null --noproxy '*' " + url(allowed) + "; do :; done");
    assertThat(probe.run()).succeeds();
  }

  @Test
  void aRelayThatWasKilledComesBackWithoutACommand() throws IOException {
    String before = container();
    String killed = relay();
    int reached = allowed.connections();
    kill(killed);
    awaitServed();
    Assertions.assertThat(relay()).isNotEqualTo(killed);
    Assertions.assertThat(allowed.connections()).as("by the way out").isGreaterThan(reached);
    Assertions.assertThat(container()).as("the container was not touched").isEqualTo(before);
    awaitLog("its door was built again");
    assertThat(claw.run("supervisor", "logs")).prints("the relay of its door has ended");
    assertThat(claw.run("audit", "show", agent.name(), "--json")).prints("\"egress.door\"");
    assertThat(claw.run("audit", "verify", agent.name())).succeeds();
  }

  @Test
  void aFullDiskLetsNothingPassThatIsNotOnRecord() throws IOException {
    Path log = claw.agent(agent.name()).resolve("audit.jsonl");
    String pid = pid();
    // Room for a part of one more record.
    long room = Files.size(log) + 100;
    assertThat(Command.of("prlimit", "--pid", pid, "--fsize=" + room + ":").run()).succeeds();
    int before = allowed.connections();
    CommandResult refused =
        Command.of(
                "podman",
                "exec",
                Claw.container(agent.name()),
                "curl",
                "-sS",
                "-i",
                "--noproxy",
                "*",
                url(allowed))
            .run();
    assertThat(refused).succeeds().prints("HTTP/1.1 503", "could not be put on record");
    Assertions.assertThat(inside(allowed)).isEqualTo("503");
    Assertions.assertThat(allowed.connections()).as("nothing went out").isEqualTo(before);
    assertThat(Command.of("prlimit", "--pid", pid, "--fsize=unlimited:").run()).succeeds();
    Assertions.assertThat(inside(allowed)).as("with room again").isEqualTo("200");
    Assertions.assertThat(pid()).as("the same supervisor").isEqualTo(pid);
    assertThat(claw.run("audit", "verify", agent.name())).succeeds();
  }

  @Test
  void aRecordThatMayNotBeWrittenLetsNothingPass() throws IOException {
    Path log = claw.agent(agent.name()).resolve("audit.jsonl");
    int before = allowed.connections();
    assertThat(Command.of("chmod", "400", log.toString()).run()).succeeds();
    try {
      Assertions.assertThat(inside(allowed)).isEqualTo("503");
      Assertions.assertThat(allowed.connections()).as("nothing went out").isEqualTo(before);
    } finally {
      assertThat(Command.of("chmod", "600", log.toString()).run()).succeeds();
    }
    Assertions.assertThat(inside(allowed)).isEqualTo("200");
    assertThat(claw.run("audit", "verify", agent.name())).succeeds();
  }

  @Test
  void aHostThatResetsIsSaidAndHarmsNobody() {
    Assertions.assertThat(status(resetting)).as("before an answer").isEqualTo("502");
    CommandResult cut =
        agent.exec("curl", "-sS", "--noproxy", "*", "-o", "/dev/null", url(breaking));
    Assertions.assertThat(cut.exitCode()).as("in the middle: " + cut).isIn(18, 56);
    Assertions.assertThat(
            agent
                .speak(List.of(Said.to(host, resetting.port(), "SSH-2.0-hello\r\n\r\n\r\n")))
                .getFirst()
                .end())
        .as("where it is no HTTP")
        .isNotEqualTo("silence");
    Assertions.assertThat(status(allowed)).isEqualTo("200");
  }

  @Test
  void twoSupervisors() {
    String first = pid();
    assertThat(claw.run("supervisor", "run")).exits(7).says("supervisor").says("pid " + first);
    Assertions.assertThat(pid()).as("the first goes on").isEqualTo(first);
    Assertions.assertThat(status(allowed)).isEqualTo("200");
  }

  /** As from cron or after su: the state folder is the same, and the sockets stand elsewhere. */
  @Test
  void anotherRuntimeFolderIsNoOtherSupervisor() throws IOException {
    String first = pid();
    Path runtime = Files.createDirectory(claw.folder().resolve("run2"));
    assertThat(Command.of("chmod", "700", runtime.toString()).run()).succeeds();
    for (String folder : List.of(runtime.toString(), claw.folder() + "/missing")) {
      assertThat(claw.command("supervisor", "run").with("XDG_RUNTIME_DIR", folder).run())
          .exits(7)
          .says("pid " + first)
          .says("supervisor.sock");
      CommandResult status =
          claw.command("supervisor", "status", "--json").with("XDG_RUNTIME_DIR", folder).run();
      Assertions.assertThat(status.json().at("/supervisor/pid").asText()).isEqualTo(first);
      CommandResult grant =
          claw.command("egress", "allow", agent.name(), "b.example", "--for", "30m")
              .with("XDG_RUNTIME_DIR", folder)
              .run();
      assertThat(grant).succeeds();
      Assertions.assertThat(grant.err()).doesNotContain("was started again");
      assertThat(
              claw.command("egress", "revoke", agent.name(), grant.out().strip())
                  .with("XDG_RUNTIME_DIR", folder)
                  .run())
          .succeeds();
    }
    Assertions.assertThat(pid()).isEqualTo(first);
    Assertions.assertThat(status(allowed)).isEqualTo("200");
  }

  @Test
  void anEditedLockOpensNothing() throws IOException {
    Path lock = claw.agent(agent.name()).resolve("policy.lock.json");
    byte[] sound = Files.readAllBytes(lock);
    String edited =
        new String(sound, StandardCharsets.UTF_8)
            .replace(Integer.toString(holding.port()), Integer.toString(holding.port() - 1));
    Files.writeString(lock, edited);
    kill(pid());
    assertThat(claw.run("list")).says("was started again");
    awaitLog("runs without egress");
    nothingPasses();
    assertThat(claw.run("start", "--no-wait", agent.name())).exits(5);
    nothingPasses();
    Files.write(lock, sound);
    assertThat(claw.run("start", "--no-wait", agent.name())).succeeds();
    Assertions.assertThat(status(allowed)).isEqualTo("200");
  }

  @Test
  void anEditedLockEndsEgressAsSoonAsItIsLookedAt() throws IOException {
    CommandResult grant = claw.run("egress", "allow", agent.name(), "a.example", "--for", "30m");
    assertThat(grant).succeeds();
    Path lock = claw.agent(agent.name()).resolve("policy.lock.json");
    byte[] sound = Files.readAllBytes(lock);
    String text = new String(sound, StandardCharsets.UTF_8);
    Assertions.assertThat(text).contains("\"serial\"");
    Files.writeString(lock, text.replace("\"serial\"", "\"Serial\""));
    claw.run("egress", "revoke", agent.name(), grant.out().strip());
    nothingPasses();
    Files.write(lock, sound);
    assertThat(claw.run("start", "--no-wait", agent.name())).succeeds();
    Assertions.assertThat(status(allowed)).isEqualTo("200");
  }

  private void awaitLog(String text) {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (!claw.run("supervisor", "logs").out().contains(text)) {
      Assertions.assertThat(System.nanoTime()).as("waited for: " + text).isLessThan(deadline);
    }
  }

  @Test
  void anOlderLockReplayedOpensNothing() throws IOException {
    CapturedAgent other =
        CapturedAgent.start(claw, "- {host: %s, ports: [%d]}".formatted(host, allowed.port()));
    Assertions.assertThat(other.status(url(allowed), "--noproxy", "*")).isEqualTo("200");
    assertThat(claw.run("stop", "--now", other.name())).succeeds();
    Path folder = claw.agent(other.name());
    Path kept = claw.folder().resolve("kept");
    assertThat(Command.of("cp", "-a", folder.toString(), kept.toString()).run()).succeeds();
    Path template = folder.resolve("template.yaml");
    Files.writeString(
        template,
        Files.readString(template)
            .replace(Integer.toString(allowed.port()), Integer.toString(holding.port())));
    assertThat(claw.run("start", "--no-wait", "--force", other.name())).succeeds();
    Assertions.assertThat(other.status(url(allowed), "--noproxy", "*"))
        .as("the new lock does not have it")
        .isEqualTo("403");
    for (String file :
        List.of("policy.lock.json", "openclaw.json", "container-spec.json", "template.yaml")) {
      assertThat(Command.of("cp", "-a", kept.resolve(file).toString(), folder.toString()).run())
          .succeeds();
    }
    kill(pid());
    assertThat(claw.run("list")).says("was started again");
    awaitLog(other.name() + ": runs without egress");
    Assertions.assertThat(other.status(url(allowed), "--noproxy", "*")).isEqualTo("000");
    assertThat(claw.run("start", "--no-wait", other.name())).exits(5);
    Assertions.assertThat(other.status(url(allowed), "--noproxy", "*")).isEqualTo("000");
    awaitServed();
  }
}
