package dev.claw.backend.podman;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.Check;
import dev.claw.model.ContainerSpec;
import dev.claw.model.ExecOptions;
import dev.claw.model.ExecResult;
import dev.claw.model.LogQuery;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Programs run inside, once, and what they print. */
@RequiresPodman
class OutputIT {
  private static final Duration LONG = Duration.ofMinutes(2);
  private static TestImage image;
  private static TestImage talker;
  private static Host host;
  private static ContainerSpec spec;

  @BeforeAll
  static void start() throws Exception {
    image = TestImage.build();
    host = new Host(image);
    talker =
        image.variant(
            "echo one; echo oops >&2; echo three; printf %070000d 7; echo;"
                + " while read line; do echo got; done < /workspace/pipe; exec sleep 1000");
    spec = host.withImage(host.spec(), talker);
    Podman.exec(List.of("mkfifo", spec.mounts().getFirst().source() + "/pipe"));
    host.started(spec);
    CountDownLatch lines = new CountDownLatch(5);
    host.backend.logs(
        spec.id(),
        new LogQuery(true, null, -1),
        (time, error, line) -> {
          lines.countDown();
          return lines.getCount() > 0;
        });
  }

  @AfterAll
  static void stop() throws Exception {
    host.close();
    talker.close();
    image.close();
  }

  @Test
  void execGivesExitCodeAndBothStreams() throws Exception {
    ExecResult result = exec(LONG, 1000, "echo out; echo err >&2; exit 3");
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(new String(result.stdout(), UTF_8)).isEqualTo("out\n");
    assertThat(new String(result.stderr(), UTF_8)).isEqualTo("err\n");
  }

  @Test
  void execKeepsNoMoreThanWasAskedFor() throws Exception {
    ExecResult result = exec(LONG, 1000, "yes | head -c 3000000; yes no | head -c 1500 >&2");
    assertThat(result.exitCode()).isZero();
    assertThat(result.stdout()).hasSize(1000);
    assertThat(result.stderr()).hasSize(1000);
  }

  @Test
  void execThatTakesTooLongIsEnded() {
    BackendException late =
        catchThrowableOfType(
            BackendException.class, () -> exec(Duration.ofSeconds(1), 10, "exec sleep 4242"));
    assertThat(late.kind()).isEqualTo(Kind.TIMEOUT);
    Host.awaitTheEndOf("sleep 4242");
  }

  @Test
  void execOfAProgramThatIsNotThereSaysSo() throws Exception {
    ExecResult result = host.backend.exec(spec.id(), List.of("/no/such"), LONG, 10_000);
    assertThat(result.exitCode()).isEqualTo(127);
  }

  @Test
  void execCommandIsAHostCommand() throws Exception {
    List<String> command =
        host.backend.execCommand(
            spec.id(), new ExecOptions(false, false), List.of("sh", "-c", "echo $GREETING"));
    assertThat(Podman.exec(command)).isEqualTo("hello world");
    assertThat(host.backend.execCommand(spec.id(), new ExecOptions(true, true), List.of("sh")))
        .contains("--interactive", "--tty", "--detach-keys=");
  }

  @Test
  void logsTellTheStreamsApartAndCutLongLines() throws Exception {
    List<String> lines = lines(new LogQuery(false, null, -1));
    assertThat(lines.subList(0, 3)).containsExactlyInAnyOrder("one", "!oops", "three");
    assertThat(lines.get(3)).hasSize(65536);
    assertThat(lines.get(4)).hasSize(70000 - 65536).endsWith("7");
  }

  @Test
  void logsTailAndSince() throws Exception {
    assertThat(lines(new LogQuery(false, null, 0))).isEmpty();
    assertThat(lines(new LogQuery(false, Instant.now().plusSeconds(60), -1))).isEmpty();
    assertThat(lines(new LogQuery(false, Instant.now().minusSeconds(3600), -1)))
        .hasSizeGreaterThanOrEqualTo(5);
  }

  @Test
  void logsFollowUntilTheReaderHasEnough() throws Exception {
    CountDownLatch before = new CountDownLatch(5);
    AtomicReference<@Nullable String> last = new AtomicReference<>();
    Thread reader =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    host.backend.logs(
                        spec.id(),
                        new LogQuery(true, null, -1),
                        (time, error, line) -> {
                          before.countDown();
                          last.set(line);
                          return !line.equals("got");
                        });
                  } catch (BackendException e) {
                    last.set(e.getMessage());
                  }
                });
    before.await();
    Files.writeString(Path.of(spec.mounts().getFirst().source(), "pipe"), "go\n");
    reader.join();
    assertThat(last.get()).isEqualTo("got");
  }

  @Test
  void anInterruptEndsFollowing() throws Exception {
    CountDownLatch first = new CountDownLatch(1);
    AtomicReference<@Nullable BackendException> end = new AtomicReference<>();
    Thread reader =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    host.backend.logs(
                        spec.id(),
                        new LogQuery(true, null, -1),
                        (time, error, line) -> {
                          first.countDown();
                          return true;
                        });
                  } catch (BackendException e) {
                    end.set(e);
                  }
                });
    first.await();
    reader.interrupt();
    reader.join();
    assertThat(end.get()).isNotNull().hasMessageContaining("interrupted");
  }

  @Test
  void runOnceGivesTheResultAndLeavesNothing() throws Exception {
    Path file = Files.writeString(host.folder.resolve("once.json"), "{\"a\":1}");
    ExecResult result = once(file, "cat /in.json; echo err >&2; touch /x /in.json; exit 5");
    assertThat(new String(result.stdout(), UTF_8)).isEqualTo("{\"a\":1}");
    assertThat(new String(result.stderr(), UTF_8)).startsWith("err\n").contains("Read-only");
    assertThat(result.exitCode()).isEqualTo(5);
    assertThat(new String(once(file, "cat /proc/net/dev /proc/self/status").stdout(), UTF_8))
        .contains("lo:", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1")
        .doesNotContain("eth", "tap");
    assertNoneOnce();
  }

  @Test
  void runOnceThatFailsOrTakesTooLongLeavesNothing() throws Exception {
    Path file = Files.writeString(host.folder.resolve("late.json"), "{}");
    BackendException late =
        catchThrowableOfType(
            BackendException.class,
            () ->
                host.backend.runOnce(
                    image.digest(),
                    List.of("/bin/sh", "-c", "sleep 1000"),
                    file,
                    "/in.json",
                    Duration.ofSeconds(1)));
    assertThat(late.kind()).isEqualTo(Kind.TIMEOUT);
    BackendException failed =
        catchThrowableOfType(
            BackendException.class,
            () -> host.backend.runOnce(image.digest(), List.of("/none"), file, "/in.json", LONG));
    assertThat(failed).hasMessageContaining("/none");
    assertNoneOnce();
  }

  @Test
  void runOnceClearsUpAfterOneThatDied() throws Exception {
    // Process ids end well below this one, so its owner is certainly gone.
    Podman.run(
        "create",
        "--network",
        "none",
        "--label",
        "claw.once=1999999999:1",
        "--name",
        "it-orphan-" + spec.name(),
        image.reference());
    once(Files.writeString(host.folder.resolve("o.json"), "{}"), "true");
    assertNoneOnce();
  }

  @Test
  void secretsAreReplacedAndRemoved() throws Exception {
    String name = host.putSecret("one");
    assertThat(host.backend.hasSecret(name)).isTrue();
    assertThat(host.backend.hasSecret(name.substring(0, name.length() - 1))).isFalse();
    host.backend.putSecret(name, "two".getBytes(UTF_8));
    assertThat(
            Podman.run(
                "run",
                "--rm",
                "--network",
                "none",
                "--secret",
                name,
                image.reference(),
                "cat",
                "/run/secrets/" + name))
        .isEqualTo("two");
    host.backend.removeSecret(name);
    assertThat(host.backend.hasSecret(name)).isFalse();
    host.backend.removeSecret(name);
  }

  @Test
  void imagesAreFoundByNameAndDigest() throws Exception {
    assertThat(host.backend.findImage(image.reference()).orElseThrow().digest())
        .isEqualTo(image.digest());
    String byDigest = image.reference().replaceFirst(":1$", "@" + image.digest());
    assertThat(host.backend.findImage(byDigest).orElseThrow().names())
        .containsExactly(image.reference());
    assertThat(host.backend.findImage("localhost/claw-it-none:1")).isEmpty();
    assertThat(host.backend.findImage("../x?y#z")).isEmpty();
    assertThat(host.backend.listImages()).anyMatch(i -> i.digest().equals(image.digest()));
  }

  @Test
  void hostChecksOfAWorkingHostFindNothingFailed() {
    assertThat(host.backend.diagnose())
        .isNotEmpty()
        .noneMatch(check -> check.outcome() == Check.Outcome.FAILED)
        .filteredOn(check -> check.outcome() != Check.Outcome.OK)
        .allMatch(check -> !check.fix().isEmpty());
  }

  private static ExecResult exec(Duration timeout, int limit, String script)
      throws BackendException {
    return host.backend.exec(spec.id(), List.of("sh", "-c", script), timeout, limit);
  }

  private static ExecResult once(Path file, String script) throws BackendException {
    return host.backend.runOnce(
        image.digest(), List.of("/bin/sh", "-c", script), file, "/in.json", LONG);
  }

  private static List<String> lines(LogQuery query) throws BackendException {
    List<String> lines = new ArrayList<>();
    host.backend.logs(
        spec.id(),
        query,
        (time, error, line) -> {
          assertThat(time).isAfter(Instant.now().minusSeconds(3600));
          lines.add((error ? "!" : "") + line);
          return true;
        });
    return lines;
  }

  private static void assertNoneOnce() throws Exception {
    assertThat(
            Podman.run(
                "ps",
                "--all",
                "--filter",
                "label=claw.once",
                "--filter",
                "ancestor=" + image.reference(),
                "--format",
                "{{.Names}}"))
        .isEmpty();
  }
}
