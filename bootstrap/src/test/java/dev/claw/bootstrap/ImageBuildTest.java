package dev.claw.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Java side, with small scripts in place of the real one; {@code AgentImageIT} has that. */
class ImageBuildTest {

  private static final String ID =
      "592af51c7b8b353acf14babad2ca616904041356b251760b219bcb1ee70d6112";
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PATH", "/usr/bin:/bin", "HOME", "/nonexistent", "BASH_ENV", "/etc/hostile", "X", "y");

  @TempDir Path root;
  private Path temporary;
  private ImageBuildOptions options;
  private final List<String> steps = new ArrayList<>();

  @BeforeEach
  void folders() throws IOException {
    temporary = Files.createDirectory(root.resolve("tmp"));
    options = options(new ImageSource.DebianPackages(), false);
  }

  @Test
  void givesStepsAsTheyComeAndTheImageAtTheEnd() throws Exception {
    BuiltImage image =
        build(
            "echo @step 1/2 one; echo @step 2/2 two; echo @image %s sha256:%s; echo @reused true"
                .formatted(ID, ID));

    assertThat(image).isEqualTo(new BuiltImage(ID, "sha256:" + ID, true));
    assertThat(steps).containsExactly("1/2 one", "2/2 two");
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void handsOverTheOptionsAndOnlyTheEnvironmentThatIsNeeded() throws Exception {
    options = options(new ImageSource.OnImage("localhost/a b"), true);

    ImageBuildException failure =
        failure(
            "printf '@error'; printf ' %q' \"$@\"; env | grep -v -e ^_= -e ^PWD= -e ^SHLVL= | sort | tr '\\n' ' '; exit 3");

    assertThat(failure)
        .hasMessageContaining("--cache")
        .hasMessageContaining("--tag localhost/x")
        .hasMessageContaining("--tag localhost/y")
        .hasMessageContaining("--base")
        .hasMessageContaining("localhost/a\\ b")
        .hasMessageContaining("--no-cache")
        .hasMessageContaining("HOME=/nonexistent PATH=/usr/bin:/bin")
        .hasMessageNotContaining("BASH_ENV")
        .hasMessageNotContaining("X=y");
  }

  @Test
  void saysWhyAndWhereTheLogIs() throws Exception {
    ImageBuildException failure =
        failure(
            "echo '@error no podman'; echo '@error to install: apt'; printf 'a\\n\\e[31mb\\n' >&2; exit 69");

    assertThat(failure).hasMessage("image build: no podman\n  to install: apt");
    assertThat(failure.logFile()).isEqualTo(options.logFile());
    assertThat(failure.lastLines()).containsExactly("a", "b");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(options.logFile())))
        .isEqualTo("rw-------");
    assertThat(temporary).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exit 0", // no image named
        "exit 7",
        "kill -9 $$",
        "echo @image short sha256:short",
        "echo @image 592af51c7b8b353acf14babad2ca616904041356b251760b219bcb1ee70d6112 sha256:"
      })
  void isAFailureWithoutAnImage(String script) {
    assertThat(failure(script)).hasMessageStartingWith("image build: ");
  }

  @Test
  void replacesAnEarlierLog() throws Exception {
    Files.createDirectories(options.logFile().getParent());
    Files.writeString(options.logFile(), "earlier\n");

    assertThat(failure("echo now >&2; exit 1").lastLines()).containsExactly("now");
  }

  @Test
  void saysSoWhenTheTemporaryFolderIsMissing() throws Exception {
    Files.delete(temporary);

    assertThat(failure("exit 0")).hasMessageContaining("could not prepare");
  }

  @Test
  void interruptionEndsEveryProcessAndLeavesNoFolder() throws Exception {
    Path pids = root.resolve("pids");
    String script =
        """
        trap 'echo undone >&2; exit 143' TERM
        sleep 1000 & echo $! >>%1$s
        bash -c 'trap "" TERM; echo $$ >>%1$s; sleep 1000 & echo $! >>%1$s; wait; wait' &
        until [ "$(wc -l <%1$s)" = 3 ]; do sleep 0.05; done
        echo @step 1/1 started
        wait
        """
            .formatted(pids);
    CountDownLatch started = new CountDownLatch(1);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread builder =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    build(script, (number, of, text) -> started.countDown());
                  } catch (Exception e) {
                    thrown.set(e);
                  }
                });
    started.await();

    builder.interrupt();
    builder.join();

    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    List<String> lines = Files.readAllLines(pids);
    assertThat(lines).hasSize(3);
    for (String pid : lines) {
      // Killed, but perhaps not yet collected by its parent.
      ProcessHandle.of(Long.parseLong(pid)).ifPresent(handle -> handle.onExit().join());
    }
    assertThat(Files.readString(options.logFile())).contains("undone");
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void aListenerThatThrowsEndsTheBuild() throws Exception {
    Path pid = root.resolve("pid");

    assertThatThrownBy(
            () ->
                build(
                    "echo $$ >" + pid + "; echo @step 1/1 x; sleep 1000 & wait",
                    (number, of, text) -> {
                      throw new IllegalStateException("terminal is gone");
                    }))
        .hasMessage("terminal is gone");
    assertThat(ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))).isEmpty();
    assertThat(temporary).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "-v", "a\nb", "a\u0000b"})
  void refusesNamesThatPodmanWouldTakeForSomethingElse(String name) {
    assertThatIllegalArgumentException().isThrownBy(() -> new ImageSource.OnImage(name));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new ImageBuildOptions(
                    List.of(name), new ImageSource.DebianPackages(), false, root, root));
  }

  private ImageBuildOptions options(ImageSource source, boolean noCache) {
    return new ImageBuildOptions(
        List.of("localhost/x", "localhost/y"),
        source,
        noCache,
        root.resolve("cache"),
        root.resolve("logs/build.log"));
  }

  private BuiltImage build(String script) throws Exception {
    return build(script, (number, of, text) -> steps.add(number + "/" + of + " " + text));
  }

  private BuiltImage build(String script, ImageBuildListener listener) throws Exception {
    return new ImageBuild(
            ENVIRONMENT,
            temporary,
            folder -> Files.writeString(folder.resolve("build.sh"), script + "\n"))
        .run(options, listener);
  }

  private ImageBuildException failure(String script) {
    ImageBuildException failure =
        catchThrowableOfType(ImageBuildException.class, () -> build(script));
    assertThat(failure).isNotNull();
    return failure;
  }
}
