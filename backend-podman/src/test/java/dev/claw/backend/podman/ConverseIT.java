package dev.claw.backend.podman;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.ContainerSpec;
import dev.claw.model.OutputSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A program inside that is spoken to and listened to while it runs. */
@RequiresPodman
class ConverseIT {
  private static final Duration LONG = Duration.ofMinutes(2);
  private static TestImage image;
  private static Host host;
  private static ContainerSpec spec;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeAll
  static void start() throws Exception {
    image = TestImage.build();
    host = new Host(image);
    spec = host.spec();
    host.started(spec);
  }

  @AfterAll
  static void stop() throws Exception {
    host.close();
    image.close();
  }

  private boolean keep(boolean error, byte[] bytes, int length) {
    (error ? err : out).write(bytes, 0, length);
    return true;
  }

  private int converse(String script, byte[] input, Duration timeout, OutputSink sink)
      throws BackendException {
    return host.backend.converse(spec.id(), List.of("sh", "-c", script), input, timeout, sink);
  }

  @Test
  void theInputArrivesAndEnds() throws Exception {
    int exitCode =
        converse(
            "while read line; do echo got $line; done; echo end >&2; exit 4",
            "a\nb\n".getBytes(UTF_8),
            LONG,
            this::keep);
    assertThat(exitCode).isEqualTo(4);
    assertThat(out.toString(UTF_8)).isEqualTo("got a\ngot b\n");
    assertThat(err.toString(UTF_8)).isEqualTo("end\n");
  }

  @Test
  void aLongInputArrivesWhole() throws Exception {
    assertThat(converse("wc -c", new byte[3_000_001], LONG, this::keep)).isZero();
    assertThat(out.toString(UTF_8).strip()).isEqualTo("3000001");
  }

  @Test
  void whatItPrintsComesWhileItRuns() throws Exception {
    Path go = Path.of(spec.mounts().getFirst().source()).resolve("go");
    int exitCode =
        converse(
            "echo first; until [ -e /workspace/go ]; do sleep 0.05; done; echo second",
            new byte[0],
            LONG,
            (error, bytes, length) -> {
              keep(error, bytes, length);
              try {
                if (!Files.exists(go)) {
                  Files.createFile(go);
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
              return true;
            });
    assertThat(exitCode).isZero();
    assertThat(out.toString(UTF_8)).isEqualTo("first\nsecond\n");
  }

  @Test
  void whoHasEnoughEndsTheProgram() throws Exception {
    assertThat(
            converse("echo x; exec sleep 5151", new byte[0], LONG, (error, bytes, length) -> false))
        .isEqualTo(-1);
    Host.awaitTheEndOf("sleep 5151");
  }

  @Test
  void aProgramThatTakesTooLongIsEnded() {
    BackendException late =
        catchThrowableOfType(
            BackendException.class,
            () -> converse("exec sleep 5252", new byte[0], Duration.ofSeconds(1), this::keep));
    assertThat(late.kind()).isEqualTo(Kind.TIMEOUT);
    Host.awaitTheEndOf("sleep 5252");
  }

  @Test
  void anInterruptEndsTheProgram() throws Exception {
    CountDownLatch runs = new CountDownLatch(1);
    AtomicReference<@Nullable BackendException> thrown = new AtomicReference<>();
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    converse(
                        "echo x; exec sleep 5353",
                        new byte[0],
                        LONG,
                        (error, bytes, length) -> {
                          runs.countDown();
                          return true;
                        });
                  } catch (BackendException e) {
                    thrown.set(e);
                  }
                });
    runs.await();
    thread.interrupt();
    thread.join();
    assertThat(thrown.get()).hasFieldOrPropertyWithValue("kind", Kind.INTERRUPTED);
    Host.awaitTheEndOf("sleep 5353");
  }
}
