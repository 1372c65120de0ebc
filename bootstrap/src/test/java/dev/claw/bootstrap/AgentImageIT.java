package dev.claw.bootstrap;

import static dev.claw.bootstrap.RootlessPodman.podman;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.bootstrap.RootlessPodman.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a container may expect of the agent image, on the real image in real rootless Podman. */
class AgentImageIT {

  private static final String IMAGE = "localhost/claw-bootstrap-it";
  private static final String TOKEN = "not-a-secret-0123456789";

  @TempDir static Path logs;
  private static String name = "";
  private static long uid;

  @TempDir Path root;

  @BeforeAll
  static void build() throws Exception {
    RootlessPodman.require();
    uid = Long.parseLong(RootlessPodman.run("id", "-u").output().strip());
    name = "claw-bootstrap-it-" + ProcessHandle.current().pid();
    Path cache = Path.of(System.getenv("HOME"), ".cache/claw/image");
    new ImageBuild(System.getenv(), logs)
        .run(
            new ImageBuildOptions(
                List.of(IMAGE),
                new ImageSource.DebianPackages(),
                false,
                cache,
                Path.of("target/agent-image-build.log").toAbsolutePath()),
            (number, of, text) -> System.out.printf("%d/%d %s%n", number, of, text));
    Path token = Files.writeString(logs.resolve("token"), TOKEN);
    assertThat(podman("secret", "create", name, token.toString()).exit()).isZero();
  }

  @AfterAll
  static void dropNames() throws Exception {
    if (!name.isEmpty()) {
      podman("secret", "rm", name);
      // With one name alone Podman would take every name from the image, the user's too.
      podman("untag", IMAGE, IMAGE);
    }
  }

  @BeforeEach
  void folders() throws IOException {
    for (String folder : List.of("state", "workspace", "logs")) {
      Files.createDirectory(root.resolve(folder));
    }
    config(
        """
        {
          "gateway": {
            "mode": "local", "port": 18789, "bind": "loopback",
            "auth": {
              "mode": "token",
              "token": {"source": "file", "provider": "claw", "id": "value"}
            }
          },
          "secrets": {
            "providers": {
              "claw": {"source": "file", "path": "/run/secrets/gateway-token", "mode": "singleValue"}
            }
          },
          "agents": {"defaults": {"workspace": "/workspace", "skipBootstrap": true}},
          "discovery": {"mdns": {"mode": "off"}},
          "update": {"checkOnStart": false}
        }
        """);
  }

  @AfterEach
  void removeContainer() throws Exception {
    podman("rm", "--force", "--time", "0", "--ignore", name);
  }

  @Test
  void startsBecomesReadyAnswersItsTokenAndStopsWithZero() throws Exception {
    assertThat(start("run", List.of()).exit()).isZero();

    Result ready = podman("exec", name, "claw-agent-init", "ready", "--timeout", "300");
    assertThat(ready).as(podman("logs", name).output()).isEqualTo(new Result(0, ""));

    // The token is in the file and nowhere in the environment, and local clients find it there.
    assertThat(podman("exec", name, "env").output()).doesNotContain(TOKEN);
    Result health = podman("exec", name, "openclaw", "gateway", "call", "health", "--json");
    assertThat(health.output()).contains("\"ok\": true");
    assertThat(health.exit()).isZero();
    assertThat(invoke("wrong")).isEqualTo("401");
    assertThat(invoke(TOKEN)).isEqualTo("400");

    assertThat(podman("stop", "--time", "60", name).exit()).isZero();
    assertThat(podman("inspect", "--format", "{{.State.ExitCode}}", name).output().strip())
        .isEqualTo("0");
  }

  @Test
  void letsOpenClawValidateItsConfiguration() throws Exception {
    assertThat(run(List.of("validate"), List.of()).output()).contains("\"valid\":true");

    config("{\"gateway\": {\"mode\": \"local\", \"prot\": 1}}");
    Result refused = run(List.of("validate"), List.of());
    assertThat(refused.exit()).isNotZero();
    assertThat(refused.output()).containsPattern("\"valid\": ?false").contains("prot");
  }

  @Test
  void holdsNoProgramThatChangesItsUser() throws Exception {
    Result found =
        podman(
            "run",
            "--rm",
            "--network=none",
            "--user=0",
            "--entrypoint=/usr/bin/find",
            IMAGE,
            "/",
            "-xdev",
            "!",
            "-type",
            "l",
            "-perm",
            "/6000");

    assertThat(found).isEqualTo(new Result(0, ""));
  }

  @Test
  void hasToolsOnItsPathAndTheLabelsOfItsRecipe() throws Exception {
    Result tools =
        runProgram(
            "/bin/sh",
            "-ec",
            "for t in node npm openclaw git rg fd ps curl tini; do type $t; done; node --version;"
                + " cd \"$HOME\"; touch x; echo uid=$(id -u); ls -d /workspace /state /logs /etc/claw");
    assertThat(tools.exit()).as(tools.output()).isZero();
    assertThat(tools.output()).contains("v" + ImageRecipe.nodeVersion());
    assertThat(tools.output()).contains("uid=" + uid);

    String labels = podman("image", "inspect", "--format", "{{json .Labels}}", IMAGE).output();
    assertThat(labels)
        .contains("\"" + ImageRecipe.RECIPE_LABEL + "\":\"" + ImageRecipe.digest() + "\"")
        .contains(
            "\"" + ImageRecipe.OPENCLAW_VERSION_LABEL + "\":\"" + ImageRecipe.openclawVersion())
        .contains("\"" + ImageRecipe.NODE_VERSION_LABEL + "\":\"" + ImageRecipe.nodeVersion());
  }

  @Test
  void saysWhatIsWrongWithItsMounts() throws Exception {
    Files.setPosixFilePermissions(
        root.resolve("state"), PosixFilePermissions.fromString("r-x------"));
    refused("/state: expected a folder that uid " + uid + " can write");
    Files.setPosixFilePermissions(
        root.resolve("state"), PosixFilePermissions.fromString("rwx------"));

    Files.writeString(root.resolve("openclaw.json"), "");
    refused("/etc/claw/openclaw.json: expected the OpenClaw configuration, found an empty file");

    Files.setPosixFilePermissions(
        root.resolve("openclaw.json"), PosixFilePermissions.fromString("---------"));
    refused("/etc/claw/openclaw.json: not readable for uid " + uid);

    Files.delete(root.resolve("openclaw.json"));
    Files.createDirectory(root.resolve("openclaw.json"));
    refused("/etc/claw/openclaw.json: expected the OpenClaw configuration, found no file");
  }

  @Test
  void readyEndsAtItsTimeLimitAndWhenTheGatewayIsGone() throws Exception {
    start("ready", List.of("--timeout", "600"));
    // The first process itself waits here, so there is a child; nothing ever answers.
    Result late = podman("exec", name, "claw-agent-init", "ready", "--timeout", "0");
    assertThat(late.exit()).isEqualTo(1);
    assertThat(late.output()).contains("no answer on 127.0.0.1:18789/readyz within 0 s");
    podman("rm", "--force", "--time", "0", name);

    // A tini that has no child left, as between the gateway's end and the container's.
    assertThat(
            podmanRun(
                    List.of("--entrypoint=/bin/sh"),
                    List.of("-c", "mkdir /tmp/b; cp /bin/sleep /tmp/b/tini; exec /tmp/b/tini 600"),
                    "--detach")
                .exit())
        .isZero();
    Result gone = podman("exec", name, "claw-agent-init", "ready", "--timeout", "600");
    assertThat(gone.exit()).isEqualTo(1);
    assertThat(gone.output()).contains("the gateway ended before it was ready");
  }

  @Test
  void readyIsNotFooledByWhatTheAgentLeavesInItsFolders() throws Exception {
    Path workspace = root.resolve("workspace");
    for (String program : List.of("curl", "pgrep", "openclaw", "cat", "sleep")) {
      Path fake = Files.writeString(workspace.resolve(program), "#!/bin/sh\necho fooled\n");
      Files.setPosixFilePermissions(fake, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    start("ready", List.of("--timeout", "600"));
    podman(
        "exec",
        name,
        "sh",
        "-c",
        "echo 'fail-early = false\nurl = file:///etc/passwd' >$HOME/.curlrc");

    Result result =
        podman(
            "exec",
            "--env",
            "PATH=/workspace",
            "--env",
            "ENV=/workspace/curl",
            "--workdir",
            "/workspace",
            name,
            "/opt/claw/bin/claw-agent-init",
            "ready",
            "--timeout",
            "0");

    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.output()).doesNotContain("fooled").doesNotContain("root:");
  }

  @Test
  void wrongArgumentsAreUsage() throws Exception {
    for (List<String> arguments :
        List.of(
            List.of("nonsense"),
            List.of("run", "more"),
            List.of("ready", "--timeout"),
            List.of("ready", "--timeout", "soon"),
            List.of("ready", "--timeout", "-1"),
            List.of("ready", "--timeout", "9999999999"))) {
      assertThat(run(arguments, List.of()).exit()).as("%s", arguments).isEqualTo(64);
    }
  }

  private void config(String json) throws IOException {
    Files.writeString(root.resolve("openclaw.json"), json);
  }

  private void refused(String message) throws Exception {
    Result result = run(List.of("run"), List.of());
    assertThat(result.exit()).as(result.output()).isEqualTo(78);
    assertThat(result.output()).contains(message);
  }

  private String invoke(String token) throws Exception {
    return podman(
            "exec",
            name,
            "curl",
            "-q",
            "-s",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
            "-H",
            "Authorization: Bearer " + token,
            "-d",
            "{}",
            "http://127.0.0.1:18789/tools/invoke")
        .output();
  }

  private Result start(String command, List<String> more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(more);
    return podmanRun(List.of(), arguments, "--detach");
  }

  private Result run(List<String> arguments, List<String> options) throws Exception {
    return podmanRun(options, arguments, "--rm");
  }

  private Result runProgram(String program, String... arguments) throws Exception {
    return podmanRun(List.of("--entrypoint=" + program), List.of(arguments), "--rm");
  }

  /** The container as claw starts it: nothing privileged, nothing writable but its mounts. */
  private Result podmanRun(List<String> options, List<String> arguments, String mode)
      throws Exception {
    List<String> command = new ArrayList<>();
    Collections.addAll(
        command,
        "run",
        mode,
        "--name=" + name,
        "--network=none",
        "--userns=keep-id",
        "--cap-drop=all",
        "--security-opt=no-new-privileges",
        "--read-only",
        "--read-only-tmpfs=false",
        "--tmpfs=/tmp",
        "--tmpfs=/home/agent",
        "--memory=2g",
        "--pull=never",
        "--secret=" + name + ",target=gateway-token,uid=" + uid + ",mode=0400",
        "--volume=" + root.resolve("openclaw.json") + ":/etc/claw/openclaw.json:ro",
        "--volume=" + root.resolve("state") + ":/state",
        "--volume=" + root.resolve("workspace") + ":/workspace",
        "--volume=" + root.resolve("logs") + ":/logs");
    command.addAll(options);
    command.add(IMAGE);
    command.addAll(arguments);
    return podman(command.toArray(String[]::new));
  }
}
